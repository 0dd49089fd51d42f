// SPDX-License-Identifier: Apache-2.0
// Speed of exact IR drop in gated arrays, one thread, half of the rows on. The yardstick of the
// same run is the same sum without wires.
#include <algorithm>
#include <memory>
#include <vector>

#include "core/gemm.h"
#include "core/random.h"
#include "crossbar/wires/gated_ladder.h"
#include "tests/perf/turns.h"

namespace ohm {
namespace {

constexpr Index kBatch = 64;

Matrix<double> cells(Index n) {
  Matrix<double> g(n, n);
  for (Index k = 0; k < g.size(); ++k) {
    g.values[static_cast<size_t>(k)] = 1e-4 * uniform_at({1, 0, 7}, {}, k);
  }
  return g;
}

Matrix<std::uint8_t> inputs(Index n) {
  Matrix<std::uint8_t> x(kBatch, n);
  for (Index k = 0; k < x.size(); ++k) {
    x.values[static_cast<size_t>(k)] = uniform_at({2, 0, 7}, {}, k) < 0.5 ? 1 : 0;
  }
  return x;
}

/// One vector after the other times the cells in fp32, by the library that multiplies matrices.
std::function<void()> plain_products(const Matrix<double>& g, const Matrix<std::uint8_t>& x) {
  const auto cell = std::make_shared<std::vector<float>>(g.values.begin(), g.values.end());
  const auto on = std::make_shared<std::vector<float>>(x.values.begin(), x.values.end());
  const auto sums = std::make_shared<std::vector<float>>(static_cast<size_t>(g.cols));
  return [=, n = g.rows, m = g.cols] {
    for (Index b = 0; b < kBatch; ++b) {
      gemm({1, m, n}, {on->data() + b * n, n}, {cell->data(), m}, {sums->data(), m});
      benchmark::DoNotOptimize(sums->data());
    }
  };
}

void gated(benchmark::State& state, Index n, const GatedWires& wires, double goal) {
  const Matrix<double> g = cells(n);
  const GatedLadder ladder(g, wires);
  const Matrix<std::uint8_t> x = inputs(n);
  std::vector<double> currents(static_cast<size_t>(kBatch * n));
  const auto solve = [&] {
    ladder.currents(x.values, 0.2, currents);
    benchmark::DoNotOptimize(currents.data());
  };
  const Turns t = take_turns(state, solve, plain_products(g, x));
  report(state, "x a plain product", t.ours / t.yardstick, "<=", goal);
}

constexpr GatedWires kPlane{.r_bitline = 1.0, .r_sense = 1.0};
constexpr GatedWires kLines{.r_bitline = 1.0, .r_sense = 1.0, .r_sourceline = 1.0, .r_driver = 1.0};

OHM_ROW(gated, 9_ideal_source_line_128, 128, kPlane, 5.0);
OHM_ROW(gated, 9_ideal_source_line_256, 256, kPlane, 5.0);
OHM_ROW(gated, resistive_source_line_128, 128, kLines, 15.0);

}  // namespace
}  // namespace ohm
