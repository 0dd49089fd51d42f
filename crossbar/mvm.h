// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/program.h"

namespace ohm {

/// What reading a matrix took, as integers: the same for any order, batch and number of threads.
struct MvmCounts {
  std::int64_t mvms = 0;
  std::int64_t conversions = 0;
  std::int64_t clipped = 0;  ///< conversions beyond the last code
  Matrix<std::int64_t>
      drive;  ///< (input slices, rows): Σ |value| (gated: pulse width) or value² (driven)
  Matrix<std::int64_t> active;  ///< (input slices, rows): how often a wordline was driven at all

  MvmCounts& operator+=(const MvmCounts& other);
  /// What was added since `earlier`, an older copy of these counts.
  MvmCounts operator-(const MvmCounts& earlier) const;
};

struct MvmResult {
  Matrix<double> y;  ///< (tokens, columns): x · W in units of (input step × weight step)
  MvmCounts counts;
};

/// Reads a programmed matrix: every weight slice × input slice × row group through its own ADC.
///
/// x: (tokens, rows) signed integers of input.bits. `tokens` numbers the rows of x and keys the
/// noise of their conversions, so results do not depend on how tokens are batched. With ideal
/// devices and a range that holds every sum, y is the integer product, exactly. Throws
/// ArgumentError for a wrong shape, an input out of range, or a missing calibration.
MvmResult mvm(const Macro& macro, const ProgrammedMatrix& matrix, const Matrix<std::int32_t>& x,
              std::span<const std::uint32_t> tokens);

/// Throws ArgumentError where an input does not fit into input.bits.
void check_inputs(const Macro& macro, const Matrix<std::int32_t>& x);

/// Statistics with which expected_activity() reproduces what these reads did: the share of driven
/// bits, and the mean level of the cells they drove, weighted by how strongly each wordline was
/// driven.
///
/// The energy of the cells that follows is exact: what drove each wordline (a popcount where a step
/// is one bit) times its conductance.
InputStatistics input_statistics(const Macro& macro, const ProgrammedMatrix& matrix,
                                 const MvmCounts& counts);

/// The analog sums of some tokens over one row group, as they reach the ADCs, before noise.
///
/// Row t · n_input_slices + b is input slice b of token first_token + t.
struct SumBlock {
  Index first_token = 0, n_tokens = 0;
  Index group = 0;
  RowRange range;        ///< rows of the tile that conduct together
  Matrix<float> driven;  ///< values on those wordlines
  Matrix<double> sums;   ///< codes, one column per (weight slice, output)
};

/// Visits the column sums of one tile block by block, in a fixed order.
void for_each_sum_block(const Macro& macro, const ProgrammedTile& tile,
                        const Matrix<std::int32_t>& x, const std::function<void(SumBlock&)>& visit);

}  // namespace ohm
