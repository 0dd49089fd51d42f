// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Σ floor((a · i + b) / m) over i = 0 … n - 1, for n, a, b ≥ 0 and m ≥ 1.
///
/// By exchanging the axes, as Euclid's algorithm does: O(log m) (Graham, Knuth and Patashnik,
/// Concrete Mathematics, 2nd ed., section 3.5).
std::int64_t floor_sum(Index n, Index m, Index a, Index b);

/// Σ ceil(a · i / m) over i = first … last.
std::int64_t ceil_sum(Index first, Index last, Index a, Index m);

}  // namespace ohm
