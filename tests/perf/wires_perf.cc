// SPDX-License-Identifier: Apache-2.0
// Speed of exact wires, driven arrays, one thread: 1 Ohm everywhere, conductances 1 to 100 uS,
// relative error of every output below 1e-9. Effective matrices also of arrays on which iterations
// take long: 10 Ohm everywhere, and conductances over seven decades behind them. The yardstick of
// the same run is a sparse LU of the same nodal equations, as circuit tools solve them: assemble,
// order, factor, one back substitution.
#include <benchmark/benchmark.h>

#include <Eigen/SparseLU>
#include <cmath>

#include "core/random.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/elimination.h"
#include "crossbar/wires/nonlinear.h"
#include "tests/perf/turns.h"

namespace ohm {
namespace {

const WireResistances kWires{1.0, 1.0, 1.0, 1.0};
constexpr double kTolerance = 1e-9;

Matrix<double> random_values(Index rows, Index cols, double low, double high) {
  Matrix<double> values(rows, cols);
  for (Index i = 0; i < values.size(); ++i) {
    values.values[static_cast<size_t>(i)] = low + (high - low) * uniform_at({1, 0, 1}, {}, i);
  }
  return values;
}

Matrix<double> cells(Index n) {
  return random_values(n, n, 1e-6, 1e-4);
}

/// Kirchhoff's current law at the 2 n² nodes: wordline nodes first, then bitline nodes.
Eigen::SparseMatrix<double> nodal_matrix(const Matrix<double>& g) {
  const Index n = g.rows;
  std::vector<Eigen::Triplet<double>> entries;
  const auto stamp = [&](Index a, Index b, double conductance) {
    const auto row = static_cast<int>(a), column = static_cast<int>(b);
    entries.insert(entries.end(), {{row, row, conductance},
                                   {column, column, conductance},
                                   {row, column, -conductance},
                                   {column, row, -conductance}});
  };
  for (Index i = 0; i < n; ++i) {
    const auto first = static_cast<int>(i * n), last = static_cast<int>((2 * n - 1) * n + i);
    entries.emplace_back(first, first, 1.0 / kWires.r_driver);
    entries.emplace_back(last, last, 1.0 / kWires.r_sense);
    for (Index j = 0; j < n; ++j) {
      const Index u = i * n + j, v = n * n + u;
      stamp(u, v, g(i, j));
      if (j > 0) stamp(u - 1, u, 1.0 / kWires.r_wordline);
      if (i > 0) stamp(v - n, v, 1.0 / kWires.r_bitline);
    }
  }
  Eigen::SparseMatrix<double> matrix(2 * n * n, 2 * n * n);
  matrix.setFromTriplets(entries.begin(), entries.end());
  return matrix;
}

/// Currents by sparse LU.
std::vector<double> currents_by_lu(const Matrix<double>& g, const Matrix<double>& v) {
  const Eigen::SparseLU<Eigen::SparseMatrix<double>> lu(nodal_matrix(g));
  Eigen::VectorXd injected = Eigen::VectorXd::Zero(2 * g.size());
  for (Index i = 0; i < g.rows; ++i) injected[i * g.cols] = v(0, i) / kWires.r_driver;
  const Eigen::VectorXd nodes = lu.solve(injected);
  std::vector<double> currents;
  for (Index j = 0; j < g.cols; ++j) {
    currents.push_back(nodes[2 * g.size() - g.cols + j] / kWires.r_sense);
  }
  return currents;
}

void one_input(benchmark::State& state, Index n, double goal) {
  const Matrix<double> g = cells(n), v = random_values(1, n, 0.0, 0.2);
  Matrix<double> ours;
  std::vector<double> exact;
  const Turns t = take_turns(
      state, [&] { ours = driven_currents(g, kWires, v, kTolerance); },
      [&] { exact = currents_by_lu(g, v); }, own_seconds_of);
  double worst = 0.0;
  for (size_t j = 0; j < exact.size(); ++j) {
    worst = std::max(worst, std::abs(ours.values[j] / exact[j] - 1.0));
  }
  report(state, "x faster than sparse LU", t.yardstick / t.ours, ">=", goal);
  state.counters["relative_error"] = worst;
}

void effective_matrix(benchmark::State& state, const Matrix<double>& g, double ohms, double goal) {
  const WireResistances wires{ohms, ohms, ohms, ohms};
  const auto solve = [&] { benchmark::DoNotOptimize(effective_conductance(g, wires)); };
  const Turns t = take_turns(
      state, solve, [] {}, own_seconds_of);
  report(state, "ms", t.ours * 1e3, "<=", goal);
}

/// 1 nS to 10 mS.
Matrix<double> cells_over_decades(Index n) {
  Matrix<double> g = random_values(n, n, -9.0, -2.0);
  for (double& cell : g.values) cell = std::pow(10.0, cell);
  return g;
}

/// Cells I = g V0 sinh(V / V0), V0 = 0.2 V, against one ohmic input.
void nonlinear_input(benchmark::State& state, Index n, double goal) {
  const Matrix<double> g = cells(n), v = random_values(1, n, 0.0, 0.2);
  const SinhCell curve(0.2);
  const Turns t = take_turns(
      state, [&] { benchmark::DoNotOptimize(nonlinear_currents(g, kWires, v, curve, kTolerance)); },
      [&] { benchmark::DoNotOptimize(driven_currents(g, kWires, v, kTolerance)); }, own_seconds_of);
  report(state, "x one ohmic input", t.ours / t.yardstick, "<=", goal);
}

OHM_ROW(one_input, 7_driven_128, 128, 200.0)->Iterations(8);
OHM_ROW(one_input, 7_driven_256, 256, 150.0)->Iterations(8);
OHM_ROW(one_input, 7_driven_512, 512, 100.0)->Iterations(2);
OHM_ROW(effective_matrix, 8_effective_128, cells(128), 1.0, 40.0);
OHM_ROW(effective_matrix, 8_effective_256, cells(256), 1.0, 1000.0);
OHM_ROW(effective_matrix, 8_effective_128_hard, cells(128), 10.0, 40.0);
OHM_ROW(effective_matrix, 8_effective_256_hard, cells(256), 10.0, 1000.0);
OHM_ROW(effective_matrix, 8_effective_128_decades, cells_over_decades(128), 10.0, 40.0);
OHM_ROW(effective_matrix, 8_effective_256_decades, cells_over_decades(256), 10.0, 1000.0);
OHM_ROW(nonlinear_input, nonlinear_128, 128, 12.0);

}  // namespace
}  // namespace ohm
