// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/driven_solver.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kMostSweeps = 50000;

/// Over-relaxations of the alternating sweeps that minimise the largest error over eigenvalues of E
/// in [0, bound] (cyclic Chebyshev); each pair of sweeps then shrinks the error `rate` times.
class Chebyshev {
 public:
  explicit Chebyshev(const Ladders& l) {
    const double w = l.wordline_load, b = l.bitline_load;
    const double slack = (1.0 + w + b) / ((1.0 + w) * (1.0 + b));  // 1 - bound, without cancelling
    bound_ = coupling_bound(l);
    condition = 1.0 / slack;
    rate = bound_ / ((1.0 + std::sqrt(slack)) * (1.0 + std::sqrt(slack)));
  }

  double next_omega() {
    omega_ = step_ < 2 ? 1.0 / (1.0 - 0.5 * bound_ * step_) : 1.0 / (1.0 - 0.25 * bound_ * omega_);
    ++step_;
    return omega_;
  }

  /// Pairs of sweeps until the error is `accuracy` of what it was.
  double pairs(double accuracy) const {
    return rate > 0.0 ? std::ceil(std::log(accuracy) / std::log(rate)) : 0.0;
  }

  /// What it leaves of the outputs at worst, relative.
  double rounding() const { return 4.0 * std::numeric_limits<double>::epsilon() * condition; }

  double rate, condition;

 private:
  double bound_, omega_ = 1.0;
  int step_ = 0;
};

void require_attainable(const Chebyshev& chebyshev, double tolerance) {
  const double rounding = chebyshev.rounding();
  const double sweeps = chebyshev.pairs(tolerance);
  if (rounding <= tolerance && sweeps <= kMostSweeps) return;
  throw SolveError(fmt::format(
      "driven array: wires and cells couple so strongly (condition {:.2g}) that rounding leaves a "
      "relative residual of {:.2g} and {:.0f} sweeps were needed; the tolerance is {:.2g} within "
      "{:.0f} sweeps; check that resistances are per segment and in Ohm, or relax the tolerance",
      chebyshev.condition, rounding, sweeps, tolerance, kMostSweeps));
}

/// Follows the outputs of one lane until their changes say that the rest is below the tolerance.
class Lane {
 public:
  Lane(const Ladders& l, const LineSweep& s, Index lane) : lane_(lane), lanes_(s.lanes) {
    bool positive = false, negative = !s.cell_current.empty();
    for (Index i = 0; i < l.m; ++i) {
      const double v = s.drive[static_cast<size_t>(i * lanes_ + lane)];
      positive = positive || v > 0.0;
      negative = negative || v < 0.0;
    }
    mixed_ = positive && negative;
  }

  bool settled() const { return settled_; }
  double error() const { return error_; }

  /// Takes the outputs of the next iterate into `out` (and the earlier ones from it).
  void observe(const LineSweep& s, std::span<double> out, const Chebyshev& chebyshev,
               double tolerance) {
    const double change = update(s, out, mixed_ ? std::min(1.0, 1e-14 / tolerance) : 1e-30);
    // One output may pass its limit by accident; the change before tells what was to be expected.
    const double likely = std::max(change, chebyshev.rate * change_);
    change_ = change;
    error_ = 6.0 * likely * chebyshev.rate / (1.0 - chebyshev.rate);
    settled_ = error_ <= tolerance;
  }

 private:
  /// Largest relative change of an output, small ones measured by `floor` of the largest.
  double update(const LineSweep& s, std::span<double> out, double floor) const {
    const auto n = std::ssize(out);
    double largest = 0.0, change = 0.0;
    for (Index j = 0; j < n; ++j) largest = std::max(largest, std::abs(current(s, n, j)));
    for (Index j = 0; j < n; ++j) {
      const double now = current(s, n, j);
      double& before = out[static_cast<size_t>(j)];
      const double size = std::max({std::abs(now), floor * largest, 1e-280});
      change = std::max(change, std::abs(now - before) / size);
      if (std::isnan(now)) return std::numeric_limits<double>::infinity();
      before = now;
    }
    return change;
  }

  double current(const LineSweep& s, Index n, Index j) const {
    const auto at = static_cast<size_t>((n - 1 - j) * lanes_ + lane_);
    return s.near_output[at] + s.far_output[at];
  }

  Index lane_, lanes_;
  bool mixed_ = false, settled_ = false;
  double change_ = 0.0, error_ = 0.0;
};

/// The inputs `rows` of v, side by side as lanes; lanes beyond the batch stay at 0 V.
void set_drive(LineSweep& sweep, const Matrix<double>& v, Index first) {
  sweep.rest();
  for (Index lane = 0; lane < std::min(sweep.lanes, v.rows - first); ++lane) {
    for (Index i = 0; i < v.cols; ++i) {
      sweep.drive[static_cast<size_t>(i * sweep.lanes + lane)] = v(first + lane, i);
    }
  }
}

