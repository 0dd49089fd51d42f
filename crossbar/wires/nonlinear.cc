// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/nonlinear.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include "core/error.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/elimination.h"

namespace ohm {
namespace {

// Steps on voltages that need more overshoot; steps on currents that need more creep.
constexpr int kVoltageSteps = 12, kCurrentSteps = 30, kRounds = 8;

/// The cells as tangents at the voltages across them: slope V + rest.
struct Tangents {
  Matrix<double> slope, rest;
};

void set_tangent(Tangents& tangents, size_t at, const CellResponse& response, double across) {
  if (!std::isfinite(response.current) || !(response.slope >= 0.0 && response.slope <= 1e30)) {
    throw SolveError(fmt::format(
        "nonlinear cells: at {} V a cell carries {} A with a slope of {} S (residual unknown, "
        "tolerance not reached); both must be finite and the slope not negative; lower the "
        "voltages",
        across, response.current, response.slope));
  }
  tangents.slope.values[at] = response.slope;
  tangents.rest.values[at] = response.current - response.slope * across;
}

Tangents tangents_at(const Matrix<double>& g, const NodeVoltages& nodes, const CellCurve& curve) {
  Tangents tangents{Matrix<double>(g.rows, g.cols), Matrix<double>(g.rows, g.cols)};
  for (size_t k = 0; k < g.values.size(); ++k) {
    const double across = nodes.wordline.values[k] - nodes.bitline.values[k];
    set_tangent(tangents, k, curve.at(g.values[k], across), across);
  }
  return tangents;
}

/// Largest change of an output, relative to it or to a share of the largest.
double relative_change(std::span<const double> now, std::span<const double> before, double floor) {
  double largest = 0.0, change = 0.0;
  for (const double current : now) largest = std::max(largest, std::abs(current));
  for (size_t j = 0; j < now.size(); ++j) {
    const double size = std::max({std::abs(now[j]), floor * largest, 1e-280});
    const double ratio = std::abs(now[j] - before[j]) / size;
    if (std::isnan(ratio)) return std::numeric_limits<double>::infinity();
    change = std::max(change, ratio);
  }
  return change;
}

/// One input to be solved; `ladders` and `sweep` only lend their shapes and storage.
struct Problem {
  const Matrix<double>& g;
  std::span<const double> drive;
  const CellCurve& curve;
  double tolerance;
  Ladders& ladders;
  LineSweep& sweep;

