// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_kernel.h"

#include <algorithm>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/wires/gated_kernel.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::ScalableTag<double>;
using V = hn::Vec<D>;

// Few enough vectors to stay in registers, enough to hide the latency of a recurrence.
constexpr size_t kRegisters = HWY_TARGET <= HWY_AVX3 ? 32 : 16;
constexpr size_t kSingle = kRegisters / 4;
constexpr size_t kDouble = kRegisters / 8;

/// What may grow between two looks at the exponents, and where numbers count as large.
constexpr double kGrowth = 0x1p256, kLarge = 0x1p256, kShrink = 0x1p-384;

HWY_INLINE V plus_product(V sum, V a, V b) {
  return hn::Add(sum, hn::Mul(a, b));
}

/// 2^-384 where `size` is large, 1 elsewhere: exact.
HWY_INLINE V shrinking(V size) {
  const D d;
  return hn::IfThenElse(hn::Gt(size, hn::Set(d, kLarge)), hn::Set(d, kShrink), hn::Set(d, 1.0));
}

/// One ladder: conductance p / q from the source to the last bitline node.
struct Single {
  V p, q;

  HWY_INLINE void start(const GatedEnds&) {
    const D d;
    p = hn::Zero(d);
    q = hn::Set(d, 1.0);
  }
  HWY_INLINE void segment(V, V r_bitline) { q = plus_product(q, r_bitline, p); }
  HWY_INLINE void cell(V g) { p = plus_product(p, g, q); }
  HWY_INLINE void shrink() {
    const V factor = shrinking(q);
    p = hn::Mul(p, factor);
    q = hn::Mul(q, factor);
  }
  HWY_INLINE V current(const GatedEnds& ends) const {
    const D d;
    const V closed = plus_product(q, hn::Set(d, ends.r_sense), p);
    return hn::Mul(hn::Set(d, ends.scale), hn::Div(p, closed));
  }
  static double growth(double gap, const GatedPanel& panel) {
    return (1.0 + gap) * (1.0 + panel.r_bitline);
  }
};

/// Two ladders: the delta of conductances a/q (feed to source line), b/q (feed to bitline) and c/q
/// (source line to bitline) between the feed and the last two nodes, and t = (ab + bc + ca)/q.
/// A resistance in series with a node and a cell between two nodes are linear in (a, b, c, t, q).
struct Double {
  V a, b, c, t, q;

  HWY_INLINE void start(const GatedEnds& ends) {
    const D d;
    b = c = t = hn::Zero(d);
    a = hn::Set(d, 1.0);
    q = hn::Set(d, ends.r_driver);
  }
  HWY_INLINE void segment(V r_sourceline, V r_bitline) {
    q = plus_product(q, r_sourceline, hn::Add(a, c));
    b = plus_product(b, r_sourceline, t);
    q = plus_product(q, r_bitline, hn::Add(b, c));
    a = plus_product(a, r_bitline, t);
  }
  HWY_INLINE void cell(V g) {
    t = plus_product(t, g, hn::Add(a, b));
    c = plus_product(c, g, q);
  }
  HWY_INLINE void shrink() {
    const V factor = shrinking(hn::Max(hn::Max(hn::Max(a, b), hn::Max(c, t)), q));
    for (V* each : {&a, &b, &c, &t, &q}) *each = hn::Mul(*each, factor);
  }
  /// The source line's end floats, or meets a second driver.
  HWY_INLINE V current(const GatedEnds& ends) const {
    const D d;
    V through = t;
    V closed = hn::Add(a, c);
    if (ends.fed_at_both_ends) {
      const V driver = hn::Set(d, ends.r_driver);
      through = plus_product(hn::Add(b, c), driver, t);
      closed = plus_product(q, driver, hn::Add(a, c));
    }
    closed = plus_product(closed, hn::Set(d, ends.r_sense), through);
    return hn::Mul(hn::Set(d, ends.scale), hn::Div(through, closed));
  }
  static double growth(double gap, const GatedPanel& panel) {
    const double stretch = 1.0 + 2.0 * gap;
    return stretch * stretch * (3.0 + 2.0 * std::max(panel.r_bitline, panel.r_sourceline));
  }
};

/// Rows of a stretch of x that are on, in order; without branches, which random inputs mislead.
constexpr Index kStretch = 512;
HWY_INLINE Index active_rows(const std::uint8_t* x, Index first, Index last, Index* rows) {
  Index count = 0;
  for (Index i = first; i < last; ++i) {
    rows[count] = i;
    count += x[i] != 0 ? 1 : 0;
  }
  return count;
}

/// `kVectors` vectors of neighbouring columns, from row 0 to the sense end.
template <class State, size_t kVectors>
HWY_INLINE void run_columns(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                            Index column, double* currents) {
  const D d;
  const size_t lanes = hn::Lanes(d);
  State state[kVectors];
  for (State& s : state) s.start(ends);
  Index previous = 0;
  double growth = 1.0;
  const auto advance = [&](Index row) HWY_ATTR {
    const auto gap = static_cast<double>(row - previous);
    previous = row;
    const double step = State::growth(gap, panel);
    if (growth * step > kGrowth) {
      for (State& s : state) s.shrink();
      growth = 1.0;
    }
    growth *= step;
    const V r_sourceline = hn::Set(d, gap * panel.r_sourceline);
    const V r_bitline = hn::Set(d, gap * panel.r_bitline);
    for (State& s : state) s.segment(r_sourceline, r_bitline);
  };
  Index rows[kStretch];
  for (Index first = 0; first < panel.n_wordlines; first += kStretch) {
    const Index count = active_rows(x, first, std::min(first + kStretch, panel.n_wordlines), rows);
    for (Index k = 0; k < count; ++k) {
      advance(rows[k]);
      const double* cells = panel.cells + rows[k] * kGatedPanel + column;
      for (size_t n = 0; n < kVectors; ++n) state[n].cell(hn::LoadU(d, cells + n * lanes));
    }
  }
  advance(panel.n_wordlines - 1 + panel.idle_rows);
  for (size_t n = 0; n < kVectors; ++n) hn::StoreU(state[n].current(ends), d, currents + n * lanes);
}

template <class State, size_t kVectors>
HWY_INLINE void run_panel(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                          double* currents) {
  const auto width = static_cast<Index>(kVectors * hn::Lanes(D()));
  for (Index column = 0; column < panel.columns; column += width) {
    run_columns<State, kVectors>(panel, ends, x, column, currents + column);
  }
}

void run_single(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                double* currents) {
  run_panel<Single, kSingle>(panel, ends, x, currents);
}

void run_double(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                double* currents) {
  run_panel<Double, kDouble>(panel, ends, x, currents);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(run_single);
HWY_EXPORT(run_double);

void single_ladder(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                   double* currents) {
  HWY_DYNAMIC_DISPATCH(run_single)(panel, ends, x, currents);
}

void double_ladder(const GatedPanel& panel, const GatedEnds& ends, const std::uint8_t* x,
                   double* currents) {
  HWY_DYNAMIC_DISPATCH(run_double)(panel, ends, x, currents);
}

}  // namespace ohm
#endif  // HWY_ONCE
