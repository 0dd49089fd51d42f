// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/nonlinear.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "core/error.h"
#include "crossbar/wires/driven_solver.h"

namespace ohm {
namespace {

// Steps on voltages that need more overshoot; steps on currents that need more creep.
constexpr int kVoltageSteps = 12, kCurrentSteps = 30, kRounds = 8;
constexpr double kRoughly = 1e-4;  // accuracy that a step on the way may lack

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
double relative_change(const Matrix<double>& now, const Matrix<double>& before, double floor) {
  double largest = 0.0, change = 0.0;
  for (const double current : now.values) largest = std::max(largest, std::abs(current));
  for (size_t j = 0; j < now.values.size(); ++j) {
    const double size = std::max({std::abs(now.values[j]), floor * largest, 1e-280});
    change = std::max(change, std::abs(now.values[j] - before.values[j]) / size);
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
  void linearise(const Tangents& tangents) const {
    set_cells(ladders, tangents.slope);
    to_diagonals(ladders, tangents.rest, sweep.cell_current);
  }
  double inner_tolerance() const { return std::max(0.1 * tolerance, 1e-13); }
  double change(const Matrix<double>& now, const Matrix<double>& before) const {
    return relative_change(now, before, std::min(1.0, 1e-14 / tolerance));
  }
};

[[noreturn]] void refuse_steps(int steps, double change, double tolerance) {
  throw SolveError(fmt::format(
      "nonlinear cells: after {} Newton steps the outputs still change by {:.2g} of themselves; "
      "the tolerance is {:.2g}; lower the voltages or relax the tolerance",
      steps, change, tolerance));
}

/// Newton's method on the voltages of the cells, from `across`.
Matrix<double> by_voltages(const Problem& p, const Matrix<double>& across) {
  p.rest();
  NodeVoltages nodes{across, Matrix<double>(p.g.rows, p.g.cols)};
  Matrix<double> currents(1, p.g.cols);
  double change = 0.0;
  for (int step = 0; step < kVoltageSteps; ++step) {
    p.linearise(tangents_at(p.g, nodes, p.curve));
    const Matrix<double> next = solve_lines(p.ladders, p.sweep, p.inner_tolerance());
    change = p.change(next, currents);
    currents = next;
    if (step > 0 && change <= p.tolerance) return currents;
    nodes = node_voltages(p.ladders, p.sweep);
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

CellState solved_state(const Problem& p, const Tangents& tangents) {
  const NodeVoltages nodes = node_voltages(p.ladders, p.sweep);
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

void require_attained(double attained, double limit, double tolerance) {
  if (attained <= limit) return;
  throw SolveError(fmt::format(
      "nonlinear cells: wires and the cells' slopes couple so strongly that rounding leaves a "
      "relative residual of {:.2g}; the tolerance is {:.2g}; relax it, or check that resistances "
      "are per segment and in Ohm and that v0 is in V",
      attained, tolerance));
}

/// A solution of the linear network and its accuracy; on the way, what rounding leaves will do.
struct Solution {
  Matrix<double> outputs;
  double accuracy;
};

Solution solve_tangents(const Problem& p) {
  const double accuracy = std::max(p.inner_tolerance(), attainable_tolerance(p.ladders));
  require_attained(accuracy, kRoughly, p.tolerance);
  for (const double wanted : {accuracy, std::max(accuracy, p.tolerance)}) {
    try {
      return {solve_lines(p.ladders, p.sweep, wanted), wanted};
    } catch (const SolveError&) {
      continue;  // rounding stirs the small outputs
    }
  }
  return {solve_lines(p.ladders, p.sweep, kRoughly), kRoughly};
}

/// Newton's method on the currents of the cells, from `state`, which goes along; nothing where
/// kCurrentSteps do not settle.
std::optional<Matrix<double>> by_currents(const Problem& p, CellState& state) {
  p.rest();
  Matrix<double> currents(1, p.g.cols);
  for (int step = 0; step < kCurrentSteps; ++step) {
    const Tangents tangents = tangents_at(p, state.current);
    p.linearise(tangents);
    const Solution next = solve_tangents(p);
    const CellState solved = solved_state(p, tangents);
    const double change = p.change(next.outputs, currents);
    currents = next.outputs;
    if (step > 0 && change <= std::max(p.tolerance, next.accuracy)) {
      require_attained(next.accuracy, p.tolerance, p.tolerance);
      return currents;
    }
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
Matrix<double> newton(const Problem& p) {
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
    const Matrix<double> solved = newton({g, v.row(b), curve, tolerance, ladders, sweep});
    std::copy_n(solved.values.begin(), g.cols, currents.row(b).begin());
  }
  return currents;
}

}  // namespace ohm
