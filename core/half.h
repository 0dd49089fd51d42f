// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ohm {

/// IEEE 754 binary16 (fp16) bits to fp32: exact for every pattern; NaN payloads are kept.
float half_to_float(std::uint16_t bits);

/// fp32 to binary16 bits: rounds to nearest even, overflows to infinity; a NaN stays a (quiet) NaN.
std::uint16_t float_to_half(float value);

/// bfloat16 (upper half of an fp32) to fp32: exact for every pattern.
float bfloat16_to_float(std::uint16_t bits);

/// fp32 to bfloat16 bits: rounds to nearest even, overflows to infinity; a NaN stays a (quiet) NaN.
std::uint16_t float_to_bfloat16(float value);

}  // namespace ohm
