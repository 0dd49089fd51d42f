// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/index.h"

namespace ohm {

/// Rows whose 2^6 partial sums one table holds.
inline constexpr Index kTableRows = 6;
inline constexpr Index kTableEntries = Index{1} << kTableRows;
/// Every entry of a table is one run of neighbouring columns of this size: 16 int32, 32 int16 or 64
/// int8.
inline constexpr Index kEntryBytes = 64;
/// Tables are looked up four at a time; their number is padded to a multiple of it. Sums of four
/// entries of int8 stay in int8.
inline constexpr Index kTablesAtOnce = 4;

/// The planes of some input vectors as byte offsets of the entries they address.
struct PlaneAddresses {
  const std::uint16_t* offsets = nullptr;  ///< (n_vectors, n_tables)
  Index n_vectors = 0, n_tables = 0;       ///< n_tables a multiple of kTablesAtOnce
};

/// out[i · columns + j] += digits[i · stride + j] · 2^shift, for `n_rows` rows of the columns of
/// one entry, modulo the width of out.
void add_digits(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                std::int32_t* out);
void add_digits(const std::int8_t* digits, Index stride, Index n_rows, int shift,
                std::int16_t* out);

/// Tables of the sums of every subset of six rows, by doubling: entry e + 2^r is entry e
/// plus row r. rows: (n_tables · kTableRows, columns of one entry); tables: n_tables · 64 entries,
/// aligned to kEntryBytes. Sums in int16 and int8 wrap; the caller knows that they fit.
void build_tables(const std::int32_t* rows, Index n_tables, std::int32_t* tables);
void build_tables(const std::int16_t* rows, Index n_tables, std::int16_t* tables);
void build_tables(const std::int8_t* rows, Index n_tables, std::int8_t* tables);

/// out[v · stride + j] = Σ over the tables of the entry that vector v addresses, for the columns j
/// of one entry. Entries of int8 are summed in int8 over kTablesAtOnce tables, then in int16.
void add_entries(const PlaneAddresses& planes, const std::int32_t* tables, std::int32_t* out,
                 Index stride);
void add_entries(const PlaneAddresses& planes, const std::int16_t* tables, std::int32_t* out,
                 Index stride);
void add_entries(const PlaneAddresses& planes, const std::int8_t* tables, std::int32_t* out,
                 Index stride);

}  // namespace ohm
