// SPDX-License-Identifier: Apache-2.0
#include "core/matmul.h"

#include <algorithm>
#include <vector>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/matmul.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The order of the sixteen partial sums must not follow the vector's width, so wider ones are
/// capped.
using D = hn::CappedTag<float, 16>;
using V = hn::Vec<D>;

constexpr Index kLanes = hn::MaxLanes(D());
constexpr Index kRows = 4;

// The loops over rows and vectors are unrolled at every optimisation level: only then do the sums
// stay in registers.

/// One block of C: `rows` x (vectors * kLanes) outputs, each summed over k in ascending order.
template <std::size_t rows, std::size_t vectors>
HWY_INLINE void multiply_block(Index k, MatrixView<const float> a, MatrixView<const float> b,
                               MatrixView<float> c, const float* bias) {
  const D d;
  constexpr auto n_rows = static_cast<Index>(rows);
  constexpr auto n_vectors = static_cast<Index>(vectors);
  V sum[rows][vectors];
#pragma GCC unroll 4
  for (auto& row : sum) {
#pragma GCC unroll 4
    for (V& v : row) v = hn::Zero(d);
  }
  for (Index p = 0; p < k; ++p) {
    V column[vectors];
#pragma GCC unroll 4
    for (Index v = 0; v < n_vectors; ++v) {
      column[v] = hn::LoadU(d, b.values + p * b.stride + v * kLanes);
    }
#pragma GCC unroll 4
    for (Index r = 0; r < n_rows; ++r) {
      const V x = hn::Set(d, a.values[r * a.stride + p]);
#pragma GCC unroll 4
      for (Index v = 0; v < n_vectors; ++v) sum[r][v] = hn::Add(sum[r][v], hn::Mul(x, column[v]));
    }
  }
#pragma GCC unroll 4
  for (Index r = 0; r < n_rows; ++r) {
#pragma GCC unroll 4
    for (Index v = 0; v < n_vectors; ++v) {
      if (bias != nullptr) sum[r][v] = hn::Add(sum[r][v], hn::LoadU(d, bias + v * kLanes));
      hn::StoreU(sum[r][v], d, c.values + r * c.stride + v * kLanes);
    }
  }
}

/// A panel of vectors * kLanes columns of C, all rows.
template <std::size_t vectors>
HWY_INLINE void multiply_panel(const GemmShape& s, MatrixView<const float> a,
                               MatrixView<const float> b, MatrixView<float> c, const float* bias) {
  Index i = 0;
  for (; i + kRows <= s.m; i += kRows) {
    multiply_block<static_cast<std::size_t>(kRows), vectors>(
        s.k, {a.values + i * a.stride, a.stride}, b, {c.values + i * c.stride, c.stride}, bias);
  }
  for (; i < s.m; ++i) {
    multiply_block<1, vectors>(s.k, {a.values + i * a.stride, a.stride}, b,
                               {c.values + i * c.stride, c.stride}, bias);
  }
}

/// The last columns, fewer than a vector: copied to a panel padded with zeros.
void multiply_ragged(const GemmShape& s, MatrixView<const float> a, MatrixView<const float> b,
                     MatrixView<float> c, const float* bias) {
  std::vector<float> b_panel(static_cast<std::size_t>(s.k * kLanes), 0.0F);
  std::vector<float> c_panel(static_cast<std::size_t>(s.m * kLanes));
  float bias_panel[kLanes] = {};
  for (Index p = 0; p < s.k; ++p) {
    std::copy_n(b.values + p * b.stride, s.n, b_panel.data() + p * kLanes);
  }
  if (bias != nullptr) std::copy_n(bias, s.n, bias_panel);
  multiply_panel<1>(s, a, {b_panel.data(), kLanes}, {c_panel.data(), kLanes},
                    bias != nullptr ? bias_panel : nullptr);
  for (Index i = 0; i < s.m; ++i) {
    std::copy_n(c_panel.data() + i * kLanes, s.n, c.values + i * c.stride);
  }
}

