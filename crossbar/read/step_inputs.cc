// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/step_inputs.h"

#include <algorithm>

namespace ohm {
namespace {

bool are_bits(const Matrix<std::int32_t>& driven) {
  std::uint32_t all = 0;
  for (const std::int32_t value : driven.values) all |= static_cast<std::uint32_t>(value);
  return all <= 1;
}

}  // namespace

StepInputs make_step_inputs(const Matrix<std::int32_t>& driven, Index max_input,
                            bool with_squares) {
  StepInputs inputs;
  inputs.n_vectors = driven.rows;
  const bool bits = are_bits(driven);
  inputs.as_planes = bits && driven.rows >= kFewestPlanes;
  if (inputs.as_planes) {
    inputs.planes = pack_planes(driven);
    return inputs;
  }
  inputs.values = make_byte_inputs(driven, bits ? 1 : max_input);
  if (!with_squares) return inputs;
  Matrix<std::int32_t> squares = driven;
  for (std::int32_t& value : squares.values) value *= value;
  inputs.squares = make_byte_inputs(squares, bits ? 1 : max_input * max_input);
  return inputs;
}

void column_sums(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
                 ColumnRange columns, SumScratch& scratch, std::span<std::int32_t> out) {
  if (inputs.as_planes) {
    plane_product(inputs.planes, operand, rows, columns, scratch.tables, out);
  } else {
    byte_product(inputs.values, operand, rows, columns, scratch.products, out);
  }
}

void column_square_sums(const StepInputs& inputs, const ExactOperand& operand, RowRange rows,
                        ColumnRange columns, SumScratch& scratch, std::span<std::int32_t> out) {
  if (inputs.as_planes) {
    plane_product(inputs.planes, operand, rows, columns, scratch.tables, out);
  } else {
    byte_product(inputs.squares, operand, rows, columns, scratch.products, out);
  }
}

}  // namespace ohm
