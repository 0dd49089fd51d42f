// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/convert_kernel.h"

#include <algorithm>
#include <limits>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/adc/convert_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using DF = hn::ScalableTag<float>;
using DI = hn::RebindToSigned<DF>;
using VF = hn::Vec<DF>;
using VI = hn::Vec<DI>;

/// Codes of one vector of sums, and which of them were beyond the range.
struct Converted {
  VF codes;
  hn::Mask<DF> clipped;
};

class AffineVector {
 public:
  explicit AffineVector(const AffineConverters& converters) : converters_(converters) {}

  HWY_INLINE Converted operator()(VF sums, Index column, VF dither) const {
    const DF d;
    const VF low = hn::Set(d, converters_.low), high = hn::Set(d, converters_.high);
    const VF one = hn::Set(d, 1.0F), shift = hn::Set(d, 12582912.0F);  // 1.5 · 2^23
    VF x = hn::Mul(sums, hn::LoadU(d, converters_.factor.data() + column));
    x = hn::Add(hn::Add(x, hn::LoadU(d, converters_.offset.data() + column)), dither);
    // beyond the last code nothing is left to round, and the shift stays in its range
    x = hn::Min(hn::Max(x, hn::Sub(low, one)), hn::Add(high, one));
    VF code = hn::Sub(hn::Add(x, shift), shift);
    if (converters_.mid_rise) {
      const VF floor = hn::IfThenElse(hn::Gt(code, x), hn::Sub(code, one), code);
      code = hn::Add(floor, hn::Set(d, 0.5F));
    }
    const VF held = hn::Min(hn::Max(code, low), high);
    return {held, hn::Ne(held, code)};
  }

 private:
  const AffineConverters& converters_;
};

class ThresholdVector {
 public:
  explicit ThresholdVector(const ThresholdTables& tables) : tables_(tables) {}

  HWY_INLINE Converted operator()(VF sums, Index column, VF dither) const {
    const DF d;
    const DI di;
    const VF x = hn::Min(hn::Add(sums, dither), hn::Set(d, std::numeric_limits<float>::max()));
    const VF place = hn::Mul(hn::Sub(x, hn::Set(d, tables_.edge)), hn::Set(d, tables_.scale));
    const VF top = hn::Set(d, static_cast<float>(tables_.n_bins - 1));
    const VI bin = hn::ConvertTo(di, hn::Min(hn::Max(place, hn::Zero(d)), top));
    const VI bins = hn::LoadU(di, tables_.first_bin.data() + column);
    const VI first = hn::LoadU(di, tables_.first_threshold.data() + column);
    VI count = hn::GatherIndex(di, tables_.below.data(), hn::Add(bins, bin));
    for (std::int32_t pass = 0; pass < tables_.passes; ++pass) {
      const VF next = hn::GatherIndex(d, tables_.thresholds.data(), hn::Add(first, count));
      count = hn::Sub(count, hn::BitCast(di, hn::VecFromMask(d, hn::Ge(x, next))));
    }
    const VI last = hn::LoadU(di, tables_.last.data() + column);
    const auto clipped = hn::Or(hn::Eq(count, hn::Zero(di)), hn::Eq(count, last));
    return {code_after(count, first), hn::RebindMask(d, clipped)};
  }

 private:
  HWY_INLINE VF code_after(VI count, VI first) const {
    const DF d;
    if (!tables_.in_order) return hn::GatherIndex(d, tables_.codes.data(), hn::Add(first, count));
    const VF low = hn::Set(d, tables_.low), one = hn::Set(d, 1.0F);
    const VF code = hn::Add(hn::ConvertTo(d, count), hn::Sub(low, one));
    return hn::Min(hn::Max(code, low), hn::Set(d, tables_.high));
  }

  const ThresholdTables& tables_;
};

/// Whole vectors in place, the ragged end through buffers.
template <class Vector>
HWY_INLINE Index convert_all(const Vector& convert, const Conversion& c) {
  const DF d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  const Index n = std::ssize(c.sums);
  const VF half = hn::Set(d, 0.5F);
  const bool stochastic = !c.uniforms.empty();
  size_t clipped = 0;
  Index i = 0;
  for (; i + lanes <= n; i += lanes) {
    float* sums = c.sums.data() + i;
    const VF dither = stochastic ? hn::Sub(hn::LoadU(d, c.uniforms.data() + i), half) : hn::Zero(d);
    const Converted out = convert(hn::LoadU(d, sums), c.first_column + i, dither);
    hn::StoreU(out.codes, d, sums);
    clipped += hn::CountTrue(d, out.clipped);
  }
  if (i == n) return static_cast<Index>(clipped);
  HWY_ALIGN float sums[hn::MaxLanes(d)] = {}, uniforms[hn::MaxLanes(d)] = {};
  std::copy_n(c.sums.data() + i, n - i, sums);
  if (stochastic) std::copy_n(c.uniforms.data() + i, n - i, uniforms);
  const VF dither = stochastic ? hn::Sub(hn::Load(d, uniforms), half) : hn::Zero(d);
  const Converted out = convert(hn::Load(d, sums), c.first_column + i, dither);
  hn::Store(out.codes, d, sums);
  std::copy_n(sums, n - i, c.sums.data() + i);
  const auto valid = hn::FirstN(d, static_cast<size_t>(n - i));
  return static_cast<Index>(clipped + hn::CountTrue(d, hn::And(out.clipped, valid)));
}

Index affine(const AffineConverters& converters, const Conversion& conversion) {
  return convert_all(AffineVector(converters), conversion);
}

Index by_thresholds(const ThresholdTables& tables, const Conversion& conversion) {
  return convert_all(ThresholdVector(tables), conversion);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(affine);
HWY_EXPORT(by_thresholds);

std::int32_t ThresholdTables::bin_of(float sum) const {
  const float place = (sum - edge) * scale;
  return static_cast<std::int32_t>(std::min(std::max(place, 0.0F), static_cast<float>(n_bins - 1)));
}

Index convert_affine(const AffineConverters& converters, const Conversion& conversion) {
  return HWY_DYNAMIC_DISPATCH(affine)(converters, conversion);
}

Index convert_thresholds(const ThresholdTables& tables, const Conversion& conversion) {
  return HWY_DYNAMIC_DISPATCH(by_thresholds)(tables, conversion);
}

}  // namespace ohm
#endif  // HWY_ONCE
