// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "crossbar/read/dot_kernel.h"
#include "crossbar/read/exact_product.h"

namespace ohm {

/// Products of vectors of bytes with some columns of an operand, arranged once for the dot-product
/// instructions of the processor; the same integers as byte_product().
class DotProduct {
 public:
  /// Arranges operand[rows, columns], whose rows x's vectors drive. Both must outlive the calls of
  /// multiply(). The sums must fit: max_input · column_limit < 2^31.
  void prepare(const ByteInputs& x, const ExactOperand& operand, RowRange rows,
               ColumnRange columns);

  /// out[v · columns.columns + j] = x_{first + v} · operand[rows, columns], for `count` vectors.
  void multiply(Index first, Index count, std::int32_t* out);

 private:
  Index panel_bytes() const;
  void pack(const ExactOperand& operand, RowRange rows, ColumnRange columns);
  void multiply_panel(Index first, Index count, const DotPanel& panel, DotOutput to);
  void multiply_bytes(Index first, Index count, std::int32_t* out);

  const ByteInputs* x_ = nullptr;
  std::int64_t bias_ = 0;
  bool takes_triples_ = false;
  Index n_quads_ = 0, n_digits_ = 0, n_columns_ = 0;
  AlignedVector<std::int8_t> panels_;
  std::vector<std::int8_t> edge_;
  AlignedVector<std::int32_t> ragged_;  ///< sums of a panel that is not full
  std::vector<std::int32_t> offsets_;   ///< per column: what the inputs' offset adds to every sum
};

}  // namespace ohm