  void rest() const {
    sweep.rest();
    std::ranges::copy(drive, sweep.drive.begin());
  }
  double inner_tolerance() const { return std::max(0.1 * tolerance, 1e-13); }
  double change(std::span<const double> now, std::span<const double> before) const {
    return relative_change(now, before, std::min(1.0, 1e-14 / tolerance));
  }
};

/// The ohmic network of the tangents: by sweeps from where the last one ended, else by elimination.
Settled solve(const Problem& p, const Tangents& tangents) {
  set_cells(p.ladders, tangents.slope);
  to_diagonals(p.ladders, tangents.rest, p.sweep.cell_current);
  SweptLines swept = solve_lines(p.ladders, p.sweep, p.inner_tolerance());
  if (swept.all_settled()) {
    return {node_voltages(p.ladders, p.sweep), std::move(swept.currents.values)};
  }
  return Elimination(tangents.slope, p.ladders.wires).settle(p.drive, tangents.rest);
}

[[noreturn]] void refuse_steps(int steps, double change, double tolerance) {
  throw SolveError(fmt::format(
      "nonlinear cells: after {} Newton steps the outputs still change by {:.2g} of themselves; "
      "the tolerance is {:.2g}; lower the voltages or relax the tolerance",
      steps, change, tolerance));
}

/// Whether the cells carry at the settled nodes what their tangents said, as far as rounding of the
/// nodes tells. Where rounding has swallowed a whole step, outputs stand still as well.
bool obeyed(const Problem& p, const Tangents& tangents, const Settled& settled) {
  constexpr double kRounding = 8.0 * std::numeric_limits<double>::epsilon();
  std::vector<double> carried = settled.currents;
  for (size_t k = 0; k < p.g.values.size(); ++k) {
    const double u = settled.nodes.wordline.values[k], v = settled.nodes.bitline.values[k];
    const CellResponse cell = p.curve.at(p.g.values[k], u - v);
    const double said = tangents.slope.values[k] * (u - v) + tangents.rest.values[k];
    const double rounding = kRounding * cell.slope * (std::abs(u) + std::abs(v));
    const double missing = std::abs(cell.current - said) - rounding;
    if (!(missing <= 0.0)) carried[k % carried.size()] += missing;
  }
  return p.change(settled.currents, carried) <= p.tolerance;
}

/// Newton's method on the voltages of the cells, from `across`.
std::vector<double> by_voltages(const Problem& p, const Matrix<double>& across) {
  p.rest();
  NodeVoltages nodes{across, Matrix<double>(p.g.rows, p.g.cols)};
  std::vector<double> currents(static_cast<size_t>(p.g.cols));
  double change = 0.0;
  for (int step = 0; step < kVoltageSteps; ++step) {
    const Tangents tangents = tangents_at(p.g, nodes, p.curve);
    Settled next = solve(p, tangents);
    change = p.change(next.currents, currents);
    if (step > 0 && change <= p.tolerance && obeyed(p, tangents, next)) return next.currents;
    currents = std::move(next.currents);
    nodes = std::move(next.nodes);
  }
  refuse_steps(kVoltageSteps, change, p.tolerance);
}

/// Currents through the cells, and the voltages that the wires then leave across them.
struct CellState {
  Matrix<double> current, across;
};

/// Nothing flows yet: every cell has the voltage of its wordline's source.
CellState open_cells(const Problem& p) {
  CellState state{Matrix<double>(p.g.rows, p.g.cols), Matrix<double>(p.g.rows, p.g.cols)};
  for (Index i = 0; i < p.g.rows; ++i) {
    std::ranges::fill(state.across.row(i), p.drive[static_cast<size_t>(i)]);
  }
  return state;
}

Tangents tangents_at(const Problem& p, const Matrix<double>& current) {
  Tangents tangents{Matrix<double>(p.g.rows, p.g.cols), Matrix<double>(p.g.rows, p.g.cols)};
  for (size_t k = 0; k < p.g.values.size(); ++k) {
    const double g = p.g.values[k];
    if (g == 0.0) continue;
    const double across = p.curve.voltage(g, current.values[k]);
    set_tangent(tangents, k, p.curve.at(g, across), across);
  }
  return tangents;
}

CellState solved_state(const Problem& p, const Tangents& tangents, const NodeVoltages& nodes) {
  CellState state{tangents.rest, nodes.wordline};
  for (size_t k = 0; k < p.g.values.size(); ++k) {
    state.across.values[k] -= nodes.bitline.values[k];
    state.current.values[k] += tangents.slope.values[k] * state.across.values[k];
  }
  return state;
}

CellState between(const CellState& from, const CellState& to, double share) {
  CellState state = from;
  for (size_t k = 0; k < from.current.values.size(); ++k) {
    state.current.values[k] += share * (to.current.values[k] - from.current.values[k]);
    state.across.values[k] += share * (to.across.values[k] - from.across.values[k]);
  }
  return state;
}

/// Derivative of the content at `share` of the way.
double content_slope(const Problem& p, const CellState& from, const CellState& to, double share) {
  const CellState at = between(from, to, share);
  double slope = 0.0;
  for (size_t k = 0; k < p.g.values.size(); ++k) {
    const double g = p.g.values[k];
    if (g == 0.0) continue;
    const double missing = p.curve.voltage(g, at.current.values[k]) - at.across.values[k];
    slope += missing * (to.current.values[k] - from.current.values[k]);
  }
  return slope;
}

/// Share of a step that is taken: all of it, unless the content rises again on the way.
double step_share(const Problem& p, const CellState& from, const CellState& to) {
  const double first = -content_slope(p, from, to, 0.0);  // positive, but for rounding
  if (first <= 0.0 || content_slope(p, from, to, 1.0) <= 0.9 * first) return 1.0;
  double low = 0.0, high = 1.0;
  for (int halving = 0; halving < 50; ++halving) {
    const double middle = 0.5 * (low + high), slope = content_slope(p, from, to, middle);
    if (std::abs(slope) <= 0.5 * first) return middle;
    (slope > 0.0 ? high : low) = middle;
  }
  return 0.5 * (low + high);
}

/// Newton's method on the currents of the cells, from `state`, which goes along; nothing where
/// kCurrentSteps do not settle.
std::optional<std::vector<double>> by_currents(const Problem& p, CellState& state) {
  p.rest();
  std::vector<double> currents(static_cast<size_t>(p.g.cols));
  for (int step = 0; step < kCurrentSteps; ++step) {
    const Tangents tangents = tangents_at(p, state.current);
    Settled next = solve(p, tangents);
    const CellState solved = solved_state(p, tangents, next.nodes);
    const double change = p.change(next.currents, currents);
    if (step > 0 && change <= p.tolerance && obeyed(p, tangents, next)) return next.currents;
    currents = std::move(next.currents);
    state = between(state, solved, step_share(p, state, solved));
  }
  return std::nullopt;
}

Matrix<double> voltages_of(const Problem& p, const Matrix<double>& current) {
  Matrix<double> across(p.g.rows, p.g.cols);
  for (size_t k = 0; k < p.g.values.size(); ++k) {
    const double g = p.g.values[k];
    if (g > 0.0) across.values[k] = p.curve.voltage(g, current.values[k]);
  }
  return across;
}

/// Steps on currents come close from anywhere, but cells that hardly conduct bend sharply in terms
/// of them; steps on voltages end what they began.
std::vector<double> newton(const Problem& p) {
  CellState state = open_cells(p);
  Matrix<double> start(p.g.rows, p.g.cols);
  for (int round = 0; round < kRounds; ++round) {
    try {
      return by_voltages(p, start);
    } catch (const SolveError&) {
      if (const auto found = by_currents(p, state)) return *found;
    }
    start = voltages_of(p, state.current);
  }
  return by_voltages(p, start);
}

}  // namespace

SinhCell::SinhCell(double v0) : v0_(v0) {
  if (v0 > 0.0 && std::isfinite(v0)) return;
  throw ArgumentError(fmt::format(
      "v0: {} V found; expected a positive voltage; a large one makes cells ohmic", v0));
}

CellResponse SinhCell::at(double g, double v) const {
  return {g * v0_ * std::sinh(v / v0_), g * std::cosh(v / v0_)};
}

double SinhCell::voltage(double g, double current) const {
  return v0_ * std::asinh(current / (g * v0_));
}

Matrix<double> nonlinear_currents(const Matrix<double>& g, const WireResistances& wires,
                                  const Matrix<double>& v, const CellCurve& curve,
                                  double tolerance) {
  Ladders ladders = make_ladders(g, wires);
  check_voltages(v, g.rows);
  check_tolerance(tolerance);
  Matrix<double> currents(v.rows, g.cols);
  LineSweep sweep(ladders, 1);
  for (Index b = 0; b < v.rows; ++b) {
    std::ranges::copy(newton({g, v.row(b), curve, tolerance, ladders, sweep}),
                      currents.row(b).begin());
  }
  return currents;
}

}  // namespace ohm
