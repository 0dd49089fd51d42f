// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// By tile: bytes of its buffer that keys and values of this pass do not take, of all sequences and
/// all layers at their fullest. What `kv_share` would let them take and they do not is free.
std::vector<std::int64_t> tile_space(const Mapping& mapping, const Request& request);

}  // namespace ohm
