// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "crossbar/product/byte_inputs.h"
#include "crossbar/product/exact_product.h"
#include "crossbar/product/integer_rows.h"
#include "crossbar/program/program.h"
#include "crossbar/read/mvm_counts.h"

namespace ohm {

/// Some neighbouring tokens of the inputs.
struct TokenRange {
  Index first = 0;
  Index tokens = 0;
};

/// Some columns of some rows of the inputs.
inline IntegerRows rows_of(const IntegerRows& x, TokenRange tokens, RowRange columns) {
  return {x.values + tokens.first * x.stride + columns.first, tokens.tokens, columns.rows,
          x.stride};
}

/// Wordlines of the tile that conduct together in row group `group`.
RowRange group_rows(const Macro& macro, const ProgrammedTile& tile, Index group);

/// What every step drives onto the wordlines of a row group: (tokens · steps, wordlines), row
/// t · n_steps + b is step b of token t.
Matrix<std::int32_t> drive_steps(const Macro& macro, const ProgrammedTile& tile, Index group,
                                 const IntegerRows& x, TokenRange tokens);

/// The same, in `room` or, where the one step drives the inputs themselves, where those are.
IntegerRows driven_rows(const Macro& macro, const ProgrammedTile& tile, Index group,
                        const IntegerRows& x, TokenRange tokens, Matrix<std::int32_t>& room);

/// Whether every step drives 0 or 1, whatever the inputs.
bool drives_bits(const Macro& macro);

/// The same as drive_steps() as bytes, where drives_bits().
ByteInputs drive_bits(const Macro& macro, const ProgrammedTile& tile, Index group,
                      const IntegerRows& x, TokenRange tokens);

/// Adds to `counts` how strongly and how often `driven` loads the wordlines of the row group.
void count_drive(const Macro& macro, const ProgrammedTile& tile, Index group,
                 const IntegerRows& driven, MvmCounts& counts);
void count_drive(const Macro& macro, const ProgrammedTile& tile, Index group,
                 const ByteInputs& bits, MvmCounts& counts);

/// Σ x over the inputs of each row group, (tokens, groups): what the digital corrections multiply.
Matrix<double> input_sums(const Macro& macro, const ProgrammedTile& tile, const IntegerRows& x,
                          TokenRange tokens);

}  // namespace ohm
