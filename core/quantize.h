// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"

namespace ohm {

/// Symmetric integer quantisation: x ≈ step · code, code in [-max_code, max_code], zero exact.
///
/// A code of `bits` bits leaves the most negative two's-complement value unused: 2^bits - 1 levels.

/// 2^(bits-1) - 1. Throws ArgumentError unless bits is 2 to 16.
std::int32_t symmetric_max_code(int bits);

/// x / step rounded half to even, saturating at ±max_code; x must not be NaN, step > 0.
std::int32_t quantize(float x, double step, std::int32_t max_code);

/// Each value quantised. Throws ArgumentError on NaN or Inf, or unless step is positive and finite.
std::vector<std::int32_t> quantize(std::span<const float> values, double step,
                                   std::int32_t max_code);

/// Step that maps the largest |x| to the largest code; 1 if all values are zero or there are none.
///
/// Throws ArgumentError on NaN or Inf, or unless bits is 2 to 16.
double scale_max(std::span<const float> values, int bits);

/// Step that maps the given percentile of |x| to the largest code; what lies beyond saturates.
///
/// Exact percentile, linear between neighbours as numpy.percentile; scale_max where it is zero.
/// Args: percentile in (0, 100]. Throws ArgumentError as scale_max, or on a percentile outside.
double scale_percentile(std::span<const float> values, int bits, double percentile);

/// Step that minimises the mean squared quantisation error over `values`.
///
/// Model: Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6, 1960 (uniform case),
/// on the empirical distribution instead of a density. The error of a step is exact (sorted values,
/// running sums), searched over steps 1 % apart and refined by golden section; the search ends
/// where clipping alone costs more than the best step found. Steps above scale_max by more than
/// half a code are not considered. Time O(n log n). Throws ArgumentError as scale_max.
double scale_mse(std::span<const float> values, int bits);

/// How many weights share a step.
enum class WeightScale {
  per_column,  ///< One step per output (last axis).
  per_tensor,  ///< One step for all.
};

/// Integer weights: w(i, j) ≈ codes(i, j) · step_of(j).
struct QuantizedMatrix {
  Matrix<std::int32_t> codes;  ///< (inputs, outputs), each in [-max_code, max_code].
  std::vector<float> steps;    ///< One per column, or a single one.
  std::int32_t max_code = 0;

  float step_of(Index column) const {
    return steps[steps.size() == 1 ? 0 : static_cast<std::size_t>(column)];
  }
};

/// Quantises weights (inputs, outputs) with step = max|w| / max_code, per column or for all.
///
/// A column of zeros gets step 1. Steps are fp32, rounded towards zero so that codes · step never
/// overflows, and at least 2^-126 so that no step is lost to flushed denormals.
/// Throws ArgumentError on NaN or Inf, or unless bits is 2 to 16.
QuantizedMatrix quantize_weights(const Matrix<float>& weights, int bits, WeightScale scale);

/// codes · step, in fp32.
Matrix<float> dequantize(const QuantizedMatrix& quantized);

}  // namespace ohm
