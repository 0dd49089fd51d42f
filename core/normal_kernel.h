// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Coefficients of the float Box-Muller transform, shared by the SIMD kernel and its scalar twin.
/// Weighted minimax fits (Lawson iteration), relative error below 4e-8 before rounding to float.
namespace box_muller {
/// (ln(1+f) - f + f^2/2) / f^3 on sqrt(1/2) - 1 <= f <= sqrt(2) - 1, lowest power first.
inline constexpr float kLog[7] = {0.3333391F,  -0.25001338F, 0.19963063F, -0.16577585F,
                                  0.14914767F, -0.14267486F, 0.087004356F};
inline constexpr float kLn2 = 0.69314718F;
/// sin(pi/4 t) / t in powers of t^2, |t| <= 1.
inline constexpr float kSin[4] = {0.7853982F, -0.080745436F, 0.002490001F, -3.5950463e-05F};
/// (cos(pi/4 t) - 1) / t^2 in powers of t^2, |t| <= 1.
inline constexpr float kCos[3] = {-0.3084245F, 0.015850397F, -0.00031916017F};
/// Bits of sqrt(1/2): where the mantissa is cut, so that f stays small.
inline constexpr std::int32_t kSqrtHalfBits = 0x3f3504f3;
inline constexpr float kBelowOne = 0x1.fffffep-1F;
}  // namespace box_muller

/// Philox4x32-10 key words and upper counter words of one sequence.
struct PhiloxSequence {
  std::uint32_t k0, k1;
  std::uint32_t c1, c2, c3;
};

/// Elements first ... first + count - 1 of `n_rows` sequences, whose last counter words are c3,
/// c3 + 1, ...: row r at out + r * stride.
struct ElementRows {
  Index first = 0, count = 0, n_rows = 1, stride = 0;
};

/// Writes `count` uniforms from element `first` on; SIMD twin of uniform_at (rounded to float).
/// The caller has checked the range.
void uniform_kernel(const PhiloxSequence& sequence, Index first, Index count, float* out);

/// Writes rows of standard normals; SIMD twin of normal_at, same bits. The caller has checked the
/// range.
void normal_kernel(const PhiloxSequence& sequence, const ElementRows& rows, float* out);

}  // namespace ohm
