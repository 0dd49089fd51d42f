// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "crossbar/product/byte_inputs.h"
#include "crossbar/product/dot_kernel.h"
#include "crossbar/product/exact_product.h"

namespace ohm {

/// Products of vectors of bytes with some columns of an operand, arranged once as the processor
/// multiplies them: in bytes where it has_dot_products(), else in words.
class DotProduct {
 public:
  /// Arranges operand[rows, columns], whose rows x's vectors drive. Both must outlive the calls of
  /// multiply(). The sums must fit: max_input · column_limit < 2^31.
  void prepare(const ByteInputs& x, const ExactOperand& operand, RowRange rows,
               ColumnRange columns);

  /// out[v · columns.columns + j] = x_{first + v} · operand[rows, columns], for `count` vectors.
  void multiply(Index first, Index count, std::int32_t* out);

 private:
  void choose(const ByteInputs& x, const ExactOperand& operand);
  Index panel_width() const;
  Index panel_bytes() const;
  DotRows digit_rows(Index digit, const ExactOperand& operand, RowRange rows, ColumnRange columns);
  void pack(const ExactOperand& operand, RowRange rows, ColumnRange columns);
  void widen(Index first, Index count);
  void multiply_words(Index count, Index panel, DotOutput to) const;
  void multiply_bytes(Index first, Index count, Index panel, DotOutput to) const;
  void multiply_all(Index first, Index count, const DotOutput& out);

  const ByteInputs* x_ = nullptr;
  std::int64_t bias_ = 0;
  bool in_words_ = false, takes_triples_ = false;
  Index n_rows_ = 0, n_columns_ = 0, n_digits_ = 0;
  Index n_words_ = 0, n_input_words_ = 0;  ///< of an entry, and of an input
  AlignedVector<std::int8_t> panels_;
  AlignedVector<std::int16_t> words_;            ///< of the vectors that are being multiplied
  std::vector<std::vector<std::int8_t>> edges_;  ///< per digit, filled to whole panels
  AlignedVector<std::int32_t> ragged_;           ///< sums of a panel that is not full
  AlignedVector<std::int32_t> of_columns_;  ///< minus what the inputs' offset adds to every sum
  AlignedVector<std::int32_t> of_vectors_;  ///< what the operand's bias adds to every sum
};

}  // namespace ohm
