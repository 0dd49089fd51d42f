// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/ladders.h"

#include <algorithm>

namespace ohm {
namespace {

FarEnd far_end(bool connected, double r_end, double r_segment, Index length) {
  if (!connected) return {};
  if (r_end > 0.0) return {1.0 / r_end, false};
  // An ideal near terminal already holds a line of one node, or of ideal wire.
  if (length == 1 || r_segment == 0.0) return {};
  return {0.0, true};
}

/// Visits the cells of diagonal d as (position in diagonal order, row).
template <class Visit>
void for_diagonal(const Ladders& l, Index d, Visit visit) {
  const Index first = l.first_row(d), at = l.offset(d), cells = l.length(d);
  for (Index k = 0; k < cells; ++k) visit(static_cast<size_t>(at + k), first + k);
}

/// Collapses `cells` nodes of as many lines: `y` comes as the admittances of the lines beyond,
/// leaves as those seen through the links.
void collapse(const double* g, const double* ohms, Index cells, double* y, double* gain) {
  for (Index k = 0; k < cells; ++k) {
    const double node = y[k] + g[k];
    gain[k] = 1.0 / (1.0 + ohms[k] * node);
    y[k] = node * gain[k];
  }
}

/// A node that is its own terminal passes nothing on but the link to it.
void collapse_ideal(double r_segment, double& y, double& gain) {
  gain = 0.0;
  y = 1.0 / r_segment;
}

void collapse_wordlines(Ladders& l) {
  std::vector<double> y(static_cast<size_t>(l.m), l.wordline_far.conductance);
  for (Index d = l.diagonals() - 1; d >= 0; --d) {
    const Index at = l.offset(d), row = l.first_row(d);
    double* gain = l.wordline_gain.data() + at;
    collapse(l.g.data() + at, l.wordline_ohms.data() + at, l.length(d), y.data() + row, gain);
    if (l.wordline_far.ideal && d >= l.n - 1) {
      collapse_ideal(l.wires.r_wordline, y[static_cast<size_t>(row)], gain[0]);
    }
  }
}

void collapse_bitlines(Ladders& l) {
  std::vector<double> y(static_cast<size_t>(l.n), l.bitline_far.conductance);
  for (Index d = 0; d < l.diagonals(); ++d) {
    const Index at = l.offset(d), last_bitline_first = l.first_row(d) + l.n - 1 - d;
    double *gain = l.bitline_gain.data() + at, *beyond = y.data() + last_bitline_first;
    collapse(l.g.data() + at, l.bitline_ohms.data() + at, l.length(d), beyond, gain);
    if (l.bitline_far.ideal && d < l.n) collapse_ideal(l.wires.r_bitline, beyond[0], gain[0]);
  }
}

/// The links: terminations where a line meets its terminal, which is the last cell of a diagonal.
void set_links(Ladders& l) {
  l.wordline_ohms.assign(l.wordline_ohms.size(), l.wires.r_wordline);
  l.bitline_ohms.assign(l.bitline_ohms.size(), l.wires.r_bitline);
  for (Index d = 0; d < l.diagonals(); ++d) {
    const auto last = static_cast<size_t>(l.offset(d + 1) - 1);
    if (d < l.m) l.wordline_ohms[last] = l.wires.r_driver;
    if (d >= l.m - 1) l.bitline_ohms[last] = l.wires.r_sense;
  }
}

void find_loads(Ladders& l, const Matrix<double>& g) {
  const WireResistances& w = l.wires;
  std::vector<double> to_driver(static_cast<size_t>(l.n)), bitlines(static_cast<size_t>(l.n));
  for (Index j = 0; j < l.n; ++j) {
    to_driver[static_cast<size_t>(j)] = w.r_driver + static_cast<double>(j) * w.r_wordline;
  }
  l.wordline_load = 0.0;
  l.bitline_g.assign(static_cast<size_t>(l.n), 0.0);
  for (Index i = 0; i < l.m; ++i) {
    const double to_sense = w.r_sense + static_cast<double>(l.m - 1 - i) * w.r_bitline;
    const std::span<const double> cells = g.row(i);
    double wordline = 0.0;
    for (size_t j = 0; j < cells.size(); ++j) {
      wordline += cells[j] * to_driver[j];
      bitlines[j] += cells[j] * to_sense;
      l.bitline_g[j] += cells[j];
    }
    l.wordline_load = std::max(l.wordline_load, wordline);
  }
  l.bitline_load = *std::max_element(bitlines.begin(), bitlines.end());
}

}  // namespace

Ladders make_ladders(const Matrix<double>& g, const WireResistances& wires) {
  check_network(g, wires);
  Ladders l;
  l.m = g.rows;
  l.n = g.cols;
  l.wires = wires;
  l.wordline_far = far_end(wires.drive_both_ends, wires.r_driver, wires.r_wordline, l.n);
  l.bitline_far = far_end(wires.sense_both_ends, wires.r_sense, wires.r_bitline, l.m);
  l.start.resize(static_cast<size_t>(l.diagonals()) + 1);
  for (Index d = 0; d < l.diagonals(); ++d) {
    const Index last_row = std::min(d, l.m - 1);
    l.start[static_cast<size_t>(d) + 1] = l.offset(d) + last_row - l.first_row(d) + 1;
  }
  for (auto* values :
       {&l.g, &l.wordline_gain, &l.wordline_ohms, &l.bitline_gain, &l.bitline_ohms}) {
    values->resize(g.values.size());
  }
  set_links(l);
  set_cells(l, g);
  return l;
}

void set_cells(Ladders& ladders, const Matrix<double>& g) {
  to_diagonals(ladders, g, ladders.g);
  collapse_wordlines(ladders);
  collapse_bitlines(ladders);
  find_loads(ladders, g);
}

void to_diagonals(const Ladders& ladders, const Matrix<double>& from, std::vector<double>& to) {
  to.resize(from.values.size());
  for (Index d = 0; d < ladders.diagonals(); ++d) {
    for_diagonal(ladders, d, [&](size_t at, Index i) { to[at] = from(i, d - i); });
  }
}

Matrix<double> from_diagonals(const Ladders& ladders, const std::vector<double>& from) {
  Matrix<double> to(ladders.m, ladders.n);
  for (Index d = 0; d < ladders.diagonals(); ++d) {
    for_diagonal(ladders, d, [&](size_t at, Index i) { to(i, d - i) = from[at]; });
  }
  return to;
}

}  // namespace ohm
