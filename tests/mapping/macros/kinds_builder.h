// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tests/mapping/chip_builder.h"

namespace ohm::testing {

/// The shipped chip with a further kind `slc` of one bit per cell, and rules for its matrices.
inline std::vector<Override> with_slc(const std::string& rules, std::vector<Override> more = {}) {
  more.push_back(
      with("macros", "[{name: slc, macro: {weight: {slice_bits: [1, 1, 1, 1, 1, 1, 1]}}}]"));
  more.push_back(with("map.matrices", rules));
  return more;
}

inline Mapping mapped_with_slc(const std::string& rules, std::vector<Override> more = {}) {
  return map_network(build_network(tiny_gpt()), shipped_chip(with_slc(rules, std::move(more))));
}

}  // namespace ohm::testing
