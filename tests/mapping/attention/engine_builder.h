// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/workload.h"
#include "tests/mapping/chip_builder.h"

namespace ohm::testing {

/// A preset of an attention engine on the shipped chip.
inline ChipSpec chip_with(const std::string& engine, std::vector<Override> overrides = {}) {
  overrides.insert(overrides.begin(), with("attention", engine));
  return shipped_chip(overrides);
}

inline Mapping mapped_with(const TransformerSpec& network, const std::string& engine,
                           const std::vector<Override>& overrides = {}) {
  return map_network(build_network(network), chip_with(engine, overrides));
}

inline Workload load(Index prompt, std::optional<Index> generate = {}, Index batch = 1) {
  return {prompt, generate, batch, {}};
}

}  // namespace ohm::testing
