// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "core/tensor.h"
#include "crossbar/product/integer_rows.h"
#include "crossbar/program/program.h"
#include "crossbar/read/drive.h"

namespace ohm {

/// The analog sums of some tokens over one row group, as they reach the ADCs, before noise.
///
/// Row t · n_input_slices + b is input slice b of token tokens.first + t.
struct SumBlock {
  TokenRange tokens;
  Index group = 0;
  RowRange range;               ///< rows of the tile that conduct together
  Matrix<std::int32_t> driven;  ///< values on those wordlines
  Matrix<double> sums;          ///< codes, one column per (weight slice, output)
  double gain = 1.0;            ///< what the wires leave of every sum
};

/// Visits the column sums of one tile block by block, in a fixed order.
void for_each_sum_block(const Macro& macro, const ProgrammedTile& tile, const IntegerRows& x,
                        const std::function<void(SumBlock&)>& visit);

}  // namespace ohm
