// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"

namespace ohm {

/// 2^(bits - 1): the largest magnitude of a two's complement integer, and what an offset adds.
constexpr Index half_range(Index bits) {
  return Index{1} << (bits - 1);
}

}  // namespace ohm
