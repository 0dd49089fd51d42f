// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Columns that a register sums at once, and rows that one of its lanes multiplies at once.
inline constexpr Index kDotColumns = 16;
inline constexpr Index kDotRows = 4;
inline constexpr Index kDotBytes = kDotColumns * kDotRows;
/// Rows that registers multiply in one turn.
inline constexpr Index kDotRowsAtOnce = 2 * kDotRows;
/// Most digits of an entry.
inline constexpr Index kMostDotDigits = 4;

/// Runs of columns in one panel, and what it holds: as many runs of each of the digits.
constexpr Index panel_runs(Index n_digits) {
  return n_digits == 1 ? 4 : n_digits == 2 ? 2 : 1;
}
constexpr Index panel_columns(Index n_digits) {
  return panel_runs(n_digits) * kDotColumns;
}
constexpr Index quad_bytes(Index n_digits) {
  return panel_runs(n_digits) * n_digits * kDotBytes;
}

/// Signed digits of neighbouring columns, arranged as instructions multiply them: for each four
/// rows, each run of kDotColumns columns and each digit, least significant first, kDotBytes bytes
/// (column, row).
struct DotPanel {
  const std::int8_t* bytes = nullptr;
  Index n_quads = 0;  ///< rows / kDotRows, an even number
  Index n_digits = 1;
};

/// Unsigned bytes, (count, stride); rows beyond those of the panel are not read.
struct DotVectors {
  const std::uint8_t* bytes = nullptr;
  Index count = 0, stride = 0;
};

/// Where the sums go: (vectors, stride). shift > 0 adds sums · 2^shift to what is there; 0
/// overwrites it, after adding one number per column of the panel and one per vector.
struct DotOutput {
  std::int32_t* sums = nullptr;
  Index stride = 0;
  int shift = 0;
  const std::int32_t* of_columns = nullptr;  ///< null: zeros
  const std::int32_t* of_vectors = nullptr;  ///< null: zeros

  /// What the sum of vector v and column j is added to.
  std::int32_t before(Index v, Index j) const {
    if (shift > 0) return sums[v * stride + j];
    const auto of = [](const std::int32_t* values, Index i) {
      return values == nullptr ? 0U : static_cast<std::uint32_t>(values[i]);
    };
    return static_cast<std::int32_t>(of(of_columns, j) + of(of_vectors, v));
  }
  /// The output of the vectors from `vector` on, and of the columns from `column` on.
  DotOutput from(Index vector, Index column) const {
    return {sums + vector * stride + column, stride, shift,
            of_columns == nullptr ? nullptr : of_columns + column,
            of_vectors == nullptr ? nullptr : of_vectors + vector};
  }
};

/// Whether the instruction set in use multiplies unsigned by signed bytes and adds four such
/// products to an int32 at once, exactly (AVX-512 VNNI); elsewhere the kernel is right, but slow,
/// and word_kernel is taken.
bool has_dot_products();

/// Whether whole tiles of bytes are multiplied at once instead (AMX).
bool uses_tiles();

/// Rows of which the panels, and the vectors, of an operand of `rows` rows should hold a multiple:
/// those of a tile where there are tiles and enough rows to fill them, else those of registers.
Index panel_rows(Index rows);

/// Signed bytes of some rows, a multiple of kDotRows, and of n_runs · kDotColumns columns.
struct DotRows {
  const std::int8_t* bytes = nullptr;
  Index stride = 0, n_rows = 0, n_runs = 0;
};

/// Puts the bytes of digit `digit` into panels of `n_digits` digits, which lie one after the other.
void fill_panels(const DotRows& rows, Index digit, Index n_digits, std::int8_t* panels);

/// sums of vector v and column j = Σ_i byte_vi · Σ_d 256^d · digit_dij, modulo 2^32.
void add_dot_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out);

/// Sums of three vectors of zeros and ones from the products of two of bytes.
///
/// Of x0 + m · x1 and m · x0 + x2, m = 254, the products with a digit are p = s0 + m · s1 and
/// q = m · s0 + s2, so that q - m · p = s2 - m² · s1: while |s2| stays below m² / 2, rounding
/// tells s1 and s2 apart, and s0 = p - m · s1. kTripleLimit leaves room for fp32 to err, and
/// keeps that difference, at most (m² + 1) · kTripleLimit, in int32.
inline constexpr std::int32_t kTripleFactor = 254;
inline constexpr std::int64_t kTripleLimit = 31000;
static_assert(2 * kTripleLimit < kTripleFactor * kTripleFactor);
static_assert(kTripleLimit * (kTripleFactor * kTripleFactor + 1) < std::int64_t{1} << 31);

/// Vectors 2k and 2k + 1 are two such, rows 3k, 3k + 1 and 3k + 2 of the sums are overwritten. In
/// each digit, the magnitudes of a column add up to at most kTripleLimit. An even number of
/// vectors.
void add_dot_triples(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out);

/// The readable twins, digit by digit and bit by bit; they serve processors with AVX-512 that lack
/// the instruction.
void add_dot_products_plainly(const DotVectors& vectors, const DotPanel& panel,
                              const DotOutput& out);
void add_dot_triples_plainly(const DotVectors& vectors, const DotPanel& panel,
                             const DotOutput& out);

}  // namespace ohm
