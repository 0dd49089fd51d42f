// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/index.h"
#include "core/units.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Throws ArgumentError beyond 1e15 ps, so that sums over steps and tokens stay whole numbers.
Picoseconds picoseconds(Seconds time, const std::string& step);

/// Whole cycles of a clock.
Picoseconds cycles(Index n, Hertz clock, const std::string& step);

}  // namespace ohm
