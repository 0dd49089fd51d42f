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

/// The four words of as many blocks as a vector has lanes.
struct Words {
  V32 w0, w1, w2, w3;
};

#if HWY_TARGET == HWY_SCALAR

/// One block in the one lane of a machine without vectors.
HWY_INLINE Words philox_blocks(const PhiloxSequence& s, std::uint32_t first) {
  const D32 d;
  std::uint32_t c[4] = {first, s.c1, s.c2, s.c3};
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
  return {hn::Set(d, c[0]), hn::Set(d, c[1]), hn::Set(d, c[2]), hn::Set(d, c[3])};
}

#else

using D64 = hn::Repartition<std::uint64_t, D32>;
using V64 = hn::Vec<D64>;

/// Ten rounds on counters that sit in the even lanes, where the widening multiplication reads them;
/// whatever stands in the odd lanes is ignored by it and by the caller.
HWY_INLINE Words philox_even_lanes(const PhiloxSequence& s, V64 blocks) {
  const D32 d;
  const auto high = [d](V64 product) { return hn::BitCast(d, hn::ShiftRight<32>(product)); };
  const V32 m0 = hn::Set(d, 0xD2511F53U);
  const V32 m1 = hn::Set(d, 0xCD9E8D57U);
  Words c{hn::BitCast(d, blocks), hn::Set(d, s.c1), hn::Set(d, s.c2), hn::Set(d, s.c3)};
  std::uint32_t k0 = s.k0;
  std::uint32_t k1 = s.k1;
#pragma GCC unroll 10
  for (int round = 0; round < 10; ++round) {
    const V64 p0 = hn::MulEven(c.w0, m0);
    const V64 p1 = hn::MulEven(c.w2, m1);
    c.w0 = hn::Xor(high(p1), hn::Xor(c.w1, hn::Set(d, k0)));
    c.w1 = hn::BitCast(d, p1);
    c.w2 = hn::Xor(high(p0), hn::Xor(c.w3, hn::Set(d, k1)));
    c.w3 = hn::BitCast(d, p0);
    k0 += 0x9E3779B9U;
    k1 += 0xBB67AE85U;
  }
  return c;
}

/// Blocks first, first + 1, ... in lanes 0, 1, ...
HWY_INLINE Words philox_blocks(const PhiloxSequence& s, std::uint32_t first) {
  const D32 d;
  const D64 d64;
  const V64 lane = hn::Iota(d64, std::uint64_t{0});
  const V64 even = hn::Add(hn::Set(d64, std::uint64_t{first}), hn::Add(lane, lane));
  const Words a = philox_even_lanes(s, even);
  const Words b = philox_even_lanes(s, hn::Add(even, hn::Set(d64, std::uint64_t{1})));
  const auto join = [d, d64](V32 e, V32 o) {
    return hn::OddEven(hn::BitCast(d, hn::ShiftLeft<32>(hn::BitCast(d64, o))), e);
  };
  return {join(a.w0, b.w0), join(a.w1, b.w1), join(a.w2, b.w2), join(a.w3, b.w3)};
}

#endif  // HWY_SCALAR

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

HWY_INLINE VF log_of(VF u) {
  using namespace box_muller;
  const DI di;
  const DF df;
  const auto cut = hn::Set(di, kSqrtHalfBits);
  const auto i = hn::Sub(hn::BitCast(di, u), cut);
  const VF e = hn::ConvertTo(df, hn::ShiftRight<23>(i));
  const auto mantissa = hn::Add(hn::And(i, hn::Set(di, 0x7fffff)), cut);
  const VF f = hn::Sub(hn::BitCast(df, mantissa), hn::Set(df, 1.0F));
  VF p = hn::Set(df, kLog[6]);
#pragma GCC unroll 6
  for (int n = 5; n >= 0; --n) p = hn::Add(hn::Mul(p, f), hn::Set(df, kLog[n]));
  const VF correction = hn::Mul(hn::Mul(f, f), hn::Sub(hn::Mul(f, p), hn::Set(df, 0.5F)));
  return hn::Add(hn::Mul(e, hn::Set(df, kLn2)), hn::Add(f, correction));
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

HWY_INLINE Pair normal_pair(V32 radius_word, V32 angle_word) {
  const VF u = uniform_of(radius_word);
  const VF radius = hn::Sqrt(hn::Mul(hn::Set(DF(), -2.0F), log_of(u)));
  const Pair direction = direction_of(angle_word);
  return {hn::Mul(radius, direction.cosine), hn::Mul(radius, direction.sine)};
}

struct StoreUniforms {
  HWY_INLINE void operator()(const Words& w, float* out) const {
    hn::StoreInterleaved4(uniform_of(w.w0), uniform_of(w.w1), uniform_of(w.w2), uniform_of(w.w3),
                          DF(), out);
  }
};

struct StoreNormals {
  HWY_INLINE void operator()(const Words& w, float* out) const {
    const Pair a = normal_pair(w.w0, w.w1);
    const Pair b = normal_pair(w.w2, w.w3);
    hn::StoreInterleaved4(a.cosine, a.sine, b.cosine, b.sine, DF(), out);
  }
};

/// Full groups of blocks go straight to `out`; a ragged head or tail through a buffer.
template <class Store>
HWY_INLINE void fill(const PhiloxSequence& s, Index first, Index count, float* out) {
  const auto lanes = static_cast<Index>(hn::Lanes(D32()));
  HWY_ALIGN float buffer[4 * hn::MaxLanes(D32())];
  auto block = static_cast<std::uint32_t>(first / 4);
  Index skip = first % 4;
  for (Index done = 0; done < count; block += static_cast<std::uint32_t>(lanes)) {
    const Words words = philox_blocks(s, block);
    const Index n = std::min(4 * lanes - skip, count - done);
    if (n == 4 * lanes) {
      Store()(words, out + done);
    } else {
      Store()(words, buffer);
      std::copy_n(buffer + skip, n, out + done);
    }
    done += n;
    skip = 0;
  }
}

void fill_uniforms(const PhiloxSequence& s, Index first, Index count, float* out) {
  fill<StoreUniforms>(s, first, count, out);
}

void fill_normals(const PhiloxSequence& s, Index first, Index count, float* out) {
  fill<StoreNormals>(s, first, count, out);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(fill_uniforms);
HWY_EXPORT(fill_normals);

void uniform_kernel(const PhiloxSequence& sequence, Index first, Index count, float* out) {
  HWY_DYNAMIC_DISPATCH(fill_uniforms)(sequence, first, count, out);
}

void normal_kernel(const PhiloxSequence& sequence, Index first, Index count, float* out) {
  HWY_DYNAMIC_DISPATCH(fill_normals)(sequence, first, count, out);
}

}  // namespace ohm
#endif  // HWY_ONCE
