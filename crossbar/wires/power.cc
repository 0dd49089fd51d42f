// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/power.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "crossbar/wires/elimination.h"

namespace ohm {
namespace {

/// One line from its near terminal outwards: node voltages, cell currents leaving its nodes, and
/// how it is connected.
struct Line {
  std::vector<double> nodes, cells;
  double terminal = 0.0;  ///< V, of one or both terminals
  double r_segment = 0.0, r_end = 0.0;
  bool both_ends = false;
};

struct LineFlow {
  double current = 0.0;            ///< A, from the terminals into the line
  double wires = 0.0, ends = 0.0;  ///< W
};

/// Current from the far terminal into the last node.
double far_current(const Line& line) {
  if (!line.both_ends) return 0.0;
  const double last = line.nodes.back();
  if (line.r_end > 0.0) return (line.terminal - last) / line.r_end;
  // Along ideal wire the near terminal can carry it all: nothing is lost either way.
  if (line.r_segment == 0.0 || line.nodes.size() == 1) return 0.0;
  return line.cells.back() - (line.nodes[line.nodes.size() - 2] - last) / line.r_segment;
}

LineFlow flow_of(const Line& line) {
  LineFlow flow;
  const double far = far_current(line);
  double link = -far;  // through the link towards the near terminal, outwards
  for (size_t k = line.nodes.size(); k-- > 0;) {
    link += line.cells[k];
    if (k > 0) flow.wires += line.r_segment * link * link;
  }
  flow.ends = line.r_end * (link * link + far * far);
  flow.current = link + far;
  return flow;
}

Matrix<double> cell_currents(const Matrix<double>& g, const NodeVoltages& nodes) {
  Matrix<double> currents(g.rows, g.cols);
  for (size_t k = 0; k < g.values.size(); ++k) {
    currents.values[k] = g.values[k] * (nodes.wordline.values[k] - nodes.bitline.values[k]);
  }
  return currents;
}

Line wordline(const DrivenOperatingPoint& point, const Matrix<double>& cells,
              const WireResistances& w, Index i) {
  const auto nodes = point.nodes.wordline.row(i), currents = cells.row(i);
  return {{nodes.begin(), nodes.end()},
          {currents.begin(), currents.end()},
          0.0,
          w.r_wordline,
          w.r_driver,
          w.drive_both_ends};
}

Line bitline(const DrivenOperatingPoint& point, const Matrix<double>& cells,
             const WireResistances& w, Index j) {
  Line line{{}, {}, 0.0, w.r_bitline, w.r_sense, w.sense_both_ends};
  for (Index i = cells.rows - 1; i >= 0; --i) {
    line.nodes.push_back(point.nodes.bitline(i, j));
    line.cells.push_back(-cells(i, j));
  }
  return line;
}

void book_power(DrivenOperatingPoint& point, const Matrix<double>& g, const WireResistances& wires,
                std::span<const double> v) {
  const Matrix<double> cells = cell_currents(g, point.nodes);
  DrivenPower& power = point.power;
  for (Index i = 0; i < g.rows; ++i) {
    Line line = wordline(point, cells, wires, i);
    line.terminal = v[static_cast<size_t>(i)];
    const LineFlow flow = flow_of(line);
    point.driver_currents.push_back(flow.current);
    power.supplied += line.terminal * flow.current;
    power.wordline_wires += flow.wires;
    power.drivers += flow.ends;
  }
  for (Index j = 0; j < g.cols; ++j) {
    const LineFlow flow = flow_of(bitline(point, cells, wires, j));
    power.bitline_wires += flow.wires;
    power.senses += flow.ends;
  }
  for (size_t k = 0; k < g.values.size(); ++k) {
    const double across = point.nodes.wordline.values[k] - point.nodes.bitline.values[k];
    power.cells += cells.values[k] * across;
  }
}

/// Power that rounding of the voltages sends around wordlines fed at both ends, W.
double rounding_power(const Matrix<double>& g, const WireResistances& w,
                      std::span<const double> v) {
  if (!w.drive_both_ends) return 0.0;
  const double r_read = w.r_driver > 0.0 ? w.r_driver : w.r_wordline;  // which tells the current
  if (r_read == 0.0) return 0.0;
  const double r_loop = 2.0 * w.r_driver + static_cast<double>(g.cols - 1) * w.r_wordline;
  double power = 0.0;
  for (const double volts : v) {
    const double current = 16.0 * std::numeric_limits<double>::epsilon() * volts / r_read;
    power += r_loop * current * current;
  }
  return power;
}

/// An array of open cells takes no power; `rounding` is then what there is to compare with.
void check_balance(const DrivenPower& power, double rounding) {
  const double residual = std::abs(power.supplied - power.dissipated());
  if (residual <= 1e-8 * power.dissipated() + rounding) return;
  throw SolveError(fmt::format(
      "driven array: sources supply {} W and resistances take {} W, a residual of {:.2g}; the "
      "tolerance is 1e-8 of the power; rounding of the voltages leaves more: bring the resistances "
      "closer together, wires that far exceed the cells or sources of next to none apart",
      power.supplied, power.dissipated(), residual));
}

}  // namespace

DrivenOperatingPoint driven_operating_point(const Matrix<double>& g, const WireResistances& wires,
                                            std::span<const double> v) {
  Matrix<double> drive(1, std::ssize(v));
  std::ranges::copy(v, drive.values.begin());
  check_voltages(drive, g.rows);
  Settled settled = Elimination(g, wires).settle(v);
  DrivenOperatingPoint point;
  point.currents = std::move(settled.currents);
  point.nodes = std::move(settled.nodes);
  book_power(point, g, wires, v);
  check_balance(point.power, rounding_power(g, wires, v));
  return point;
}

}  // namespace ohm
