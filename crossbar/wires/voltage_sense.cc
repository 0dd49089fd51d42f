// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/voltage_sense.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "crossbar/wires/network.h"

namespace ohm {
namespace {

/// Σ on G V and Σ on G of every bitline, divided where any cell conducts.
void settle(const Matrix<double>& g, std::span<const double> v, std::span<const std::uint8_t> on,
            std::span<double> settled) {
  std::vector<double> current(settled.size()), conductance(settled.size());
  for (size_t i = 0; i < v.size(); ++i) {
    if (on[i] == 0) continue;
    const auto row = g.row(static_cast<Index>(i));
    for (size_t j = 0; j < row.size(); ++j) {
      current[j] += row[j] * v[i];
      conductance[j] += row[j];
    }
  }
  for (size_t j = 0; j < settled.size(); ++j) {
    if (conductance[j] > 0.0) settled[j] = current[j] / conductance[j];
  }
}

}  // namespace

Matrix<double> settling_shares(const Matrix<double>& g) {
  check_conductances(g);
  std::vector<double> sums(static_cast<size_t>(g.cols));
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) sums[static_cast<size_t>(j)] += g(i, j);
  }
  Matrix<double> shares(g.rows, g.cols);
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) {
      const double sum = sums[static_cast<size_t>(j)];
      if (sum > 0.0) shares(i, j) = g(i, j) / sum;
    }
  }
  return shares;
}

Matrix<double> settled_voltages(const Matrix<double>& g, const Matrix<double>& v,
                                double v_precharge) {
  return settled_voltages(g, v, Matrix<std::uint8_t>(v.rows, v.cols, 1), v_precharge);
}

Matrix<double> settled_voltages(const Matrix<double>& g, const Matrix<double>& v,
                                const Matrix<std::uint8_t>& on, double v_precharge) {
  check_conductances(g);
  check_voltages(v, g.rows);
  if (on.rows != v.rows || on.cols != v.cols) {
    throw ArgumentError(fmt::format("on: shape ({}, {}) found; expected that of v, ({}, {})",
                                    on.rows, on.cols, v.rows, v.cols));
  }
  if (!std::isfinite(v_precharge)) {
    throw ArgumentError(
        fmt::format("v_precharge: {} V found; expected a finite voltage", v_precharge));
  }
  Matrix<double> settled(v.rows, g.cols, v_precharge);
  for (Index n = 0; n < v.rows; ++n) settle(g, v.row(n), on.row(n), settled.row(n));
  return settled;
}

}  // namespace ohm
