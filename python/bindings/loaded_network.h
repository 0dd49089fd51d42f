// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/error.h"
#include "mapping/network/network.h"
#include "mapping/network/weights.h"

namespace ohm::python {

/// An operator graph, with its weights where there are any.
struct LoadedNetwork {
  Network network;
  std::shared_ptr<const Weights> weights;

  /// Throws ArgumentError where there are none.
  const Weights& require_weights() const {
    if (weights) return *weights;
    require_executable(network.spec);
    throw ArgumentError("network '" + network.spec.name +
                        "' has no weights: it comes from a preset or a config.json alone; to "
                        "score it, give a folder with config.json and model.safetensors");
  }
};

}  // namespace ohm::python
