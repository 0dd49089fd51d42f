// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"
#include "crossbar/product/integer_rows.h"

namespace ohm {

struct IntegerRange {
  std::int32_t low = 0, high = 0;
};

/// Smallest and largest of some integers and of 0.
IntegerRange range_of(const IntegerRows& x);

/// to[i] = the byte of values[i] + offset, no less than 0, that starts at bit `shift`.
void take_bytes(const std::int32_t* values, Index count, std::int32_t offset, int shift,
                std::uint8_t* to);

/// to[i] = that byte of values[i]², of values below 2^16 in magnitude.
void take_square_bytes(const std::int32_t* values, Index count, int shift, std::uint8_t* to);

/// Σ bytes.
std::uint64_t sum_of_bytes(const std::uint8_t* bytes, Index count);

/// load[i] += |values[i]|, or its square, modulo 2^32; active[i] += values[i] ≠ 0.
enum class Load { magnitude, square };
void add_loads(const std::int32_t* values, Load what, Index count, std::int32_t* load,
               std::int32_t* active);

}  // namespace ohm
