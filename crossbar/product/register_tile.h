// SPDX-License-Identifier: Apache-2.0
// Sums of a few vectors over one panel, in registers: what kernels of dot products have in common.
// Included once per instruction set, as files are that Highway compiles.
#include <cstring>
#include <utility>

#include "crossbar/product/dot_kernel.h"

#if defined(OHM_REGISTER_TILE_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef OHM_REGISTER_TILE_H_
#undef OHM_REGISTER_TILE_H_
#else
#define OHM_REGISTER_TILE_H_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DI = hn::CappedTag<std::int32_t, static_cast<size_t>(kDotColumns)>;
using VI = hn::Vec<DI>;
constexpr auto kLanes = static_cast<Index>(hn::MaxLanes(DI()));

HWY_INLINE VI four_bytes(const std::uint8_t* from) {
  std::int32_t four;
  std::memcpy(&four, from, sizeof four);
  return hn::Set(DI(), four);
}

/// The sums of kVectors vectors over the kRuns runs and digits of one panel, in registers until
/// complete: every index is a constant, as arrays that a loop indexes stay in memory.
/// Multiplier::add(a, b, sum) adds to each lane the products of its four bytes, or two words.
template <class Multiplier, Index kVectors, Index kRuns>
class Tile {
 public:
  HWY_INLINE Tile(const std::uint8_t* bytes, Index stride, const std::int8_t* panel,
                  Index n_quads) {
    clear(Sums());
    for (Index quad = 0; quad < n_quads; quad += 2) {
      add_quad(bytes, stride, panel);
      add_quad(bytes + kDotRows, stride, panel + kRuns * kDotBytes);
      bytes += 2 * kDotRows;
      panel += 2 * kRuns * kDotBytes;
    }
  }

  template <size_t k>
  HWY_INLINE VI sum() const {
    return sums_[k];
  }

 private:
  using Sums = std::make_index_sequence<static_cast<size_t>(kVectors* kRuns)>;
  using Vectors = std::make_index_sequence<static_cast<size_t>(kVectors)>;
  using Runs = std::make_index_sequence<static_cast<size_t>(kRuns)>;

  template <size_t... k>
  HWY_INLINE void clear(std::index_sequence<k...>) {
    ((sums_[k] = hn::Zero(DI())), ...);
  }

  HWY_INLINE void add_quad(const std::uint8_t* bytes, Index stride, const std::int8_t* panel) {
    VI digits[static_cast<size_t>(kRuns)];
    load(panel, digits, Runs());
    add_vectors(bytes, stride, digits, Vectors());
  }

  template <size_t... n>
  HWY_INLINE static void load(const std::int8_t* panel, VI* digits, std::index_sequence<n...>) {
    const auto* from = reinterpret_cast<const std::int32_t*>(panel);
    ((digits[n] = hn::LoadU(DI(), from + n * static_cast<size_t>(kDotColumns))), ...);
  }

  template <size_t... v>
  HWY_INLINE void add_vectors(const std::uint8_t* bytes, Index stride, const VI* digits,
                              std::index_sequence<v...>) {
    (add_vector<v>(four_bytes(bytes + static_cast<Index>(v) * stride), digits, Runs()), ...);
  }

  template <size_t v, size_t... n>
  HWY_INLINE void add_vector(VI four, const VI* digits, std::index_sequence<n...>) {
    constexpr size_t first = v * sizeof...(n);
    ((sums_[first + n] = Multiplier::add(four, digits[n], sums_[first + n])), ...);
  }

  VI sums_[static_cast<size_t>(kVectors * kRuns)];
};

/// total + out.before() of the first vector and the first columns.
HWY_INLINE VI add_before(VI total, const DotOutput& out) {
  if (out.of_columns != nullptr) total = hn::Add(total, hn::LoadU(DI(), out.of_columns));
  if (out.of_vectors != nullptr) total = hn::Add(total, hn::Set(DI(), *out.of_vectors));
  return total;
}

/// Writes the sums of one run of columns, whose digits start at element k of the tile.
template <Index kDigits, size_t k, class Tile>
HWY_INLINE void write_run(const Tile& tile, const DotOutput& out) {
  VI total = tile.template sum<k>();
  if constexpr (kDigits > 1) total = hn::Add(hn::ShiftLeft<8>(tile.template sum<k + 1>()), total);
  if constexpr (kDigits > 2) total = hn::Add(hn::ShiftLeft<16>(tile.template sum<k + 2>()), total);
  if constexpr (kDigits > 3) total = hn::Add(hn::ShiftLeft<24>(tile.template sum<k + 3>()), total);
  total = out.shift > 0 ? hn::Add(hn::LoadU(DI(), out.sums), hn::ShiftLeftSame(total, out.shift))
                        : add_before(total, out);
  hn::StoreU(total, DI(), out.sums);
}

/// Writes the sums of vector v of a tile.
template <Index kDigits, size_t v, size_t... run, class Tile>
HWY_INLINE void write_vector(const Tile& tile, const DotOutput& out, std::index_sequence<run...>) {
  constexpr auto kD = static_cast<size_t>(kDigits);
  (write_run<kDigits, (v * sizeof...(run) + run) * kD>(
       tile, out.from(static_cast<Index>(v), static_cast<Index>(run) * kDotColumns)),
   ...);
}

/// As many vectors as there are v, from `first` on.
template <class Multiplier, Index kRuns, Index kDigits, size_t... v>
HWY_INLINE void multiply(const DotVectors& x, const DotPanel& panel, const DotOutput& out,
                         Index first, std::index_sequence<v...>) {
  const std::make_index_sequence<static_cast<size_t>(kRuns)> runs;
  for (Index part = 0; part < kDotColumns; part += kLanes) {
    const Tile<Multiplier, Index{sizeof...(v)}, kRuns * kDigits> tile(
        x.bytes + first * x.stride, x.stride, panel.bytes + part * kDotRows, panel.n_quads);
    const DotOutput to = out.from(first, part);
    (write_vector<kDigits, v>(tile, to, runs), ...);
  }
}

/// Six or four vectors at a time, so that the sums of all runs and what is multiplied fill the
/// registers; single ones at the end, and where no instruction is worth the code.
template <class Multiplier, Index kRuns, Index kDigits>
HWY_INLINE void multiply_all(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  Index v = 0;
  if constexpr (Multiplier::kIsFast) {
    for (; x.count - v >= 6 && x.count - v != 8; v += 6) {
      multiply<Multiplier, kRuns, kDigits>(x, panel, out, v, std::make_index_sequence<6>());
    }
    for (; x.count - v >= 4; v += 4) {
      multiply<Multiplier, kRuns, kDigits>(x, panel, out, v, std::make_index_sequence<4>());
    }
  }
  for (; v < x.count; ++v) {
    multiply<Multiplier, kRuns, kDigits>(x, panel, out, v, std::make_index_sequence<1>());
  }
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // OHM_REGISTER_TILE_H_
