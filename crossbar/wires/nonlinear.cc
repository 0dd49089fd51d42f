// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/nonlinear.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/wires/driven_solver.h"

namespace ohm {
namespace {

constexpr int kMostSteps = 200;

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

/// Newton's method for one input; `ladders` and `sweep` only lend their shapes and storage.
Matrix<double> newton(const Matrix<double>& g, Ladders& ladders, LineSweep& sweep,
                      const CellCurve& curve, double tolerance) {
  NodeVoltages nodes{Matrix<double>(g.rows, g.cols), Matrix<double>(g.rows, g.cols)};
  Matrix<double> currents(1, g.cols);
  double change = 0.0;
  for (int step = 0; step < kMostSteps; ++step) {
    const Tangents tangents = tangents_at(g, nodes, curve);
    set_cells(ladders, tangents.slope);
    to_diagonals(ladders, tangents.rest, sweep.cell_current);
    const Matrix<double> next = solve_lines(ladders, sweep, std::max(0.1 * tolerance, 1e-13));
    change = relative_change(next, currents, std::min(1.0, 1e-14 / tolerance));
    currents = next;
    if (step > 0 && change <= tolerance) return currents;
    nodes = node_voltages(ladders, sweep);
  }
  throw SolveError(
      fmt::format("nonlinear cells: after {} Newton steps the outputs still change by {:.2g} of "
                  "themselves; the "
                  "tolerance is {:.2g}; lower the voltages or relax the tolerance",
                  kMostSteps, change, tolerance));
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

Matrix<double> nonlinear_currents(const Matrix<double>& g, const WireResistances& wires,
                                  const Matrix<double>& v, const CellCurve& curve,
                                  double tolerance) {
  Ladders ladders = make_ladders(g, wires);
  check_voltages(v, g.rows);
  check_tolerance(tolerance);
  Matrix<double> currents(v.rows, g.cols);
  LineSweep sweep(ladders, 1);
  for (Index b = 0; b < v.rows; ++b) {
    sweep.rest();
    std::copy_n(v.row(b).begin(), g.rows, sweep.drive.begin());
    const Matrix<double> solved = newton(g, ladders, sweep, curve, tolerance);
    std::copy_n(solved.values.begin(), g.cols, currents.row(b).begin());
  }
  return currents;
}

}  // namespace ohm
