// SPDX-License-Identifier: Apache-2.0
#include "crossbar/product/sum_kernel.h"

#include <cmath>
#include <type_traits>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/product/sum_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Adding and subtracting 1.5 · 2^23 rounds to an integer, ties to even, on every instruction set.
constexpr float kRound = 12582912.0F;

/// Calls body(tag, j) for runs of columns: full vectors, then single lanes.
template <class T, class Body>
HWY_INLINE void for_each_run(Index count, const Body& body) {
  const hn::ScalableTag<T> d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  Index j = 0;
  for (; j + lanes <= count; j += lanes) body(d, j);
  for (; j < count; ++j) body(hn::CappedTag<T, 1>(), j);
}

enum class Noise { none, of_converters, of_cells };

/// Calls body(noise) with what the scales of the columns say, as a constant.
template <class Body>
HWY_INLINE auto with_noise(const ColumnScales& columns, const Body& body) {
  using None = std::integral_constant<Noise, Noise::none>;
  using Converters = std::integral_constant<Noise, Noise::of_converters>;
  using Cells = std::integral_constant<Noise, Noise::of_cells>;
  if (columns.variance_floor == nullptr) return body(None());
  return columns.variance_scale == nullptr ? body(Converters()) : body(Cells());
}

/// The scales of the columns of one vector, loaded once for all steps.
template <Noise kNoise, class D>
class Scales {
 public:
  HWY_INLINE Scales(D d, const ColumnScales& c, Index j)
      : scale_(hn::LoadU(d, c.scale + j)), floor_(scale_), unit_(scale_) {
    if constexpr (kNoise != Noise::none) floor_ = hn::LoadU(d, c.variance_floor + j);
    if constexpr (kNoise == Noise::of_cells) unit_ = hn::LoadU(d, c.variance_scale + j);
  }

  HWY_INLINE hn::Vec<D> steps(D d, const StepSums& s, Index at) const {
    const hn::RebindToSigned<D> di;
    const auto v = hn::Mul(hn::ConvertTo(d, hn::LoadU(di, s.sums + at)), scale_);
    if constexpr (kNoise == Noise::none) return v;
    auto variance = floor_;
    if constexpr (kNoise == Noise::of_cells) {
      const auto sum = hn::ConvertTo(d, hn::LoadU(di, s.variances + at));
      variance = hn::Add(hn::Mul(sum, unit_), floor_);
    }
    return hn::Add(v, hn::Mul(hn::Sqrt(variance), hn::LoadU(d, s.normals + at)));
  }

 private:
  hn::Vec<D> scale_, floor_, unit_;
};

void to_steps_all(const ColumnScales& columns, const StepSums& s, float* out) {
  with_noise(columns, [&](auto noise) HWY_ATTR {
    for_each_run<float>(s.n_columns, [&](auto d, Index j) HWY_ATTR {
      const Scales<noise.value, decltype(d)> scales(d, columns, j);
      for (Index step = 0; step < s.n_steps; ++step) {
        const Index at = step * s.stride + j;
        hn::StoreU(scales.steps(d, s, at), d, out + at);
      }
    });
  });
}

/// y[k] += factor[k] · values[k], in fp64.
template <class D>
HWY_INLINE void add_scaled(D d, hn::Vec<D> values, const double* factor, double* y) {
  const hn::CappedTag<double, hn::MaxLanes(d)> dd;
  const hn::Rebind<float, decltype(dd)> part;
  HWY_ALIGN float kept[hn::MaxLanes(d)];
  hn::Store(values, d, kept);
  for (size_t k = 0; k < hn::Lanes(d); k += hn::Lanes(dd)) {
    const auto wide = hn::PromoteTo(dd, hn::LoadU(part, kept + k));
    const auto product = hn::Mul(wide, hn::LoadU(dd, factor + k));
    hn::StoreU(hn::Add(hn::LoadU(dd, y + k), product), dd, y + k);
  }
}

