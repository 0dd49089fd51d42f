// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/estimate/estimate.h"

namespace ohm {

/// What an estimate of layers that are solved once takes for granted: how its chips are joined and
/// filled, and what its times are. `system`: what joins its chips,
/// empty where one holds it.
std::vector<std::string> structure_assumptions(const ChipSpec& asked, const SystemSpec& system,
                                               const Estimate& estimate);

}  // namespace ohm
