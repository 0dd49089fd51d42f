// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "crossbar/read/exact_product.h"
#include "crossbar/read/plane_product.h"

namespace ohm {

/// What the steps of some tokens drive, in the form in which it is multiplied fastest.
struct StepInputs {
  Index n_vectors = 0;
  bool as_planes = false;
  BitPlanes planes;    ///< of one-bit steps, from kFewestPlanes vectors on
  ByteInputs values;   ///< of everything else
  ByteInputs squares;  ///< of values beyond one bit, where read noise asks for them
};

/// Vectors from which tables of partial sums pay for themselves.
inline constexpr Index kFewestPlanes = 96;

/// `driven`, (vectors, wordlines), integers of at most `max_input` in magnitude.
StepInputs make_step_inputs(const Matrix<std::int32_t>& driven, Index max_input, bool with_squares);

/// Room for column sums, kept between calls.
struct SumScratch {
  TableScratch tables;
  ProductScratch products;
};

/// out[v · columns.columns + j] = Σ_i value_vi · operand[rows, columns], exactly; the same integers
/// by either method. `out` has room for one row more than there are vectors.
void column_sums(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
                 ColumnRange columns, SumScratch& scratch, std::span<std::int32_t> out);

/// The same with value² in the place of value.
void column_square_sums(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
                        ColumnRange columns, SumScratch& scratch, std::span<std::int32_t> out);

}  // namespace ohm
