// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/step_inputs.h"

#include <algorithm>
#include <utility>

#include "crossbar/product/dot_kernel.h"

namespace ohm {
namespace {

constexpr Index kFewestTripleRows = 48;  // below which telling apart takes longer than products

}  // namespace

bool StepInputs::takes_tables(const ExactOperand& operand) const {
  if (!are_bits || n_vectors < kFewestPlanes || uses_tiles()) return false;
  return sums_fit_int8(operand) || !has_dot_products();
}

StepInputs make_bit_inputs(ByteInputs driven, const SummedOperands& operands) {
  StepInputs inputs;
  inputs.n_vectors = driven.n_vectors;
  inputs.are_bits = true;
  const bool may_pack =
      has_dot_products() && !uses_tiles() && driven.digits.front().cols >= kFewestTripleRows;
  bool tables = false, bytes = false, triples = false;
  for (const ExactOperand* operand : {operands.entries, operands.of_squares}) {
    if (operand == nullptr) continue;
    const bool by_table = inputs.takes_tables(*operand);
    (by_table ? tables : bytes) = true;
    triples = triples || (may_pack && !by_table && operand->digit_limit <= kTripleLimit);
  }
  if (tables) inputs.planes = pack_planes(driven);
  if (!bytes) return inputs;
  inputs.values = std::move(driven);
  if (triples) pack_triples(inputs.values);
  return inputs;
}

StepInputs make_step_inputs(const IntegerRows& driven, const SummedOperands& operands) {
  ByteInputs values = make_byte_inputs(driven);
  if (values.offset == 0 && values.largest <= 1)
    return make_bit_inputs(std::move(values), operands);
  StepInputs inputs;
  inputs.n_vectors = driven.rows;
  inputs.values = std::move(values);
  if (operands.of_squares != nullptr) inputs.squares = make_square_inputs(driven);
  return inputs;
}

void ColumnSums::prepare(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
                         ColumnRange columns, bool squares) {
  n_columns_ = columns.columns;
  from_tables_ = inputs.takes_tables(operand);
  if (!from_tables_) {
    const ByteInputs& bytes = squares && !inputs.are_bits ? inputs.squares : inputs.values;
    return dots_.prepare(bytes, operand, rows, columns);
  }
  const auto size = static_cast<size_t>(inputs.n_vectors * n_columns_);
  if (sums_.size() < size) sums_.resize(size);
  plane_product(inputs.planes, operand, rows, columns, tables_, std::span(sums_).first(size));
}

const std::int32_t* ColumnSums::of(Index first, Index count) {
  if (from_tables_) return sums_.data() + first * n_columns_;
  const auto size = static_cast<size_t>(count * n_columns_);
  if (sums_.size() < size) sums_.resize(size);
  dots_.multiply(first, count, sums_.data());
  return sums_.data();
}

}  // namespace ohm