Matrix<double> currents_of(const Ladders& ladders, const Matrix<double>& v, double tolerance) {
  Matrix<double> currents(v.rows, ladders.n);
  LineSweep one(ladders, 1), many(ladders, v.rows > 1 ? kSweepLanes : 0);
  for (Index first = 0; first < v.rows;) {
    LineSweep& sweep = v.rows - first > 1 ? many : one;
    set_drive(sweep, v, first);
    const Matrix<double> solved = solve_lines(ladders, sweep, tolerance);
    const Index used = std::min(sweep.lanes, v.rows - first);
    std::copy_n(solved.values.begin(), used * ladders.n, currents.row(first).begin());
    first += used;
  }
  return currents;
}

Matrix<double> identity(Index n) {
  Matrix<double> unit(n, n);
  for (Index i = 0; i < n; ++i) unit(i, i) = 1.0;
  return unit;
}

}  // namespace

double coupling_bound(const Ladders& l) {
  return l.wordline_load / (1.0 + l.wordline_load) * (l.bitline_load / (1.0 + l.bitline_load));
}

double attainable_tolerance(const Ladders& ladders) {
  return Chebyshev(ladders).rounding();
}

Matrix<double> solve_lines(const Ladders& ladders, LineSweep& sweep, double tolerance) {
  check_tolerance(tolerance);
  Chebyshev chebyshev(ladders);
  require_attainable(chebyshev, tolerance);
  std::vector<Lane> lanes;
  for (Index lane = 0; lane < sweep.lanes; ++lane) lanes.emplace_back(ladders, sweep, lane);
  Matrix<double> currents(sweep.lanes, ladders.n);
  const bool far_outputs = ladders.bitline_far.ideal || ladders.bitline_far.conductance > 0.0;
  // An array at rest has its collapsed wordlines right already, unless they end in sources.
  if (ladders.wires.drive_both_ends || !sweep.cell_current.empty()) descend(ladders, sweep, 1.0);
  // Outputs thirty orders below the largest settle last; twice the sweeps is beyond all doubt.
  const double most = 20.0 + 2.0 * chebyshev.pairs(1e-30 * tolerance);
  for (double sweeps = 0.0; sweeps <= most; ++sweeps) {
    ascend(ladders, sweep, chebyshev.next_omega());
    if (far_outputs) descend(ladders, sweep, chebyshev.next_omega());
    bool settled = true;
    for (Index lane = 0; lane < sweep.lanes; ++lane) {
      Lane& state = lanes[static_cast<size_t>(lane)];
      if (!state.settled()) state.observe(sweep, currents.row(lane), chebyshev, tolerance);
      settled = settled && state.settled();
    }
    if (settled) return currents;
    if (!far_outputs) descend(ladders, sweep, chebyshev.next_omega());
  }
  double residual = 0.0;
  for (const Lane& state : lanes) residual = std::max(residual, state.error());
  throw SolveError(fmt::format(
      "driven array: after {:.0f} sweeps the outputs still change by {:.2g} of themselves; the "
      "tolerance is {:.2g}; relax it or check the resistances",
      most, residual, tolerance));
}

NodeVoltages node_voltages(const Ladders& l, LineSweep& sweep) {
  // The last sweeps overshot on purpose; two plain ones leave currents that fit each other.
  descend(l, sweep, 1.0);
  ascend(l, sweep, 1.0);
  const Matrix<double> gain_u = from_diagonals(l, l.wordline_gain);
  const Matrix<double> gain_v = from_diagonals(l, l.bitline_gain);
  const Matrix<double> ohms_u = from_diagonals(l, l.wordline_ohms);
  const Matrix<double> ohms_v = from_diagonals(l, l.bitline_ohms);
  NodeVoltages nodes{from_diagonals(l, sweep.wordline_current),
                     from_diagonals(l, sweep.bitline_current)};
  for (Index i = 0; i < l.m; ++i) {
    double u = sweep.drive[static_cast<size_t>(i)];
    for (Index j = 0; j < l.n; ++j) {
      u = gain_u(i, j) * u + ohms_u(i, j) * nodes.wordline(i, j);
      nodes.wordline(i, j) = u;
    }
  }
  for (Index j = 0; j < l.n; ++j) {
    double v = 0.0;
    for (Index i = l.m - 1; i >= 0; --i) {
      v = gain_v(i, j) * v + ohms_v(i, j) * nodes.bitline(i, j);
      nodes.bitline(i, j) = v;
    }
  }
  return nodes;
}

Matrix<double> driven_currents(const Matrix<double>& g, const WireResistances& wires,
                               const Matrix<double>& v, double tolerance) {
  const Ladders ladders = make_ladders(g, wires);
  check_voltages(v, g.rows);
  check_tolerance(tolerance);
  return currents_of(ladders, v, tolerance);
}

Matrix<double> effective_conductance(const Matrix<double>& g, const WireResistances& wires,
                                     double tolerance) {
  check_tolerance(tolerance);
  if (g.rows <= g.cols) return currents_of(make_ladders(g, wires), identity(g.rows), tolerance);
  const Ladders reversed = make_ladders(reversed_roles(g), reversed_roles(wires));
  return reversed_roles(currents_of(reversed, identity(g.cols), tolerance));
}

}  // namespace ohm
