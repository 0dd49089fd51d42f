// SPDX-License-Identifier: Apache-2.0
#include "core/normal_kernel.h"

#include <algorithm>

#ifdef __FAST_MATH__
#error "-ffast-math would let the compiler change the bits of every random number"
#endif

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/normal_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D32 = hn::ScalableTag<std::uint32_t>;
using DI = hn::RebindToSigned<D32>;
using DF = hn::RebindToFloat<D32>;
using V32 = hn::Vec<D32>;
using VF = hn::Vec<DF>;

/// Groups of blocks that take every operation in turns: one chain of operations is as long as the
/// processor looks ahead, so that alone it would wait for its own results.
inline constexpr int kGroups = HWY_TARGET <= HWY_AVX3 ? 2 : 1;

/// Elements that the blocks of one vector make.
inline constexpr Index kGroupLength = 4 * static_cast<Index>(hn::MaxLanes(D32()));

/// A vector of neighbouring blocks of one sequence, and what is wanted of their elements.
struct Group {
  std::uint32_t block = 0, c3 = 0;
  Index skip = 0, count = 0;
  float* out = nullptr;
};

/// The groups that make some rows of elements, in their order.
class Walk {
 public:
  HWY_INLINE Walk(const PhiloxSequence& s, const ElementRows& rows, float* out)
      : rows_(rows), c3_(s.c3), rows_left_(rows.count > 0 ? rows.n_rows : 0), row_out_(out) {}

  HWY_INLINE bool ended() const { return rows_left_ == 0; }

  HWY_INLINE Group next() {
    if (ended()) return {};
    const Index first = rows_.first + done_, skip = first % 4;
    const Index n = std::min(kGroupLength - skip, rows_.count - done_);
    const Group group{static_cast<std::uint32_t>(first / 4), c3_, skip, n, row_out_ + done_};
    done_ += n;
    if (done_ == rows_.count) done_ = 0, --rows_left_, ++c3_, row_out_ += rows_.stride;
    return group;
  }

 private:
  ElementRows rows_;
  std::uint32_t c3_;
  Index rows_left_, done_ = 0;
  float* row_out_;
};

/// The four words of as many blocks as a vector has lanes.
struct Words {
  V32 w0, w1, w2, w3;
};

#if HWY_TARGET == HWY_SCALAR

/// One block in the one lane of a machine without vectors.
HWY_INLINE void philox_blocks(const PhiloxSequence& s, const Group (&groups)[kGroups],
                              Words (&out)[kGroups]) {
  const D32 d;
  std::uint32_t c[4] = {groups[0].block, s.c1, s.c2, groups[0].c3};
  std::uint32_t k0 = s.k0;
  std::uint32_t k1 = s.k1;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{c[0]} * 0xD2511F53U;
    const std::uint64_t p1 = std::uint64_t{c[2]} * 0xCD9E8D57U;
    c[0] = static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k0;
    c[1] = static_cast<std::uint32_t>(p1);
    c[2] = static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k1;
    c[3] = static_cast<std::uint32_t>(p0);
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  out[0] = {hn::Set(d, c[0]), hn::Set(d, c[1]), hn::Set(d, c[2]), hn::Set(d, c[3])};
}

#else

using D64 = hn::Repartition<std::uint64_t, D32>;
using V64 = hn::Vec<D64>;

/// Ten rounds on counters whose first word sits in the even lanes of w0, where the widening
/// multiplication reads it; whatever stands in the odd lanes is ignored by it and by the caller.
template <int kCount>
HWY_INLINE void philox_even_lanes(const PhiloxSequence& s, Words (&all)[kCount]) {
  const D32 d;
  const auto high = [d](V64 product) { return hn::BitCast(d, hn::ShiftRight<32>(product)); };
  const V32 m0 = hn::Set(d, 0xD2511F53U);
  const V32 m1 = hn::Set(d, 0xCD9E8D57U);
  for (Words& c : all) c.w1 = hn::Set(d, s.c1), c.w2 = hn::Set(d, s.c2);
  std::uint32_t k0 = s.k0;
  std::uint32_t k1 = s.k1;
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
#pragma GCC unroll 4
    for (Words& c : all) {
      const V64 p0 = hn::MulEven(c.w0, m0);
      const V64 p1 = hn::MulEven(c.w2, m1);
      c.w0 = hn::Xor(high(p1), hn::Xor(c.w1, hn::Set(d, k0)));
      c.w1 = hn::BitCast(d, p1);
      c.w2 = hn::Xor(high(p0), hn::Xor(c.w3, hn::Set(d, k1)));
      c.w3 = hn::BitCast(d, p0);
    }
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
}

