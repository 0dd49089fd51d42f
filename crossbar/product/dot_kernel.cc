// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/dot_kernel.h"

#include <utility>
#include <vector>

#include "core/gemm.h"
#include "crossbar/product/tile_kernel.h"

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/product/dot_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "crossbar/product/register_tile.h"

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// sum + the four products of bytes of each lane.
struct Bytes {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  static constexpr bool kIsFast = true;
  /// Highway has the instruction only for processors that are newer than the first ones with it.
  static HWY_INLINE VI add(VI bytes, VI digits, VI sum) {
    auto raw = sum.raw;  // a value of its own, so that no aggregate has to stay in memory
    asm("vpdpbusd %2, %1, %0" : "+v"(raw) : "v"(bytes.raw), "v"(digits.raw));
    return VI{raw};
  }
#else
  static constexpr bool kIsFast = false;
  static HWY_INLINE VI add(VI bytes, VI digits, VI sum) {
    const VI low = hn::Add(product<0>(bytes, digits), product<1>(bytes, digits));
    const VI high = hn::Add(product<2>(bytes, digits), product<3>(bytes, digits));
    return hn::Add(sum, hn::Add(low, high));
  }

 private:
  template <int kByte>
  static HWY_INLINE VI product(VI bytes, VI digits) {
    const VI byte = hn::And(hn::ShiftRight<8 * kByte>(bytes), hn::Set(DI(), 255));
    return hn::Mul(byte, hn::ShiftRight<24>(hn::ShiftLeft<24 - 8 * kByte>(digits)));
  }
#endif
};

/// The sums of three vectors with one digit.
struct Three {
  VI s0, s1, s2;
};

HWY_INLINE Three tell_apart(VI p, VI q) {
  const hn::RebindToFloat<DI> df;
  constexpr std::int32_t kSquare = kTripleFactor * kTripleFactor;
  const VI factor = hn::Set(DI(), kTripleFactor);
  const VI both = hn::Sub(q, hn::Mul(factor, p));  // s2 - m² s1
  const auto ratio = hn::Mul(hn::ConvertTo(df, both), hn::Set(df, -1.0F / kSquare));
  const VI s1 = hn::NearestInt(ratio);
  return {hn::Sub(p, hn::Mul(factor, s1)), s1, hn::Add(both, hn::Mul(hn::Set(DI(), kSquare), s1))};
}

/// Writes the sums of one run of columns, whose digits start at elements k and l of the tile.
template <Index kDigits, size_t k, size_t l, class Tile>
HWY_INLINE void write_three_runs(const Tile& tile, const DotOutput& out) {
  Three total = tell_apart(tile.template sum<k>(), tile.template sum<l>());
  const auto add = [&](VI p, VI q, auto shift) HWY_ATTR {
    const Three more = tell_apart(p, q);
    total.s0 = hn::Add(total.s0, hn::ShiftLeft<shift.value>(more.s0));
    total.s1 = hn::Add(total.s1, hn::ShiftLeft<shift.value>(more.s1));
    total.s2 = hn::Add(total.s2, hn::ShiftLeft<shift.value>(more.s2));
  };
  using std::integral_constant;
  if constexpr (kDigits > 1) {
    add(tile.template sum<k + 1>(), tile.template sum<l + 1>(), integral_constant<int, 8>());
  }
  if constexpr (kDigits > 2) {
    add(tile.template sum<k + 2>(), tile.template sum<l + 2>(), integral_constant<int, 16>());
  }
  if constexpr (kDigits > 3) {
    add(tile.template sum<k + 3>(), tile.template sum<l + 3>(), integral_constant<int, 24>());
  }
  hn::StoreU(add_before(total.s0, out), DI(), out.sums);
  hn::StoreU(add_before(total.s1, out.from(1, 0)), DI(), out.sums + out.stride);
  hn::StoreU(add_before(total.s2, out.from(2, 0)), DI(), out.sums + 2 * out.stride);
}

/// Writes the sums of vectors 2 · pair and 2 · pair + 1 of a tile.
template <Index kDigits, size_t pair, size_t... run, class Tile>
HWY_INLINE void write_pair(const Tile& tile, const DotOutput& out, std::index_sequence<run...>) {
  constexpr auto kD = static_cast<size_t>(kDigits);
  constexpr size_t kRow = sizeof...(run) * kD;
  (write_three_runs<kDigits, 2 * pair * kRow + run * kD, (2 * pair + 1) * kRow + run * kD>(
       tile, out.from(0, static_cast<Index>(run) * kDotColumns)),
   ...);
}

