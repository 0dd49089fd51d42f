// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/driven_solver.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "crossbar/wires/elimination.h"

namespace ohm {
namespace {

// What rounding may be amplified to, in units of the coupling's condition; elimination needs none.
constexpr double kRounding = 64.0 * std::numeric_limits<double>::epsilon();

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

  /// Share of an error that `pairs` of sweeps leave; without pow(), which differs between machines.
  double left_after(int pairs) const {
    double left = 1.0;
    for (int pair = 0; pair < pairs; ++pair) left *= rate;
    return std::min(1.0, 2.0 * left);
  }

  double rate, condition;

 private:
  double bound_, omega_ = 1.0;
  int step_ = 0;
};

bool has_far_outputs(const Ladders& l) {
  return l.bitline_far.ideal || l.bitline_far.conductance > 0.0;
}

/// Follows the outputs of one lane until the rest is below the tolerance.
class Lane {
 public:
  Lane(const Ladders& l, const LineSweep& s, Index lane, double tolerance)
      : ladders_(l), lane_(lane), lanes_(s.lanes), sources_(!s.cell_current.empty()) {
    double low = 0.0, high = 0.0;
    for (Index i = 0; i < l.m; ++i) {
      const double v = s.drive[static_cast<size_t>(i * lanes_ + lane)];
      low = std::min(low, v);
      high = std::max(high, v);
    }
    const bool mixed = sources_ || (low < 0.0 && high > 0.0);
    floor_ = mixed ? std::min(1.0, 1e-14 / tolerance) : 0.0;
    const double reach = l.bitline_load / (1.0 + l.bitline_load) * std::max(high, -low);
    const double cells = std::accumulate(l.bitline_g.begin(), l.bitline_g.end(), 0.0);
    start_ = reach * std::sqrt(cells * (l.wordline_load / (1.0 + l.wordline_load)));
  }

  bool settled() const { return settled_; }

  /// Takes the outputs after `pairs` of sweeps into `out` (and the earlier ones from it).
  void observe(const LineSweep& s, std::span<double> out, const Chebyshev& chebyshev, int pairs,
               double tolerance) {
    double largest = 0.0, change = 0.0;
    for (Index j = 0; j < ladders_.n; ++j) largest = std::max(largest, std::abs(current(s, j)));
    // What leaves at far ends lags behind, being a mixture of what all sweeps so far have found.
    const double lag = has_far_outputs(ladders_) ? 2.0 * pairs + 3.0 : 1.0;
    const double reach = lag * start_ * chebyshev.left_after(pairs);
    bool bounded = true;
    for (Index j = 0; j < ladders_.n; ++j) {
      const double now = current(s, j), size = std::max(std::abs(now), floor_ * largest);
      double& before = out[static_cast<size_t>(j)];
      change = std::max(change, std::abs(now - before) / std::max(size, 1e-280));
      const double cells = ladders_.bitline_g[static_cast<size_t>(j)];
      bounded = bounded && reach * std::sqrt(cells) <= tolerance * size;
      before = now;
    }
    settled_ = sources_ ? quiet(change, chebyshev.rate, tolerance) : bounded;
  }

 private:
  /// One output may change little by accident; the change before tells what was to be expected.
  bool quiet(double change, double rate, double tolerance) {
    const double likely = std::max(change, rate * change_);
    change_ = change;
    return 6.0 * likely * rate / (1.0 - rate) <= tolerance;
  }

  double current(const LineSweep& s, Index j) const {
    const auto at = static_cast<size_t>((ladders_.n - 1 - j) * lanes_ + lane_);
    return s.near_output[at] + s.far_output[at];
  }

  const Ladders& ladders_;
  Index lane_, lanes_;
  bool sources_, settled_ = false;
  double floor_, start_, change_ = 0.0;
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

/// Pairs of sweeps that take one input as long as elimination.
int most_pairs(const Ladders& l) {
  return 40 + static_cast<int>(std::min(l.m, l.n) / 4);
}

/// currents = v @ g_eff for one input, in an order of its own.
void multiply(std::span<const double> v, const Matrix<double>& g_eff, std::span<double> currents) {
  std::ranges::fill(currents, 0.0);
  for (size_t i = 0; i < v.size(); ++i) {
    const auto row = g_eff.row(static_cast<Index>(i));
    for (size_t j = 0; j < row.size(); ++j) currents[j] += v[i] * row[j];
  }
}

}  // namespace

double coupling_bound(const Ladders& l) {
  return l.wordline_load / (1.0 + l.wordline_load) * (l.bitline_load / (1.0 + l.bitline_load));
}

bool SweptLines::all_settled() const {
  return std::ranges::all_of(settled, [](bool lane) { return lane; });
}

SweptLines solve_lines(const Ladders& ladders, LineSweep& sweep, double tolerance) {
  check_tolerance(tolerance);
  Chebyshev chebyshev(ladders);
  SweptLines swept{Matrix<double>(sweep.lanes, ladders.n),
                   std::vector<bool>(static_cast<size_t>(sweep.lanes))};
  const int most = most_pairs(ladders);
  if (kRounding * chebyshev.condition > tolerance) return swept;
  if (chebyshev.left_after(most) > tolerance) return swept;
  std::vector<Lane> lanes;
  for (Index lane = 0; lane < sweep.lanes; ++lane) {
    lanes.emplace_back(ladders, sweep, lane, tolerance);
  }
  const bool far_outputs = has_far_outputs(ladders);
  // An array at rest has its collapsed wordlines right already, unless they end in sources.
  if (ladders.wires.drive_both_ends || !sweep.cell_current.empty()) descend(ladders, sweep, 1.0);
  for (int pairs = 0; pairs <= most; ++pairs) {
    ascend(ladders, sweep, chebyshev.next_omega());
    if (far_outputs) descend(ladders, sweep, chebyshev.next_omega());
    for (size_t lane = 0; lane < lanes.size(); ++lane) {
      if (lanes[lane].settled()) continue;
      lanes[lane].observe(sweep, swept.currents.row(static_cast<Index>(lane)), chebyshev, pairs,
                          tolerance);
      swept.settled[lane] = lanes[lane].settled();
    }
    if (swept.all_settled()) return swept;
    if (!far_outputs) descend(ladders, sweep, chebyshev.next_omega());
  }
  return swept;
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
  Matrix<double> currents(v.rows, g.cols), g_eff;
  LineSweep one(ladders, 1), many(ladders, v.rows > 1 ? kSweepLanes : 0);
  for (Index first = 0; first < v.rows;) {
    LineSweep& sweep = v.rows - first > 1 ? many : one;
    set_drive(sweep, v, first);
    const SweptLines swept = solve_lines(ladders, sweep, tolerance);
    const Index used = std::min(sweep.lanes, v.rows - first);
    for (Index lane = 0; lane < used; ++lane) {
      const std::span<double> out = currents.row(first + lane);
      if (swept.settled[static_cast<size_t>(lane)]) {
        std::ranges::copy(swept.currents.row(lane), out.begin());
        continue;
      }
      if (g_eff.values.empty()) g_eff = effective_conductance(g, wires);
      multiply(v.row(first + lane), g_eff, out);
    }
    first += used;
  }
  return currents;
}

}  // namespace ohm