/// Columns [first, end), a whole number of vectors.
template <Noise kNoise, class D>
HWY_INLINE Index add_codes(D d, const ColumnScales& columns, const StepSums& s, const IdealCodes& c,
                           const CodeOutputs& out, Index first, Index end) {
  const auto low = hn::Set(d, c.low), high = hn::Set(d, c.high);
  const auto round = hn::Set(d, kRound);
  size_t cut = 0;
  for (Index v = 0; v < out.n_vectors; ++v) {
    const Index top = v * s.n_steps * s.stride;
    for (Index j = first; j < end; j += static_cast<Index>(hn::Lanes(d))) {
      const Scales<kNoise, D> scales(d, columns, j);
      auto total = hn::Zero(d);
      for (Index step = 0; step < s.n_steps; ++step) {
        const auto steps = scales.steps(d, s, top + step * s.stride + j);
        // beyond 2^22 rounding fails, but its result never decreases: it stays beyond the last code
        const auto whole = hn::Sub(hn::Add(steps, round), round);
        const auto code = hn::Min(hn::Max(whole, low), high);
        cut += hn::CountTrue(d, hn::Ne(code, whole));
        total = hn::MulAdd(hn::Set(d, c.weights[step]), code, total);  // of whole numbers: exact
      }
      add_scaled(d, total, out.factor + j, out.y + v * out.stride + j);
    }
  }
  return static_cast<Index>(cut);
}

Index add_ideal_codes_all(const ColumnScales& columns, const StepSums& s, const IdealCodes& c,
                          const CodeOutputs& out) {
  const hn::ScalableTag<float> d;
  const Index whole = s.n_columns - s.n_columns % static_cast<Index>(hn::Lanes(d));
  return with_noise(columns, [&](auto noise) HWY_ATTR {
    const hn::CappedTag<float, 1> one;
    return add_codes<noise.value>(d, columns, s, c, out, 0, whole) +
           add_codes<noise.value>(one, columns, s, c, out, whole, s.n_columns);
  });
}

void add_row_all(const double* added, double constant, Index count, double* y) {
  for_each_run<double>(count, [&](auto d, Index j) HWY_ATTR {
    const auto sum = hn::Add(hn::LoadU(d, added + j), hn::Set(d, constant));
    hn::StoreU(hn::Add(hn::LoadU(d, y + j), sum), d, y + j);
  });
}

void add_products_all(const float* a, const float* b, float weight, Index count, float* out) {
  for_each_run<float>(count, [&](auto d, Index j) HWY_ATTR {
    const auto weighted = hn::Mul(hn::Set(d, weight), hn::LoadU(d, a + j));
    const auto product = hn::Mul(weighted, hn::LoadU(d, b + j));
    hn::StoreU(hn::Add(hn::LoadU(d, out + j), product), d, out + j);
  });
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(to_steps_all);
HWY_EXPORT(add_ideal_codes_all);
HWY_EXPORT(add_row_all);
HWY_EXPORT(add_products_all);

float in_steps(const ColumnScales& columns, Index column, double sum, double variance,
               float normal) {
  const float steps = static_cast<float>(sum) * columns.scale[column];
  if (columns.variance_floor == nullptr) return steps;
  float total = columns.variance_floor[column];
  if (columns.variance_scale != nullptr) {
    total = static_cast<float>(variance) * columns.variance_scale[column] + total;
  }
  return steps + std::sqrt(total) * normal;
}

void to_steps(const ColumnScales& columns, const StepSums& sums, float* out) {
  HWY_DYNAMIC_DISPATCH(to_steps_all)(columns, sums, out);
}

Index add_ideal_codes(const ColumnScales& columns, const StepSums& sums, const IdealCodes& codes,
                      const CodeOutputs& out) {
  return HWY_DYNAMIC_DISPATCH(add_ideal_codes_all)(columns, sums, codes, out);
}

void add_row(const double* added, double constant, Index count, double* y) {
  HWY_DYNAMIC_DISPATCH(add_row_all)(added, constant, count, y);
}

void add_products(const float* a, const float* b, float weight, Index count, float* out) {
  HWY_DYNAMIC_DISPATCH(add_products_all)(a, b, weight, count, out);
}

}  // namespace ohm
#endif  // HWY_ONCE
