// SPDX-License-Identifier: Apache-2.0
#include "core/half.h"

#include <bit>

namespace ohm {
namespace {

constexpr std::uint32_t sign_bit = 0x80000000u;
constexpr std::uint32_t infinity_bits = 0x7f800000u;

/// Drops the lowest `n_bits` (1 to 31) of `bits`, rounding to nearest even.
constexpr std::uint32_t shift_to_nearest_even(std::uint32_t bits, unsigned n_bits) {
  const std::uint32_t lowest_kept = (bits >> n_bits) & 1u;
  return (bits + (1u << (n_bits - 1)) - 1u + lowest_kept) >> n_bits;
}

}  // namespace

float half_to_float(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000u) << 16;
  const std::uint32_t exponent = (bits >> 10) & 0x1fu;
  const std::uint32_t mantissa = bits & 0x3ffu;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
    return sign ? -magnitude : magnitude;
  }
  const std::uint32_t widened = exponent == 31 ? 0xffu : exponent + 112u;
  return std::bit_cast<float>(sign | (widened << 23) | (mantissa << 13));
}

std::uint16_t float_to_half(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = (bits & sign_bit) >> 16;
  const std::uint32_t magnitude = bits & ~sign_bit;
  std::uint32_t narrowed = 0;
  if (magnitude > infinity_bits) {
    narrowed = 0x7e00u | ((magnitude >> 13) & 0x3ffu);
  } else if (magnitude >= 0x477ff000u) {  // 65520, halfway between the largest fp16 and 2^16
    narrowed = 0x7c00u;
  } else if (magnitude >= 0x38800000u) {  // 2^-14, the smallest normal fp16
    narrowed = shift_to_nearest_even(magnitude - (112u << 23), 13);
  } else if (magnitude > 0x33000000u) {  // 2^-25, halfway between zero and the smallest fp16
    const std::uint32_t significand = (magnitude & 0x7fffffu) | 0x800000u;
    narrowed = shift_to_nearest_even(significand, 126u - (magnitude >> 23));
  }
  return static_cast<std::uint16_t>(sign | narrowed);
}

float bfloat16_to_float(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

std::uint16_t float_to_bfloat16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & ~sign_bit) > infinity_bits) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  // The sign bit rides along: rounding carries at most into infinity, never beyond it.
  return static_cast<std::uint16_t>(shift_to_nearest_even(bits, 16));
}

}  // namespace ohm
