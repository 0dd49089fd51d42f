// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/index.h"

namespace ohm {

/// Entries beyond the last column that vectors may read.
inline constexpr Index kColumnPadding = 64;

/// Gain and offset of the converter behind each column, and the codes that all of them have.
struct AffineConverters {
  std::vector<float> factor, offset;  ///< per column: code = round(factor · sum + offset)
  float low = 0.0F, high = 0.0F;      ///< codes
  bool mid_rise = false;              ///< floor(…) + 1/2 instead of half to even
};

/// Decision thresholds of a bank as tables that a vector of sums reads at once.
///
/// A sum falls into a bin of width 1 / scale; `below` says how many thresholds lie in lower bins,
/// and `passes` comparisons settle those of its own bin: as many as any bin holds. Every threshold
/// is the least sum that reaches it, so that a comparison with >= is exact.
struct ThresholdTables {
  float edge = 0.0F, scale = 1.0F;
  std::int32_t n_bins = 1, passes = 0;
  std::vector<std::int32_t> below;  ///< n_bins per converter
  std::vector<float> thresholds;    ///< per converter, closed by +∞
  std::vector<float> codes;         ///< after so many thresholds; empty if in_order
  std::vector<std::int32_t> first_bin, first_threshold;  ///< per column: where its converter starts
  bool in_order = false;          ///< whether every converter has the codes low, low + 1, …, high
  float low = 0.0F, high = 0.0F;  ///< outermost codes
  std::vector<std::int32_t> last;  ///< per column: 0 and this many thresholds are beyond the range

  /// The bin of a sum, as the kernel computes it.
  std::int32_t bin_of(float sum) const;
};

/// Sums, in steps, and one uniform number for each where rounding is stochastic, else none.
struct Conversion {
  std::span<float> sums;  ///< replaced by codes
  Index first_column = 0;
  std::span<const float> uniforms;
};

/// Replaces sums by codes; returns how many lay beyond the range. The caller has checked the sizes.
Index convert_affine(const AffineConverters& converters, const Conversion& conversion);
Index convert_thresholds(const ThresholdTables& tables, const Conversion& conversion);

}  // namespace ohm
