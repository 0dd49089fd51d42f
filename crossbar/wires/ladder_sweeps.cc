// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/ladder_sweeps.h"

#include <algorithm>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/wires/ladder_sweeps.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(tag, cell) from `cell` on in vectors of kWidth, then of half that for the rest.
template <size_t kWidth, class Body>
HWY_INLINE void in_vectors(Index cell, Index cells, const Body& body) {
  const hn::CappedTag<double, kWidth> d;
  const auto step = static_cast<Index>(hn::Lanes(d));
  for (; cell + step <= cells; cell += step) body(d, cell, cell);
  if constexpr (kWidth > 1) in_vectors<kWidth / 2>(cell, cells, body);
}

/// Calls body(tag, cell, position of its first lane) for all cells of a diagonal: one lane runs
/// over neighbouring cells, many lanes over the inputs of one cell.
template <int kLanes, class Body>
HWY_INLINE void for_cells(Index cells, const Body& body) {
  if constexpr (kLanes == 1) {
    in_vectors<8>(0, cells, body);
  } else {
    const hn::CappedTag<double, size_t{kLanes}> d;
    const auto step = static_cast<Index>(hn::Lanes(d));
    for (Index cell = 0; cell < cells; ++cell) {
      for (Index lane = 0; lane < kLanes; lane += step) body(d, cell, cell * kLanes + lane);
    }
  }
}

/// A property of the cells: one value each.
template <int kLanes, class D>
HWY_INLINE hn::Vec<D> of_cell(D d, const double* values, Index cell) {
  if constexpr (kLanes == 1) return hn::LoadU(d, values + cell);
  return hn::Set(d, values[cell]);
}

/// Where a diagonal's cells and lines begin in the arrays of a sweep.
struct Span {
  Index at, row, bitline, cells;
};

HWY_INLINE Span span_of(const Ladders& l, Index diagonal) {
  const Index row = l.first_row(diagonal);
  return {l.offset(diagonal), row, row + l.n - 1 - diagonal, l.length(diagonal)};
}

/// One step outwards: voltage of a node from that of the node before it, through a link that
/// carries `current` on top of what the node's admittance draws.
template <class V>
HWY_INLINE V outwards(V gain, V before, V ohms, V current) {
  return hn::Add(hn::Mul(gain, before), hn::Mul(ohms, current));
}

/// One step inwards: current through the link of a node that collects `current` of its own.
template <class V>
HWY_INLINE V inwards(V gain, V current, V beyond) {
  return hn::Mul(gain, hn::Add(current, beyond));
}

template <class D>
HWY_INLINE void move_towards(D d, hn::Vec<D> target, double omega, double* at) {
  const auto old = hn::LoadU(d, at);
  hn::StoreU(hn::Add(old, hn::Mul(hn::Set(d, omega), hn::Sub(target, old))), d, at);
}

template <int kLanes, bool kSources>
void ascend_diagonal(const Ladders& l, LineSweep& s, const Span& p, double omega) {
  const double *g = l.g.data() + p.at, *ohms = l.wordline_ohms.data() + p.at;
  const double* gain_out = l.wordline_gain.data() + p.at;
  const double* gain_in = l.bitline_gain.data() + p.at;
  const double* sources = kSources ? s.cell_current.data() + p.at : nullptr;
  const double* carried = s.wordline_current.data() + p.at * kLanes;
  double* collapsed = s.bitline_current.data() + p.at * kLanes;
  double* u = s.along_wordlines.data() + p.row * kLanes;
  double* beyond = s.along_bitlines.data() + p.bitline * kLanes;
  for_cells<kLanes>(p.cells, [=](auto d, Index cell, Index i) HWY_ATTR {
    const auto node = outwards(of_cell<kLanes>(d, gain_out, cell), hn::LoadU(d, u + i),
                               of_cell<kLanes>(d, ohms, cell), hn::LoadU(d, carried + i));
    auto current = hn::Mul(of_cell<kLanes>(d, g, cell), node);
    if constexpr (kSources) current = hn::Add(current, hn::LoadU(d, sources + cell));
    const auto link = inwards(of_cell<kLanes>(d, gain_in, cell), current, hn::LoadU(d, beyond + i));
    hn::StoreU(node, d, u + i);
    hn::StoreU(link, d, beyond + i);
    move_towards(d, link, omega, collapsed + i);
  });
  if (!l.bitline_far.ideal || p.row > 0) return;
  for (Index lane = 0; lane < kLanes; ++lane) {
    const double source = kSources ? sources[0] : 0.0;
    s.far_output[static_cast<size_t>(p.bitline * kLanes + lane)] = g[0] * u[lane] + source;
  }
}

/// Where the last node of a wordline is its second source, that alone sets what flows on; where the
/// first node of a bitline is its second sense, the next node's voltage sets what flows into it.
template <int kLanes>
void connect_ideal_ends(const Ladders& l, LineSweep& s, const Span& p, Index diagonal) {
  const Index row_1 = 1 - p.row;
  for (Index lane = 0; lane < kLanes; ++lane) {
    const auto wordline = static_cast<size_t>(p.row * kLanes + lane);
    if (l.wordline_far.ideal && diagonal >= l.n - 1) {
      const double current = s.drive[wordline] / l.wires.r_wordline;
      s.along_wordlines[wordline] = current;
      s.wordline_current[static_cast<size_t>(p.at * kLanes + lane)] = current;
    }
    if (l.bitline_far.ideal && row_1 >= 0 && row_1 < p.cells) {
      const auto bitline = static_cast<size_t>((p.bitline + row_1) * kLanes + lane);
      s.far_output[bitline] += s.along_bitlines[bitline] / l.wires.r_bitline;
    }
  }
}

