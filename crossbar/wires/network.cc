// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/network.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kLargest = 1e30;  // products of a few such values stay far below overflow

}  // namespace

void check_resistance(double ohms, std::string_view name) {
  if (ohms == 0.0 || (ohms >= 1.0 / kLargest && ohms <= kLargest)) return;
  throw ArgumentError(fmt::format(
      "{}: {} Ohm; a resistance is 0 (ideal) or between 1e-30 and 1e30 Ohm; give one segment's "
      "resistance, and 0 to leave it out",
      name, ohms));
}

void check_conductances(const Matrix<double>& g) {
  if (g.rows < 1 || g.cols < 1) {
    throw ArgumentError(
        fmt::format("g: shape ({}, {}); an array has at least one wordline and one bitline; give a "
                    "matrix of shape (n_wordlines, n_bitlines)",
                    g.rows, g.cols));
  }
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) {
      if (g(i, j) >= 0.0 && g(i, j) <= kLargest) continue;
      throw ArgumentError(fmt::format(
          "g[{}, {}]: {} S; a conductance is finite and not negative (at most 1e30 S); use 0 for "
          "an open cell",
          i, j, g(i, j)));
    }
  }
}

void check_network(const Matrix<double>& g, const WireResistances& wires) {
  check_conductances(g);
  check_resistance(wires.r_wordline, "r_wordline");
  check_resistance(wires.r_bitline, "r_bitline");
  check_resistance(wires.r_driver, "r_driver");
  check_resistance(wires.r_sense, "r_sense");
}

void check_voltages(const Matrix<double>& v, Index n_wordlines) {
  if (v.cols != n_wordlines) {
    throw ArgumentError(fmt::format(
        "v: shape ({}, {}); one voltage per wordline was expected, (batch, {}); transpose or pad v",
        v.rows, v.cols, n_wordlines));
  }
  for (Index b = 0; b < v.rows; ++b) {
    for (Index i = 0; i < v.cols; ++i) {
      if (std::isfinite(v(b, i)) && std::abs(v(b, i)) <= kLargest) continue;
      throw ArgumentError(fmt::format(
          "v[{}, {}]: {} V; a voltage is finite (at most 1e30 V in size); use 0 for an idle row", b,
          i, v(b, i)));
    }
  }
}

void check_tolerance(double tolerance) {
  if (tolerance >= 1e-13 && tolerance <= 0.1) return;
  throw ArgumentError(fmt::format(
      "tolerance: {}; the relative error of the outputs lies between 1e-13 (rounding) and 0.1; the "
      "default is 1e-10",
      tolerance));
}

}  // namespace ohm
