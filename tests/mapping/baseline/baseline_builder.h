// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/reader.h"
#include "mapping/baseline/baseline_spec.h"
#include "mapping/network/find_network.h"
#include "mapping/network/network.h"
#include "tests/repository.h"

namespace ohm::testing {

/// A shipped baseline, with overrides such as {"bits.kv", "16", "test"}.
inline BaselineSpec shipped_baseline(const std::string& name,
                                     const std::vector<Override>& overrides = {}) {
  return load_spec<BaselineSpec>("baseline", name, {{repository::configs()}, overrides});
}

inline Network shipped_graph(const std::string& name) {
  return build_network(find_network(name, {repository::configs()}));
}

/// One device with round figures: 1 TOPS, 1 GB/s, 1 GB, 1 W, nothing lost, nothing exchanged.
inline BaselineSpec round_baseline() {
  BaselineSpec spec;
  spec.name = "round";
  spec.peaks = {{"int8", 1.0, {}}};
  spec.precision = "int8";
  spec.memory = {Bytes(1e9), BytesPerSecond(1e9), {}};
  spec.efficiency = {1.0, 1.0, 1.0, {}};
  spec.power = {Watts(1.0), Watts(0.25), "device", {}};
  spec.exchange.per_layer = 0;
  return spec;
}

}  // namespace ohm::testing
