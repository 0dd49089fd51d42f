// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/plane_product.h"

#include <algorithm>

#include "crossbar/product/plane_kernel.h"

namespace ohm {
namespace {

template <class T>
constexpr Index kColumns = kEntryBytes / Index{sizeof(T)};

/// Rows of neighbouring columns, as many as an entry holds; what lies beyond `columns` is zero.
template <class T>
void widen_rows(const ExactOperand& operand, RowRange rows, ColumnRange columns, T* out) {
  std::fill_n(out, rows.rows * kColumns<T>, static_cast<T>(operand.bias));
  std::vector<std::int8_t> padded;
  int shift = 0;
  for (const Matrix<std::int8_t>& digit : operand.digits) {
    const std::int8_t* from = digit.values.data() + rows.first * digit.cols + columns.first;
    Index stride = digit.cols;
    if (columns.columns < kColumns<T>) {
      padded.assign(static_cast<size_t>(rows.rows * kColumns<T>), 0);
      for (Index i = 0; i < rows.rows; ++i) {
        std::copy_n(from + i * stride, columns.columns, padded.begin() + i * kColumns<T>);
      }
      from = padded.data(), stride = kColumns<T>;
    }
    add_digits(from, stride, rows.rows, shift, out);
    shift += 8;
  }
}

/// The same of entries that are one byte without a bias.
void widen_rows(const ExactOperand& operand, RowRange rows, ColumnRange columns, std::int8_t* out) {
  std::fill_n(out, rows.rows * kColumns<std::int8_t>, std::int8_t{0});
  for (Index i = 0; i < rows.rows; ++i) {
    std::copy_n(operand.digits.front().row(rows.first + i).data() + columns.first, columns.columns,
                out + i * kColumns<std::int8_t>);
  }
}

/// Whether every sum of some rows of a column fits int16.
bool fits_int16(const ExactOperand& operand) {
  return operand.column_limit <= 32767;
}

template <class T>
void multiply(const BitPlanes& x, const ExactOperand& operand, RowRange rows, ColumnRange columns,
              TableScratch& scratch, std::int32_t* out) {
  const Index table_bytes = x.n_tables * kTableEntries * kEntryBytes;
  const Index padded_rows = x.n_tables * kTableRows, row_bytes = padded_rows * kEntryBytes;
  const Index ragged_bytes = x.n_vectors * kColumns<T> * Index{sizeof(std::int32_t)};
  const auto size = static_cast<size_t>(table_bytes + row_bytes + ragged_bytes);
  if (scratch.size() < size) scratch.resize(size);
  std::byte* room = scratch.data();
  auto* tables = reinterpret_cast<T*>(room);
  auto* wide = reinterpret_cast<T*>(room + table_bytes);
  auto* ragged = reinterpret_cast<std::int32_t*>(room + table_bytes + row_bytes);
  std::fill_n(wide, padded_rows * kColumns<T>, T{0});  // also the rows that fill the last table
  const PlaneAddresses planes{x.offsets.data(), x.n_vectors, x.n_tables};
  for (Index done = 0; done < columns.columns; done += kColumns<T>) {
    const ColumnRange run{columns.first + done, std::min(kColumns<T>, columns.columns - done)};
    widen_rows(operand, rows, run, wide);
    build_tables(wide, x.n_tables, tables);
    if (run.columns == kColumns<T>) {
      add_entries(planes, tables, out + done, columns.columns);
      continue;
    }
    add_entries(planes, tables, ragged, kColumns<T>);
    for (Index v = 0; v < x.n_vectors; ++v) {
      std::copy_n(ragged + v * kColumns<T>, run.columns, out + v * columns.columns + done);
    }
  }
}

}  // namespace

BitPlanes pack_planes(const ByteInputs& x) {
  const ByteRows& bits = x.digits.front();
  const Index used = (bits.cols + kTableRows - 1) / kTableRows;
  BitPlanes planes{x.n_vectors, round_up(used, kTablesAtOnce), {}};
  planes.offsets.assign(static_cast<size_t>(planes.n_vectors * planes.n_tables), 0);
  for (Index v = 0; v < planes.n_vectors; ++v) {
    std::uint16_t* offsets = planes.offsets.data() + v * planes.n_tables;
    const Index whole = bits.cols / kTableRows;
    for (Index table = 0; table < used; ++table) {
      const std::uint8_t* six = bits.row(v) + table * kTableRows;
      const Index n = table < whole ? kTableRows : bits.cols - whole * kTableRows;
      std::int32_t entry = 0;
      for (Index r = 0; r < n; ++r)
        entry |= (six[r] & 1) << r;  // within the table, whatever the byte
      offsets[table] = static_cast<std::uint16_t>(entry * static_cast<std::int32_t>(kEntryBytes));
    }
  }
  return planes;
}

bool sums_fit_int8(const ExactOperand& operand) {
  const std::int64_t reach = std::max(operand.largest, -operand.smallest);
  return fits_int16(operand) && operand.digits.size() == 1 && operand.bias == 0 &&
         reach * kTablesAtOnce * kTableRows <= 127;
}

void plane_product(const BitPlanes& x, const ExactOperand& operand, RowRange rows,
                   ColumnRange columns, TableScratch& scratch, std::span<std::int32_t> out) {
  if (x.n_vectors == 0 || columns.columns == 0) return;
  if (sums_fit_int8(operand)) {
    multiply<std::int8_t>(x, operand, rows, columns, scratch, out.data());
  } else if (fits_int16(operand)) {
    multiply<std::int16_t>(x, operand, rows, columns, scratch, out.data());
  } else {
    multiply<std::int32_t>(x, operand, rows, columns, scratch, out.data());
  }
}

}  // namespace ohm
