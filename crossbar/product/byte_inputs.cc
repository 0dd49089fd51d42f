// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/byte_inputs.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "crossbar/product/byte_kernel.h"
#include "crossbar/product/dot_kernel.h"

namespace ohm {
namespace {

constexpr unsigned kByteBits = 8, kWordBits = 32;

/// Room for the bytes of numbers up to inputs.largest; the last row holds the offset.
void make_room(const IntegerRows& x, ByteInputs& inputs) {
  inputs.n_vectors = x.rows;
  inputs.sums.resize(static_cast<size_t>(x.rows));
  const auto offset = static_cast<std::uint32_t>(inputs.offset);
  for (unsigned shift = 0; shift == 0 || (shift < kWordBits && inputs.largest >> shift > 0);
       shift += kByteBits) {
    ByteRows& digit = inputs.digits.emplace_back(x.rows + 1, x.cols);
    std::fill_n(digit.row(x.rows), digit.cols, static_cast<std::uint8_t>(offset >> shift));
  }
}

/// The bytes of one vector, by take(shift, to), and its sum.
template <class Take>
void fill_row(ByteInputs& inputs, Index v, Index n, const Take& take) {
  std::int64_t sum = -std::int64_t{inputs.offset} * n;
  unsigned shift = 0;
  for (ByteRows& digit : inputs.digits) {
    take(static_cast<int>(shift), digit.row(v));
    sum += static_cast<std::int64_t>(sum_of_bytes(digit.row(v), n) << shift);
    shift += kByteBits;
  }
  inputs.sums[static_cast<size_t>(v)] = sum;
}

}  // namespace

ByteRows::ByteRows(Index n_rows, Index n_cols)
    : rows(n_rows), cols(n_cols), stride(round_up(n_cols, panel_rows(n_cols))) {
  values.resize(static_cast<size_t>(rows * stride));
  for (Index v = 0; v < rows; ++v) std::fill(row(v) + cols, row(v) + stride, std::uint8_t{0});
}

ByteInputs make_byte_inputs(const IntegerRows& x) {
  const IntegerRange range = range_of(x);
  ByteInputs inputs;
  inputs.offset = -range.low;
  inputs.largest = static_cast<std::uint32_t>(range.high) + static_cast<std::uint32_t>(-range.low);
  make_room(x, inputs);
  for (Index v = 0; v < x.rows; ++v) {
    fill_row(inputs, v, x.cols, [&](int shift, std::uint8_t* to) {
      take_bytes(x.row(v).data(), x.cols, inputs.offset, shift, to);
    });
  }
  return inputs;
}

ByteInputs make_square_inputs(const IntegerRows& x) {
  const IntegerRange range = range_of(x);
  const auto most = static_cast<std::uint32_t>(std::max(range.high, -range.low));
  ByteInputs inputs;
  inputs.largest = most * most;
  make_room(x, inputs);
  for (Index v = 0; v < x.rows; ++v) {
    fill_row(inputs, v, x.cols, [&](int shift, std::uint8_t* to) {
      take_square_bytes(x.row(v).data(), x.cols, shift, to);
    });
  }
  return inputs;
}

ByteInputs make_byte_inputs(ByteRows x) {
  ByteInputs inputs;
  inputs.n_vectors = x.rows - 1;
  std::fill_n(x.row(inputs.n_vectors), x.cols, std::uint8_t{0});
  for (Index v = 0; v < inputs.n_vectors; ++v) {
    inputs.sums.push_back(static_cast<std::int64_t>(sum_of_bytes(x.row(v), x.cols)));
  }
  inputs.digits.push_back(std::move(x));
  return inputs;
}

void pack_triples(ByteInputs& bits) {
  const ByteRows& x = bits.digits.front();
  assert(bits.digits.size() == 1 && bits.offset == 0);
  assert(std::ranges::all_of(x.values, [](std::uint8_t value) { return value <= 1; }));
  const Index n = bits.n_vectors / 3;
  ByteRows& packed = bits.triples.emplace(2 * n, x.cols);
  constexpr int kFactor = static_cast<int>(kTripleFactor);
  for (Index k = 0; k < n; ++k) {
    const std::uint8_t *x0 = x.row(3 * k), *x1 = x.row(3 * k + 1), *x2 = x.row(3 * k + 2);
    std::uint8_t *first = packed.row(2 * k), *second = packed.row(2 * k + 1);
    for (Index i = 0; i < x.cols; ++i) {
      first[i] = static_cast<std::uint8_t>(x0[i] + kFactor * x1[i]);
      second[i] = static_cast<std::uint8_t>(kFactor * x0[i] + x2[i]);
    }
  }
}

}  // namespace ohm
