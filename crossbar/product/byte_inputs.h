// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/aligned_vector.h"
#include "crossbar/product/integer_rows.h"

namespace ohm {

/// Unsigned bytes, (rows, cols), each row filled with zeros up to the stride, a multiple of
/// panel_rows(cols): where tiles are multiplied, each row starts a cache line.
struct ByteRows {
  Index rows = 0, cols = 0, stride = 0;
  AlignedVector<std::uint8_t> values;

  /// The bytes of the columns are not cleared.
  ByteRows(Index n_rows, Index n_cols);

  std::uint8_t* row(Index v) { return values.data() + v * stride; }
  const std::uint8_t* row(Index v) const { return values.data() + v * stride; }
};

/// Vectors of integers as unsigned bytes: value = Σ_d 256^d · digits[d] - offset.
///
/// Each digit has one row more than there are vectors: the offset itself, so that one product
/// yields what to subtract as well.
struct ByteInputs {
  Index n_vectors = 0;
  std::int32_t offset = 0;
  std::uint32_t largest = 255;     ///< no value + offset is larger
  std::vector<ByteRows> digits;    ///< (n_vectors + 1, ≥ rows), least significant first
  std::vector<std::int64_t> sums;  ///< Σ value of each vector
  /// Of bits, or absent: vectors 3k, 3k + 1 and 3k + 2 as rows 2k and 2k + 1, pack_triples().
  std::optional<ByteRows> triples;
};

/// Splits integers into bytes, 2^30 in magnitude at the most.
ByteInputs make_byte_inputs(const IntegerRows& x);

/// Splits their squares, of integers below 2^16 in magnitude.
ByteInputs make_square_inputs(const IntegerRows& x);

/// Integers that are bytes: all rows but the last, which the caller has left to be cleared.
ByteInputs make_byte_inputs(ByteRows x);

/// Three vectors of zeros and ones as two of bytes: x0 + 254 · x1 and 254 · x0 + x2, which
/// add_dot_triples() tells apart. The inputs have one digit and no offset.
void pack_triples(ByteInputs& bits);

}  // namespace ohm
