// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// What an estimate takes for granted, in sentences.
std::vector<std::string> assumptions_of(const Mapping& mapping, const Request& request);

}  // namespace ohm