/// As many pairs of vectors as there are p, from vector `first` on.
template <Index kDigits, size_t... p>
HWY_INLINE void multiply_pairs(const DotVectors& x, const DotPanel& panel, const DotOutput& out,
                               Index first, std::index_sequence<p...>) {
  const std::make_index_sequence<static_cast<size_t>(panel_runs(kDigits))> runs;
  for (Index part = 0; part < kDotColumns; part += kLanes) {
    const Tile<Bytes, Index{2 * sizeof...(p)}, panel_runs(kDigits) * kDigits> tile(
        x.bytes + first * x.stride, x.stride, panel.bytes + part * kDotRows, panel.n_quads);
    const DotOutput to = out.from(first / 2 * 3, part);
    (write_pair<kDigits, p>(tile, to.from(3 * static_cast<Index>(p), 0), runs), ...);
  }
}

template <Index kDigits>
HWY_INLINE void multiply_all_pairs(const DotVectors& x, const DotPanel& panel,
                                   const DotOutput& out) {
  Index v = 0;
  if constexpr (Bytes::kIsFast) {
    for (; x.count - v >= 6 && x.count - v != 8; v += 6) {
      multiply_pairs<kDigits>(x, panel, out, v, std::make_index_sequence<3>());
    }
    for (; x.count - v >= 4; v += 4) {
      multiply_pairs<kDigits>(x, panel, out, v, std::make_index_sequence<2>());
    }
  }
  for (; v < x.count; v += 2) {
    multiply_pairs<kDigits>(x, panel, out, v, std::make_index_sequence<1>());
  }
}

void add_dot_triples_all(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  switch (panel.n_digits) {
    case 1:
      return multiply_all_pairs<1>(x, panel, out);
    case 2:
      return multiply_all_pairs<2>(x, panel, out);
    case 3:
      return multiply_all_pairs<3>(x, panel, out);
    default:
      return multiply_all_pairs<kMostDotDigits>(x, panel, out);
  }
}

template <Index kDigits>
HWY_INLINE void multiply_all_bytes(const DotVectors& x, const DotPanel& panel,
                                   const DotOutput& out) {
  multiply_all<Bytes, panel_runs(kDigits), kDigits>(x, panel, out);
}

void add_dot_products_all(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  switch (panel.n_digits) {
    case 1:
      return multiply_all_bytes<1>(x, panel, out);
    case 2:
      return multiply_all_bytes<2>(x, panel, out);
    case 3:
      return multiply_all_bytes<3>(x, panel, out);
    default:
      return multiply_all_bytes<kMostDotDigits>(x, panel, out);
  }
}

/// Four rows after four rows, so that every line of the source is read once.
void fill_panels_all(const DotRows& rows, Index digit, Index n_digits, std::int8_t* panels) {
  const hn::CappedTag<std::int8_t, static_cast<size_t>(kDotColumns)> d;
  const Index runs = panel_runs(n_digits), stride = rows.stride;
  const Index panel_bytes = rows.n_rows / kDotRows * quad_bytes(n_digits);
  for (Index row = 0; row < rows.n_rows; row += kDotRows) {
    std::int8_t* quad = panels + row / kDotRows * quad_bytes(n_digits) + digit * kDotBytes;
    for (Index run = 0; run < rows.n_runs; ++run) {
      const std::int8_t* from = rows.bytes + row * stride + run * kDotColumns;
      std::int8_t* to = quad + run / runs * panel_bytes + run % runs * n_digits * kDotBytes;
      for (Index j = 0; j < kDotColumns; j += static_cast<Index>(hn::Lanes(d))) {
        hn::StoreInterleaved4(hn::LoadU(d, from + j), hn::LoadU(d, from + stride + j),
                              hn::LoadU(d, from + 2 * stride + j),
                              hn::LoadU(d, from + 3 * stride + j), d, to + j * kDotRows);
      }
    }
  }
}

