// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/product/byte_inputs.h"
#include "crossbar/product/dot_product.h"
#include "crossbar/product/exact_product.h"
#include "crossbar/product/plane_product.h"

namespace ohm {

/// What the steps of some tokens drive, in the forms in which it is multiplied fastest.
struct StepInputs {
  Index n_vectors = 0;
  bool are_bits = false;
  BitPlanes planes;    ///< for operands of which takes_tables()
  ByteInputs values;   ///< for the others
  ByteInputs squares;  ///< of values beyond one bit, where squares are summed

  /// Whether the sums of an operand come from tables of partial sums: of one-bit steps, from
  /// kFewestPlanes vectors on, where no dot-product instruction is faster.
  bool takes_tables(const ExactOperand& operand) const;
};

/// Vectors from which tables of partial sums pay for themselves.
inline constexpr Index kFewestPlanes = 96;

/// Operands that inputs are made for: of column sums, and of sums with squares (null: none).
struct SummedOperands {
  const ExactOperand* entries = nullptr;
  const ExactOperand* of_squares = nullptr;
};

/// `driven`, (vectors, wordlines).
StepInputs make_step_inputs(const IntegerRows& driven, const SummedOperands& operands);

/// The same of zeros and ones.
StepInputs make_bit_inputs(ByteInputs driven, const SummedOperands& operands);

/// The sums of some columns, exactly; the same integers by every method. Keeps its room between
/// uses.
class ColumnSums {
 public:
  /// Of operand[rows, columns], with value² in the place of value where `squares`. Inputs and
  /// operand must outlive the calls of of().
  void prepare(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
               ColumnRange columns, bool squares = false);

  /// Σ_i value_vi · operand[rows, columns] of `count` vectors from `first` on, (count, columns),
  /// until the next call.
  const std::int32_t* of(Index first, Index count);

 private:
  Index n_columns_ = 0;
  bool from_tables_ = false;  // all at once; else by dot products, few vectors at a time
  TableScratch tables_;
  DotProduct dots_;
  AlignedVector<std::int32_t> sums_;
};

}  // namespace ohm