void multiply(const GemmShape& s, MatrixView<const float> a, MatrixView<const float> b,
              MatrixView<float> c, const float* bias) {
  const auto bias_at = [bias](Index j) { return bias != nullptr ? bias + j : nullptr; };
  Index j = 0;
  for (; j + 2 * kLanes <= s.n; j += 2 * kLanes) {
    multiply_panel<2>(s, a, {b.values + j, b.stride}, {c.values + j, c.stride}, bias_at(j));
  }
  for (; j + kLanes <= s.n; j += kLanes) {
    multiply_panel<1>(s, a, {b.values + j, b.stride}, {c.values + j, c.stride}, bias_at(j));
  }
  if (j < s.n) {
    multiply_ragged({s.m, s.n - j, s.k}, a, {b.values + j, b.stride}, {c.values + j, c.stride},
                    bias_at(j));
  }
}

constexpr Index kPartials = 16;
constexpr Index kVectors = kPartials / kLanes;

/// Sixteen partial sums of four dot products at once.
struct Partials {
  V sum[kRows][kVectors];
};

HWY_INLINE void add_products(Partials& partials, const float* a, const float* const b[kRows]) {
  const D d;
#pragma GCC unroll 4
  for (Index v = 0; v < kVectors; ++v) {
    const V x = hn::LoadU(d, a + v * kLanes);
#pragma GCC unroll 4
    for (Index r = 0; r < kRows; ++r) {
      partials.sum[r][v] = hn::Add(partials.sum[r][v], hn::Mul(x, hn::LoadU(d, b[r] + v * kLanes)));
    }
  }
}

#if HWY_TARGET == HWY_SCALAR

HWY_INLINE void store_sums(const Partials& partials, float out[kRows]) {
  for (Index r = 0; r < kRows; ++r) {
    float sum[kPartials];
    for (Index p = 0; p < kPartials; ++p) sum[p] = hn::GetLane(partials.sum[r][p]);
    for (Index half = kPartials / 2; half > 0; half /= 2) {
      for (Index p = 0; p < half; ++p) sum[p] = sum[p] + sum[p + half];
    }
    out[r] = sum[0];
  }
}

#else

using D4 = hn::CappedTag<float, 4>;

