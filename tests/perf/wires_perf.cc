// SPDX-License-Identifier: Apache-2.0
// Speed of exact wires, driven arrays, one thread: 1 Ohm everywhere, conductances 1 to 100 uS,
// relative error of every output below 1e-9. Compare with BM_SparseLu of the same run, which solves
// the same nodal equations as circuit tools do: assemble, order, factor, one back substitution.
#include <benchmark/benchmark.h>

#include <Eigen/SparseLU>

#include "core/random.h"
#include "crossbar/wires/driven_solver.h"
#include "crossbar/wires/nonlinear.h"

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

/// Goals: 200 / 150 / 100 times faster than a sparse LU, or 1.4 / 12.8 / 110 ms.
void BM_DrivenOneInput(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0)), v = random_values(1, g.rows, 0.0, 0.2);
  for (auto _ : state) benchmark::DoNotOptimize(driven_currents(g, kWires, v, kTolerance));
}
BENCHMARK(BM_DrivenOneInput)->Arg(64)->Arg(128)->Arg(256)->Arg(512)->Unit(benchmark::kMillisecond);

/// Goal: 30 times less per input than a sparse LU that factors once, or 0.28 ms at 128.
void BM_Driven64Inputs(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0)), v = random_values(64, g.rows, 0.0, 0.2);
  for (auto _ : state) benchmark::DoNotOptimize(driven_currents(g, kWires, v, kTolerance));
}
BENCHMARK(BM_Driven64Inputs)->Arg(128)->Unit(benchmark::kMillisecond);

/// Goals: 128 below 40 ms, 256 below 1 s.
void BM_EffectiveConductance(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(effective_conductance(g, kWires, kTolerance));
}
BENCHMARK(BM_EffectiveConductance)->Arg(64)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

/// Cells I = g V0 sinh(V / V0), V0 = 0.2 V. Goal: ten times one ohmic input.
void BM_NonlinearOneInput(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0)), v = random_values(1, g.rows, 0.0, 0.2);
  const SinhCell curve(0.2);
  for (auto _ : state) {
    benchmark::DoNotOptimize(nonlinear_currents(g, kWires, v, curve, kTolerance));
  }
}
BENCHMARK(BM_NonlinearOneInput)->Arg(128)->Unit(benchmark::kMillisecond);

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

void BM_SparseLu(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0)), v = random_values(1, g.rows, 0.0, 0.2);
  const Matrix<double> currents = driven_currents(g, kWires, v, kTolerance);
  double worst = 0.0;
  for (auto _ : state) {
    const Eigen::SparseLU<Eigen::SparseMatrix<double>> lu(nodal_matrix(g));
    Eigen::VectorXd injected = Eigen::VectorXd::Zero(2 * g.size());
    for (Index i = 0; i < g.rows; ++i) injected[i * g.cols] = v(0, i) / kWires.r_driver;
    const Eigen::VectorXd nodes = lu.solve(injected);
    for (Index j = 0; j < g.cols; ++j) {
      const double exact = nodes[2 * g.size() - g.cols + j] / kWires.r_sense;
      worst = std::max(worst, std::abs(currents(0, j) / exact - 1.0));
    }
  }
  state.counters["error"] = worst;
}
BENCHMARK(BM_SparseLu)->Arg(64)->Arg(128)->Arg(256)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ohm
