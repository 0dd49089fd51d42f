// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/gemm.h"
#include "crossbar/read/drive.h"
#include "crossbar/read/mvm_reference.h"
#include "crossbar/read/step_inputs.h"

namespace ohm {

/// Room to read in, kept between calls.
struct ReadScratch {
  ColumnSums sums, variances;
  std::vector<float> normals, steps, uniforms;
  std::vector<double> wide_total;
};

/// Reads neighbouring columns of one tile over the steps of one row group, block by block in int32
/// and fp32: the fast twin of read_tile().
class SliceReader {
 public:
  /// inputs: the steps of read.tokens on the wordlines of the group.
  SliceReader(const TileRead& read, Index group, const StepInputs& inputs, ReadScratch& scratch);

  /// y(t, j) += factor · Σ_b weight · code of columns.first + j of the sliced entries; returns what
  /// the conversions returned. y: (tokens, columns).
  CodeCounts convert(ColumnRange columns, MatrixView<double> y);

  /// The same where converters do nothing; inputs: the inputs themselves, not their steps.
  void add_linear(ColumnRange columns, MatrixView<double> y);

 private:
  const ExactOperand& entries() const {
    return read_.plan.sliced ? *read_.plan.sliced : read_.tile.cells.entries;
  }
  ConversionStep at(Index t, Index b) const {
    return {read_.tokens[static_cast<size_t>(t)], group_ * n_steps_ + b};
  }
  void prepare(ColumnRange columns);
  StepSums sums_of(TokenRange tokens, Index width);
  void add_noise(Index t, ColumnRange columns, StepSums& sums);
  CodeCounts convert_some(TokenRange tokens, ColumnRange columns, MatrixView<double> y);
  Index convert_ideally(ColumnRange columns, const StepSums& sums, const CodeOutputs& out) const;
  CodeCounts convert_by_bank(Index t, ColumnRange columns, const StepSums& sums);

  const TileRead& read_;
  Index group_;
  const StepInputs& inputs_;
  ReadScratch& scratch_;
  const GroupScales& scales_;
  RowRange rows_;
  Index n_steps_;
  std::vector<float> weights_;  // of the steps
  bool in_fp32_;                // ideal codes whose weighted sums are exact in fp32
};

}  // namespace ohm
