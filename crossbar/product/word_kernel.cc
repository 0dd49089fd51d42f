// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/word_kernel.h"

#include <algorithm>
#include <cstring>

#include "core/gemm.h"

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/product/word_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "crossbar/product/register_tile.h"

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// sum + the two products of words of each lane.
struct Words {
  static constexpr bool kIsFast = true;
  static HWY_INLINE VI add(VI a, VI b, VI sum) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_SSSE3
    const hn::Repartition<std::int16_t, DI> words;
    VI none = hn::Zero(DI());  // on x86 all products of a lane go into the first sum
    auto raw =
        hn::ReorderWidenMulAccumulate(DI(), hn::BitCast(words, a), hn::BitCast(words, b), sum, none)
            .raw;
    asm("" : "+v"(raw));  // else compilers add products of several rows first, out of registers
    return VI{raw};
#else
    const VI low =
        hn::Mul(hn::ShiftRight<16>(hn::ShiftLeft<16>(a)), hn::ShiftRight<16>(hn::ShiftLeft<16>(b)));
    return hn::Add(sum, hn::Add(low, hn::Mul(hn::ShiftRight<16>(a), hn::ShiftRight<16>(b))));
#endif
  }
};

void add_products_of_words(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  multiply_all<Words, kWordRuns, 1>(x, panel, out);
}

#if HWY_ARCH_X86 && HWY_TARGET == HWY_AVX2
/// The same in one instruction, of AVX-VNNI.
struct AddedWords {
  static constexpr bool kIsFast = true;
  static HWY_INLINE VI add(VI a, VI b, VI sum) {
    auto raw = sum.raw;  // a value of its own, so that no aggregate has to stay in memory
    asm("%{vex%} vpdpwssd %2, %1, %0" : "+x"(raw) : "x"(a.raw), "x"(b.raw));
    return VI{raw};
  }
};

void add_products_at_once(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  multiply_all<AddedWords, kWordRuns, 1>(x, panel, out);
}
#else
void add_products_at_once(const DotVectors& x, const DotPanel& panel, const DotOutput& out) {
  add_products_of_words(x, panel, out);
}
#endif

/// Two rows after two rows.
void fill_word_panels_all(const DotRows& low, const DotRows& high, std::int8_t* panels) {
  const hn::CappedTag<std::int16_t, static_cast<size_t>(kDotColumns)> d;
  const hn::Rebind<std::int8_t, decltype(d)> bytes;
  const Index panel_bytes = low.n_rows / kWordRows * kWordPairBytes;
  const auto words = [&](Index at_low, Index at_high) HWY_ATTR {
    const auto word = hn::PromoteTo(d, hn::LoadU(bytes, low.bytes + at_low));
    if (high.bytes == nullptr) return word;
    const auto upper = hn::PromoteTo(d, hn::LoadU(bytes, high.bytes + at_high));
    return hn::Add(word, hn::ShiftLeft<8>(upper));
  };
  for (Index row = 0; row < low.n_rows; row += kWordRows) {
    std::int8_t* pair = panels + row / kWordRows * kWordPairBytes;
    for (Index run = 0; run < low.n_runs; ++run) {
      std::int8_t* to = pair + run / kWordRuns * panel_bytes + run % kWordRuns * kDotBytes;
      for (Index j = 0; j < kDotColumns; j += static_cast<Index>(hn::Lanes(d))) {
        const Index column = run * kDotColumns + j;
        const Index at_low = row * low.stride + column, at_high = row * high.stride + column;
        hn::StoreInterleaved2(words(at_low, at_high),
                              words(at_low + low.stride, at_high + high.stride), d,
                              reinterpret_cast<std::int16_t*>(to) + j * kWordRows);
      }
    }
  }
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(add_products_of_words);
HWY_EXPORT(add_products_at_once);
HWY_EXPORT(fill_word_panels_all);

namespace {

std::int16_t word_at(const void* from, Index at) {
  std::int16_t word;
  std::memcpy(&word, static_cast<const std::int8_t*>(from) + at, sizeof word);
  return word;
}

}  // namespace

void join_bytes(const std::uint8_t* low, const std::uint8_t* high, Index count,
                std::int16_t* words) {
  if (high == nullptr) {
    std::copy_n(low, count, words);
    return;
  }
  for (Index i = 0; i < count; ++i) words[i] = static_cast<std::int16_t>(low[i] | high[i] << 8);
}

void fill_word_panels(const DotRows& low, const DotRows& high, std::int8_t* panels) {
  HWY_DYNAMIC_DISPATCH(fill_word_panels_all)(low, high, panels);
}

void add_word_products_plainly(const DotVectors& vectors, const DotPanel& panel,
                               const DotOutput& out) {
  for (Index v = 0; v < vectors.count; ++v) {
    std::int32_t* sums = out.sums + v * out.stride;
    for (Index j = 0; j < kWordColumns; ++j) {
      std::uint32_t sum = 0;
      for (Index i = 0; i < panel.n_quads * kWordRows; ++i) {
        const Index pair = i / kWordRows * kWordPairBytes, in_pair = j * kWordRows + i % kWordRows;
        sum +=
            static_cast<std::uint32_t>(word_at(vectors.bytes, v * vectors.stride + i * kWordBytes) *
                                       word_at(panel.bytes, pair + in_pair * kWordBytes));
      }
      const auto before = static_cast<std::uint32_t>(out.before(v, j));
      sums[j] = static_cast<std::int32_t>(before + (sum << out.shift));
    }
  }
}

void add_word_products(const DotVectors& vectors, const DotPanel& panel, const DotOutput& out) {
  static const bool at_once = has_avx_vnni();
  if (at_once) return HWY_DYNAMIC_DISPATCH(add_products_at_once)(vectors, panel, out);
  HWY_DYNAMIC_DISPATCH(add_products_of_words)(vectors, panel, out);
}

}  // namespace ohm
#endif  // HWY_ONCE