bool has_instruction() {
  return Bytes::kIsFast;
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(add_dot_products_all);
HWY_EXPORT(add_dot_triples_all);
HWY_EXPORT(fill_panels_all);
HWY_EXPORT(has_instruction);

namespace {

constexpr Index kFewestTiled = 4;   // vectors, below which registers are faster than tiles
constexpr Index kMostUntiled = 32;  // rows, up to which they are as fast as a tile that is not full
static_assert(kTileRows % kDotRowsAtOnce == 0);

/// Whether the kernel in use would name an instruction that the processor does not have.
bool lacks_instruction() {
  static const bool has_vnni = has_int8_dot_product();
  return !has_vnni && HWY_DYNAMIC_DISPATCH(has_instruction)();
}

/// The sum of one vector and one column of a panel, digit by digit.
std::uint32_t plain_sum(const std::uint8_t* bytes, const DotPanel& panel, Index column) {
  const Index run = column / kDotColumns, in_run = column % kDotColumns;
  std::uint32_t total = 0;
  for (Index i = 0; i < panel.n_quads * kDotRows; ++i) {
    const std::int8_t* quad = panel.bytes + i / kDotRows * quad_bytes(panel.n_digits);
    for (Index d = 0; d < panel.n_digits; ++d) {
      const Index at = (run * panel.n_digits + d) * kDotBytes + in_run * kDotRows + i % kDotRows;
      total += static_cast<std::uint32_t>(bytes[i] * quad[at]) << (8 * d);
    }
  }
  return total;
}

}  // namespace

void add_dot_products_plainly(const DotVectors& vectors, const DotPanel& panel,
                              const DotOutput& out) {
  for (Index v = 0; v < vectors.count; ++v) {
    std::int32_t* sums = out.sums + v * out.stride;
    for (Index j = 0; j < panel_columns(panel.n_digits); ++j) {
      const std::uint32_t sum = plain_sum(vectors.bytes + v * vectors.stride, panel, j);
      const auto before = static_cast<std::uint32_t>(out.before(v, j));
      sums[j] = static_cast<std::int32_t>(before + (sum << out.shift));
    }
  }
}

void add_dot_triples_plainly(const DotVectors& vectors, const DotPanel& panel,
                             const DotOutput& out) {
  const auto n = static_cast<size_t>(panel.n_quads * kDotRows);
  std::vector<std::uint8_t> bits(3 * n);
  for (Index v = 0; v < vectors.count; v += 2) {
    const std::uint8_t* first = vectors.bytes + v * vectors.stride;
    for (size_t i = 0; i < n; ++i) {
      bits[i] = first[i] & 1;
      bits[n + i] = first[i] >= kTripleFactor ? 1 : 0;
      bits[2 * n + i] = first[static_cast<size_t>(vectors.stride) + i] & 1;
    }
    add_dot_products_plainly({bits.data(), 3, static_cast<Index>(n)}, panel,
                             out.from(v / 2 * 3, 0));
  }
}

bool has_dot_products() {
  return HWY_DYNAMIC_DISPATCH(has_instruction)() && has_int8_dot_product();
}

bool uses_tiles() {
  static const bool has = has_int8_tiles();
  return has && HWY_DYNAMIC_DISPATCH(has_instruction)();
}

void fill_panels(const DotRows& rows, Index digit, Index n_digits, std::int8_t* panels) {
  HWY_DYNAMIC_DISPATCH(fill_panels_all)(rows, digit, n_digits, panels);
}

Index panel_rows(Index rows) {
  return rows > kMostUntiled && uses_tiles() ? kTileRows : kDotRowsAtOnce;
}

void add_dot_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out) {
  if (vectors.count >= kFewestTiled && panel.n_quads % kTileQuads == 0 && uses_tiles()) {
    return add_tile_products(vectors, panel, out);
  }
  if (lacks_instruction()) return add_dot_products_plainly(vectors, panel, out);
  HWY_DYNAMIC_DISPATCH(add_dot_products_all)(vectors, panel, out);
}

void add_dot_triples(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out) {
  if (lacks_instruction()) return add_dot_triples_plainly(vectors, panel, out);
  HWY_DYNAMIC_DISPATCH(add_dot_triples_all)(vectors, panel, out);
}

}  // namespace ohm
#endif  // HWY_ONCE
