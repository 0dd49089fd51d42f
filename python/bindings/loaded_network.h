// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "core/error.h"
#include "mapping/network/network.h"
#include "mapping/network/weights.h"

namespace ohm::python {

/// A network, with its weights where there are any.
class LoadedNetwork {
 public:
  /// Throws ConfigError where the shape is inconsistent.
  explicit LoadedNetwork(TransformerSpec spec) : spec_(std::move(spec)) {
    check_spec(spec_, spec_.name.empty() ? "network" : spec_.name);
  }
  explicit LoadedNetwork(Network network, std::shared_ptr<const Weights> bound = nullptr)
      : weights(std::move(bound)), spec_(network.spec), graph_(std::move(network)) {}

  const TransformerSpec& spec() const { return spec_; }

  /// The operators, built when first asked for: what is solved layer by layer never does, and a
  /// network of thousands of experts has many.
  const Network& graph() const {
    std::call_once(built_, [this] {
      if (!graph_) graph_ = build_network(spec_);
    });
    return *graph_;
  }

  /// Throws ArgumentError where there are none.
  const Weights& require_weights() const {
    if (weights) return *weights;
    require_executable(spec_);
    throw ArgumentError("network '" + spec_.name +
                        "' has no weights: it comes from a preset or a config.json alone; to "
                        "score it, give a folder with config.json and model.safetensors");
  }

  const std::shared_ptr<const Weights> weights;

 private:
  const TransformerSpec spec_;
  mutable std::once_flag built_;
  mutable std::optional<Network> graph_;
};

}  // namespace ohm::python
