// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"

namespace ohm {

/// The most that things weigh of which none is over before another begins.
///
/// `after[i]`: all things that begin only when thing i is over; transitive, and all of them have
/// higher numbers. By the theorem of Dilworth (Annals of Mathematics 51, 1950) with weights: the
/// sum of weights less the largest flow from things to those after them.
std::int64_t heaviest_antichain(const std::vector<std::int64_t>& weights,
                                const std::vector<std::vector<Index>>& after);

}  // namespace ohm