/// The blocks of every group in lanes 0, 1, ...
HWY_INLINE void philox_blocks(const PhiloxSequence& s, const Group (&groups)[kGroups],
                              Words (&out)[kGroups]) {
  const D32 d;
  const D64 d64;
  const V64 lane = hn::Iota(d64, std::uint64_t{0}), one = hn::Set(d64, std::uint64_t{1});
  Words halves[2 * kGroups];
  for (int g = 0; g < kGroups; ++g) {
    const V64 even = hn::Add(hn::Set(d64, std::uint64_t{groups[g].block}), hn::Add(lane, lane));
    halves[2 * g].w0 = hn::BitCast(d, even);
    halves[2 * g + 1].w0 = hn::BitCast(d, hn::Add(even, one));
    halves[2 * g].w3 = halves[2 * g + 1].w3 = hn::Set(d, groups[g].c3);
  }
  philox_even_lanes(s, halves);
  const auto join = [d, d64](V32 e, V32 o) {
    return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(hn::BitCast(d64, o))), e);
  };
  for (int g = 0; g < kGroups; ++g) {
    const Words &a = halves[2 * g], &b = halves[2 * g + 1];
    out[g] = {join(a.w0, b.w0), join(a.w1, b.w1), join(a.w2, b.w2), join(a.w3, b.w3)};
  }
}

#endif  // HWY_SCALAR

/// Radius words and angle words of as many pairs of normals as two per group.
inline constexpr int kPairs = 2 * kGroups;

/// (w + 0.5) 2^-32, rounded once: the two halves of w convert exactly.
HWY_INLINE VF uniform_of(V32 w) {
  const D32 d;
  const DI di;
  const DF df;
  const VF high = hn::ConvertTo(df, hn::BitCast(di, hn::ShiftRight<16>(w)));
  const VF low = hn::ConvertTo(df, hn::BitCast(di, hn::And(w, hn::Set(d, 0xffffU))));
  const VF sum = hn::Add(hn::Mul(high, hn::Set(df, 65536.0F)), hn::Add(low, hn::Set(df, 0.5F)));
  return hn::Min(hn::Mul(sum, hn::Set(df, 0x1p-32F)), hn::Set(df, box_muller::kBelowOne));
}

/// Replaces every u by its logarithm.
HWY_INLINE void take_logs(VF (&u)[kPairs]) {
  using namespace box_muller;
  const DI di;
  const DF df;
  const auto cut = hn::Set(di, kSqrtHalfBits);
  VF e[kPairs], f[kPairs], p[kPairs];
  for (int k = 0; k < kPairs; ++k) {
    const auto i = hn::Sub(hn::BitCast(di, u[k]), cut);
    e[k] = hn::ConvertTo(df, hn::ShiftRight<23>(i));
    const auto mantissa = hn::Add(hn::And(i, hn::Set(di, 0x7fffff)), cut);
    f[k] = hn::Sub(hn::BitCast(df, mantissa), hn::Set(df, 1.0F));
    p[k] = hn::Set(df, kLog[6]);
  }
#pragma GCC unroll 6
  for (int n = 5; n >= 0; --n) {
#pragma GCC unroll 4
    for (int k = 0; k < kPairs; ++k) p[k] = hn::Add(hn::Mul(p[k], f[k]), hn::Set(df, kLog[n]));
  }
  for (int k = 0; k < kPairs; ++k) {
    const VF bracket = hn::Sub(hn::Mul(f[k], p[k]), hn::Set(df, 0.5F));
    const VF correction = hn::Mul(hn::Mul(f[k], f[k]), bracket);
    u[k] = hn::Add(hn::Mul(e[k], hn::Set(df, kLn2)), hn::Add(f[k], correction));
  }
}

struct Pair {
  VF cosine, sine;
};

