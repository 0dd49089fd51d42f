// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/aligned_vector.h"
#include "core/tensor.h"
#include "crossbar/product/byte_inputs.h"
#include "crossbar/product/exact_product.h"

namespace ohm {

/// Vectors of zeros and ones, packed six rows to an address.
struct BitPlanes {
  Index n_vectors = 0, n_tables = 0;
  std::vector<std::uint16_t> offsets;  ///< (n_vectors, n_tables)
};

/// Packs vectors of zeros and ones.
BitPlanes pack_planes(const ByteInputs& x);

/// Whether the sums of kTablesAtOnce tables of an operand fit int8: additions of 64 columns at
/// once, which no other product of bits matches.
bool sums_fit_int8(const ExactOperand& operand);

/// Room for the tables of one run of columns, kept between calls.
using TableScratch = AlignedVector<std::byte>;

/// out[v · columns.columns + j] = Σ over the rows i where plane v is 1 of operand[rows, columns],
/// exactly.
///
/// The method of four Russians (Arlazarov, Dinic, Kronrod, Faradzhev 1970): for each six rows the
/// 64 sums of their subsets are tabulated once, and every plane then costs one addition per six
/// rows, of whole entries, however many bytes they have. In int8 where the sums of kTablesAtOnce
/// tables fit and in int16 where every sum of the operand fits, else in int32. The sums must fit
/// int32: column_limit < 2^31.
void plane_product(const BitPlanes& x, const ExactOperand& operand, RowRange rows,
                   ColumnRange columns, TableScratch& scratch, std::span<std::int32_t> out);

}  // namespace ohm
