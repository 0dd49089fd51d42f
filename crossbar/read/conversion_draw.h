// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/random.h"
#include "crossbar/program/program.h"

namespace ohm {

/// Which conversions of a row of arrays: one token, one step of one row group.
struct ConversionStep {
  std::uint32_t token = 0;
  Index step = 0;  ///< group · n_input_slices + slice
};

/// The random numbers of the conversions of one row of arrays, one per column.
class ConversionDraw {
 public:
  ConversionDraw(const ChipDraw& draw, Index tile);

  /// Standard normals of columns first_column, first_column + 1, …, in the first half of their
  /// sequence.
  void normals(ConversionStep at, Index first_column, std::span<float> out) const;

  /// The same of `n_steps` steps from `first` on, row after row, as many columns of each as share
  /// `out` evenly.
  void step_normals(ConversionStep first, Index n_steps, Index first_column,
                    std::span<float> out) const;

  /// Standard normals of the cells of wordline `row` from column 0 on of the
  /// tile, in the second half of it.
  void cell_normals(ConversionStep at, Index row, std::span<float> out) const;

  /// Uniforms of stochastic rounding.
  void uniforms(ConversionStep at, Index first_column, std::span<float> out) const;

 private:
  Counter counter(ConversionStep at) const;

  StreamKey noise_, rounding_;
  std::uint32_t strip_;
};

}  // namespace ohm
