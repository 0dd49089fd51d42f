// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// How the integer sums of neighbouring columns become converter steps, in fp32:
///
///     steps = sum · scale + sqrt(variance · variance_scale + variance_floor) · normal
///
/// Every operation is rounded once and stands alone, so no result depends on the width of vectors.
struct ColumnScales {
  const float* scale = nullptr;           ///< steps per unit of the sum
  const float* variance_scale = nullptr;  ///< steps² per unit of the variance sum; null: no sums
  const float* variance_floor = nullptr;  ///< steps²; null: no noise at all
};

/// The sums of one input vector over neighbouring columns, one row for each step of the input.
struct StepSums {
  const std::int32_t* sums = nullptr;       ///< (n_steps, stride)
  const std::int32_t* variances = nullptr;  ///< the same shape; null where variance_scale is
  const float* normals = nullptr;           ///< the same shape; null where variance_floor is
  Index n_steps = 0, n_columns = 0, stride = 0;
};

/// One sum in steps: the readable twin of what follows.
float in_steps(const ColumnScales& columns, Index column, double sum, double variance,
               float normal);

/// out[step · stride + j] = steps of every sum.
void to_steps(const ColumnScales& columns, const StepSums& sums, float* out);

/// A converter without static errors: code = rint(steps), ties to even, cut to [low, high].
struct IdealCodes {
  float low = 0.0F, high = 0.0F;   ///< |code| < 2^21
  const float* weights = nullptr;  ///< (n_steps): what a code of each step counts, whole numbers
};

/// Where the weighted codes of some input vectors are added, in fp64.
struct CodeOutputs {
  const double* factor = nullptr;  ///< per column
  double* y = nullptr;             ///< (n_vectors, stride)
  Index n_vectors = 1, stride = 0;
};

/// Converts every sum of out.n_vectors input vectors, which lie one after the other in `sums`, and
/// adds factor[column] · Σ_steps weight · code to their outputs; returns how many codes were cut.
/// Exact up to the last addition where Σ |weight · code| stays below 2^24.
Index add_ideal_codes(const ColumnScales& columns, const StepSums& sums, const IdealCodes& codes,
                      const CodeOutputs& out);

/// y[j] += added[j] + constant, in fp64.
void add_row(const double* added, double constant, Index count, double* y);

/// out[j] += (weight · a[j]) · b[j], in fp32.
void add_products(const float* a, const float* b, float weight, Index count, float* out);

}  // namespace ohm