template <int kLanes, bool kSources>
void descend_diagonal(const Ladders& l, LineSweep& s, const Span& p, double omega) {
  const double *g = l.g.data() + p.at, *ohms = l.bitline_ohms.data() + p.at;
  const double* gain_out = l.bitline_gain.data() + p.at;
  const double* gain_in = l.wordline_gain.data() + p.at;
  const double* sources = kSources ? s.cell_current.data() + p.at : nullptr;
  const double* carried = s.bitline_current.data() + p.at * kLanes;
  double* collapsed = s.wordline_current.data() + p.at * kLanes;
  double* v = s.along_bitlines.data() + p.bitline * kLanes;
  double* beyond = s.along_wordlines.data() + p.row * kLanes;
  for_cells<kLanes>(p.cells, [=](auto d, Index cell, Index i) HWY_ATTR {
    const auto node = outwards(of_cell<kLanes>(d, gain_out, cell), hn::LoadU(d, v + i),
                               of_cell<kLanes>(d, ohms, cell), hn::LoadU(d, carried + i));
    auto current = hn::Mul(of_cell<kLanes>(d, g, cell), node);
    if constexpr (kSources) current = hn::Sub(current, hn::LoadU(d, sources + cell));
    const auto link = inwards(of_cell<kLanes>(d, gain_in, cell), current, hn::LoadU(d, beyond + i));
    hn::StoreU(node, d, v + i);
    hn::StoreU(link, d, beyond + i);
    move_towards(d, link, omega, collapsed + i);
  });
}

template <int kLanes, bool kSources>
void ascend_lanes(const Ladders& l, LineSweep& s, double omega) {
  std::copy(s.drive.begin(), s.drive.end(), s.along_wordlines.begin());
  std::fill(s.along_bitlines.begin(), s.along_bitlines.end(), 0.0);
  for (Index diagonal = 0; diagonal < l.diagonals(); ++diagonal) {
    ascend_diagonal<kLanes, kSources>(l, s, span_of(l, diagonal), omega);
  }
  std::copy(s.along_bitlines.begin(), s.along_bitlines.end(), s.near_output.begin());
}

template <int kLanes, bool kSources>
void descend_lanes(const Ladders& l, LineSweep& s, double omega) {
  std::fill(s.along_bitlines.begin(), s.along_bitlines.end(), 0.0);
  for (size_t i = 0; i < s.drive.size(); ++i) {
    s.along_wordlines[i] = s.drive[i] * l.wordline_far.conductance;
  }
  for (Index diagonal = l.diagonals() - 1; diagonal >= 0; --diagonal) {
    const Span p = span_of(l, diagonal);
    descend_diagonal<kLanes, kSources>(l, s, p, omega);
    connect_ideal_ends<kLanes>(l, s, p, diagonal);
  }
  if (l.bitline_far.conductance == 0.0) return;
  for (size_t j = 0; j < s.far_output.size(); ++j) {
    s.far_output[j] = s.along_bitlines[j] * l.bitline_far.conductance;
  }
}

void ascend_all(const Ladders& l, LineSweep& s, double omega) {
  if (!s.cell_current.empty()) return ascend_lanes<1, true>(l, s, omega);
  if (s.lanes == 1) return ascend_lanes<1, false>(l, s, omega);
  ascend_lanes<kSweepLanes, false>(l, s, omega);
}

void descend_all(const Ladders& l, LineSweep& s, double omega) {
  if (!s.cell_current.empty()) return descend_lanes<1, true>(l, s, omega);
  if (s.lanes == 1) return descend_lanes<1, false>(l, s, omega);
  descend_lanes<kSweepLanes, false>(l, s, omega);
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(ascend_all);
HWY_EXPORT(descend_all);

LineSweep::LineSweep(const Ladders& ladders, Index n_lanes) : lanes(n_lanes) {
  const auto rows = static_cast<size_t>(ladders.m * lanes);
  const auto columns = static_cast<size_t>(ladders.n * lanes);
  const auto cells = ladders.g.size() * static_cast<size_t>(lanes);
  for (auto* values : {&drive, &along_wordlines}) values->resize(rows);
  for (auto* values : {&along_bitlines, &near_output, &far_output}) values->resize(columns);
  for (auto* values : {&wordline_current, &bitline_current}) values->resize(cells);
}

void LineSweep::rest() {
  for (auto* values : {&drive, &wordline_current, &bitline_current}) {
    std::fill(values->begin(), values->end(), 0.0);
  }
}

void ascend(const Ladders& ladders, LineSweep& sweep, double omega) {
  HWY_DYNAMIC_DISPATCH(ascend_all)(ladders, sweep, omega);
}

void descend(const Ladders& ladders, LineSweep& sweep, double omega) {
  HWY_DYNAMIC_DISPATCH(descend_all)(ladders, sweep, omega);
}

}  // namespace ohm
#endif  // HWY_ONCE