HWY_INLINE Pair direction_of(V32 w) {
  using namespace box_muller;
  const D32 d;
  const DI di;
  const DF df;
  const auto fraction = hn::ShiftRight<8>(hn::BitCast(di, hn::ShiftLeft<2>(w)));
  const VF t =
      hn::Mul(hn::Add(hn::ConvertTo(df, fraction), hn::Set(df, 0.5F)), hn::Set(df, 0x1p-23F));
  const VF t2 = hn::Mul(t, t);
  VF s = hn::Add(hn::Mul(hn::Set(df, kSin[3]), t2), hn::Set(df, kSin[2]));
  s = hn::Add(hn::Mul(s, t2), hn::Set(df, kSin[1]));
  s = hn::Mul(t, hn::Add(hn::Mul(s, t2), hn::Set(df, kSin[0])));
  VF c = hn::Add(hn::Mul(hn::Set(df, kCos[2]), t2), hn::Set(df, kCos[1]));
  c = hn::Add(hn::Mul(c, t2), hn::Set(df, kCos[0]));
  c = hn::Add(hn::Mul(c, t2), hn::Set(df, 1.0F));
  // Quadrants 1 and 3 swap sine and cosine; the signs are bits of the quadrant.
  const auto swap = hn::RebindMask(df, hn::TestBit(w, hn::Set(d, 1U << 30)));
  const V32 sign = hn::Set(d, 1U << 31);
  const V32 sign_x = hn::And(hn::Xor(w, hn::ShiftLeft<1>(w)), sign);
  const V32 sign_y = hn::And(w, sign);
  return {hn::Xor(hn::IfThenElse(swap, s, c), hn::BitCast(df, sign_x)),
          hn::Xor(hn::IfThenElse(swap, c, s), hn::BitCast(df, sign_y))};
}

HWY_INLINE void normal_pairs(const Words (&w)[kGroups], Pair (&out)[kPairs]) {
  VF radius[kPairs];
  for (int k = 0; k < kPairs; ++k) radius[k] = uniform_of(k % 2 == 0 ? w[k / 2].w0 : w[k / 2].w2);
  take_logs(radius);
  for (VF& r : radius) r = hn::Sqrt(hn::Mul(hn::Set(DF(), -2.0F), r));
  for (int k = 0; k < kPairs; ++k) out[k] = direction_of(k % 2 == 0 ? w[k / 2].w1 : w[k / 2].w3);
  for (int k = 0; k < kPairs; ++k) {
    out[k] = {hn::Mul(radius[k], out[k].cosine), hn::Mul(radius[k], out[k].sine)};
  }
}

struct MakeUniforms {
  HWY_INLINE void operator()(const Words (&words)[kGroups], float* const (&out)[kGroups]) const {
    for (int g = 0; g < kGroups; ++g) {
      const Words& w = words[g];
      hn::StoreInterleaved4(uniform_of(w.w0), uniform_of(w.w1), uniform_of(w.w2), uniform_of(w.w3),
                            DF(), out[g]);
    }
  }
};

struct MakeNormals {
  HWY_INLINE void operator()(const Words (&words)[kGroups], float* const (&out)[kGroups]) const {
    Pair pairs[kPairs];
    normal_pairs(words, pairs);
    for (int g = 0; g < kGroups; ++g) {
      const Pair &a = pairs[2 * g], &b = pairs[2 * g + 1];
      hn::StoreInterleaved4(a.cosine, a.sine, b.cosine, b.sine, DF(), out[g]);
    }
  }
};

/// Full groups go straight to their place; ragged heads and tails, and none, through a buffer.
template <class Make>
HWY_INLINE void fill(const PhiloxSequence& s, const ElementRows& rows, float* out) {
  HWY_ALIGN float buffer[kGroups * kGroupLength];
  for (Walk walk(s, rows, out); !walk.ended();) {
    Group groups[kGroups];
    float* to[kGroups];
    for (int g = 0; g < kGroups; ++g) {
      groups[g] = walk.next();
      to[g] = groups[g].count == kGroupLength ? groups[g].out : buffer + g * kGroupLength;
    }
    Words words[kGroups];
    philox_blocks(s, groups, words);
    Make()(words, to);
    for (int g = 0; g < kGroups; ++g) {
      if (to[g] != groups[g].out)
        std::copy_n(to[g] + groups[g].skip, groups[g].count, groups[g].out);
    }
  }
}

void fill_uniforms(const PhiloxSequence& s, const ElementRows& rows, float* out) {
  fill<MakeUniforms>(s, rows, out);
}

void fill_normals(const PhiloxSequence& s, const ElementRows& rows, float* out) {
  fill<MakeNormals>(s, rows, out);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(fill_uniforms);
HWY_EXPORT(fill_normals);

void uniform_kernel(const PhiloxSequence& sequence, Index first, Index count, float* out) {
  HWY_DYNAMIC_DISPATCH(fill_uniforms)(sequence, {first, count, 1, count}, out);
}

void normal_kernel(const PhiloxSequence& sequence, const ElementRows& rows, float* out) {
  HWY_DYNAMIC_DISPATCH(fill_normals)(sequence, rows, out);
}

}  // namespace ohm
#endif  // HWY_ONCE