/// Upper half onto lower half until four lanes are left.
template <class DN>
HWY_INLINE hn::Vec<D4> fold_to_four(DN d, hn::Vec<DN> v) {
  if constexpr (hn::MaxLanes(d) == 4) {
    return v;
  } else {
    const hn::Half<DN> half;
    return fold_to_four(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
}

HWY_INLINE hn::Vec<D4> four_sums(const V (&sum)[kVectors]) {
  if constexpr (kVectors == 4) {
    return fold_to_four(D(), hn::Add(hn::Add(sum[0], sum[2]), hn::Add(sum[1], sum[3])));
  } else if constexpr (kVectors == 2) {
    return fold_to_four(D(), hn::Add(sum[0], sum[1]));
  } else {
    return fold_to_four(D(), sum[0]);
  }
}

/// The last two levels of the tree, four dot products side by side.
HWY_INLINE void store_sums(const Partials& partials, float out[kRows]) {
  const D4 d;
  const auto q0 = four_sums(partials.sum[0]);
  const auto q1 = four_sums(partials.sum[1]);
  const auto q2 = four_sums(partials.sum[2]);
  const auto q3 = four_sums(partials.sum[3]);
  const auto lower = hn::Add(hn::InterleaveLower(d, q0, q1), hn::InterleaveUpper(d, q0, q1));
  const auto upper = hn::Add(hn::InterleaveLower(d, q2, q3), hn::InterleaveUpper(d, q2, q3));
  hn::StoreU(hn::Add(hn::ConcatLowerLower(d, upper, lower), hn::ConcatUpperUpper(d, upper, lower)),
             d, out);
}

#endif  // HWY_SCALAR

/// Dot products of row a with four rows b, all of length k.
HWY_INLINE void dot_four(Index k, const float* a, const float* const b[kRows], float out[kRows]) {
  Partials partials;
  for (auto& row : partials.sum) {
    for (V& v : row) v = hn::Zero(D());
  }
  const float* at[kRows] = {b[0], b[1], b[2], b[3]};
  Index p = 0;
  for (; p + kPartials <= k; p += kPartials) {
    add_products(partials, a + p, at);
    for (const float*& row : at) row += kPartials;
  }
  if (p < k) {
    float tail[kRows + 1][kPartials] = {};
    std::copy_n(a + p, k - p, tail[kRows]);
    for (Index r = 0; r < kRows; ++r) std::copy_n(at[r], k - p, tail[r]);
    const float* const rows[kRows] = {tail[0], tail[1], tail[2], tail[3]};
    add_products(partials, tail[kRows], rows);
  }
  store_sums(partials, out);
}

/// Four columns of C, all rows; where fewer are left the last row of B stands in for the missing.
HWY_INLINE void multiply_transposed_rows(const GemmShape& s, MatrixView<const float> a,
                                         MatrixView<const float> b, MatrixView<float> c,
                                         const float* bias) {
  const float* rows[kRows];
  for (Index r = 0; r < kRows; ++r) rows[r] = b.values + std::min(r, s.n - 1) * b.stride;
  for (Index i = 0; i < s.m; ++i) {
    float sums[kRows];
    dot_four(s.k, a.values + i * a.stride, rows, sums);
    for (Index r = 0; r < s.n; ++r) {
      c.values[i * c.stride + r] = bias != nullptr ? sums[r] + bias[r] : sums[r];
    }
  }
}

void multiply_transposed(const GemmShape& s, MatrixView<const float> a, MatrixView<const float> b,
                         MatrixView<float> c, const float* bias) {
  // A block of A's rows stays in the cache while all of B passes by.
  constexpr Index block = 64;
  for (Index i = 0; i < s.m; i += block) {
    for (Index j = 0; j < s.n; j += kRows) {
      multiply_transposed_rows(
          {std::min(block, s.m - i), std::min(kRows, s.n - j), s.k},
          {a.values + i * a.stride, a.stride}, {b.values + j * b.stride, b.stride},
          {c.values + i * c.stride + j, c.stride}, bias != nullptr ? bias + j : nullptr);
    }
  }
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

namespace {

/// Sums over no products: the bias alone.
void empty_sums(const GemmShape& s, MatrixView<float> c, const float* bias) {
  for (Index i = 0; i < s.m; ++i) {
    for (Index j = 0; j < s.n; ++j) c.values[i * c.stride + j] = bias != nullptr ? bias[j] : 0.0F;
  }
}

}  // namespace

HWY_EXPORT(multiply);
HWY_EXPORT(multiply_transposed);

void matmul_fixed_order(const GemmShape& s, MatrixView<const float> a, MatrixView<const float> b,
                        MatrixView<float> c, const float* bias) {
  check_shape(s);
  if (s.m == 0 || s.n == 0) return;
  check_matrix("A", {a.values, a.stride}, s.m, s.k);
  check_matrix("B", {b.values, b.stride}, s.k, s.n);
  check_matrix("C", {c.values, c.stride}, s.m, s.n);
  if (s.k == 0) return empty_sums(s, c, bias);
  HWY_DYNAMIC_DISPATCH(multiply)(s, a, b, c, bias);
}

void matmul_transposed_fixed_order(const GemmShape& s, MatrixView<const float> a,
                                   MatrixView<const float> b, MatrixView<float> c,
                                   const float* bias) {
  check_shape(s);
  if (s.m == 0 || s.n == 0) return;
  check_matrix("A", {a.values, a.stride}, s.m, s.k);
  check_matrix("B", {b.values, b.stride}, s.n, s.k);
  check_matrix("C", {c.values, c.stride}, s.m, s.n);
  if (s.k == 0) return empty_sums(s, c, bias);
  HWY_DYNAMIC_DISPATCH(multiply_transposed)(s, a, b, c, bias);
}

}  // namespace ohm
#endif  // HWY_ONCE
