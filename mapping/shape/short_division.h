// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// a / b of numbers that are not negative: in 32 bits where they fit, which takes a fraction of the
/// time.
inline Index quotient(Index a, Index b) {
  if (((a | b) >> 32) != 0) return a / b;
  return static_cast<Index>(static_cast<std::uint32_t>(a) / static_cast<std::uint32_t>(b));
}

inline Index remainder(Index a, Index b) {
  return a - quotient(a, b) * b;
}

}  // namespace ohm
