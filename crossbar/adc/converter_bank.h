// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crossbar/adc/adc.h"
#include "crossbar/adc/convert_kernel.h"

namespace ohm {

/// The physical converters of one row of arrays, built once per programmed tile.
///
/// Model: each column's sum, in steps, through the static transfer of its own converter; a sum on a
/// threshold takes the even code (round half to even), as the ideal quantiser. Sums must not be
/// NaN. Immutable and free of locks: any number of threads may convert at once, and neither their
/// number nor the SIMD width changes a code.
class ConverterBank {
 public:
  /// converter_of[j] is the index in `converters` of the one that column j is wired to. Throws
  /// ArgumentError where it has none.
  ConverterBank(const Adc& adc, std::span<const AdcDraw> converters,
                std::span<const Index> converter_of, bool is_signed);

  /// Replaces the sums of columns first_column, first_column + 1, …, in steps, by their codes;
  /// returns how many sums lay beyond the range. `uniforms`: one number in (0, 1) per sum where the
  /// Spec's rounding is stochastic (the sum is shifted by u - 1/2 steps, so that the mean code is
  /// the sum), else empty.
  Index convert(std::span<float> sums, Index first_column,
                std::span<const float> uniforms = {}) const;

  Index n_columns() const { return n_columns_; }
  Index n_converters() const { return n_converters_; }
  const CodeRange& codes() const { return codes_; }
  bool is_stochastic() const { return stochastic_; }

  /// Whether sums come back as they are: kind ideal without gain error and offset.
  bool is_identity() const { return !quantises_ && is_exact_; }

  /// Whether every converter is the ideal quantiser code = clip(round(sum)), so that callers may
  /// take a short cut for whole sums.
  bool is_ideal_quantiser() const { return quantises_ && is_exact_ && !stochastic_; }

 private:
  void wire_affine(const Adc& adc, std::span<const AdcDraw> converters,
                   std::span<const Index> converter_of);
  void check_call(std::span<const float> sums, Index first_column,
                  std::span<const float> uniforms) const;

  Index n_columns_ = 0, n_converters_ = 0;
  CodeRange codes_;
  bool quantises_ = true, affine_ = true, stochastic_ = false, is_exact_ = false;
  AffineConverters affine_converters_;
  ThresholdTables tables_;
};

}  // namespace ohm
