// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_row_line.h"

#include <algorithm>

#include "core/parallel.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/gated_ladder.h"

namespace ohm {
namespace {

/// The cells of the rows that are on; the others are open.
Matrix<double> cells_on(Matrix<double> g, std::span<const std::uint8_t> x) {
  for (Index i = 0; i < g.rows; ++i) {
    if (x[static_cast<size_t>(i)] == 0) std::ranges::fill(g.row(i), 0.0);
  }
  return g;
}

}  // namespace

Matrix<double> gated_row_line_currents(const Matrix<double>& g, const Matrix<std::uint8_t>& x,
                                       double v_read, const RowLineWires& wires, double tolerance) {
  const WireResistances driven{.r_wordline = wires.r_sourceline,
                               .r_bitline = wires.r_bitline,
                               .r_driver = wires.r_driver,
                               .r_sense = wires.r_sense};
  check_network(g, driven);
  check_gated_inputs(x, g.rows, v_read);
  check_tolerance(tolerance);
  const Matrix<double> v(1, g.rows, v_read);
  Matrix<double> currents(x.rows, g.cols);
  parallel_for(0, x.rows, [&](Index n) {
    const Matrix<double> out = driven_currents(cells_on(g, x.row(n)), driven, v, tolerance);
    std::copy(out.values.begin(), out.values.end(), currents.row(n).begin());
  });
  return currents;
}

}  // namespace ohm
