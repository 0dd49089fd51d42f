// SPDX-License-Identifier: Apache-2.0
// Speed of exact IR drop in gated arrays, per input vector, one thread, half of the rows on.
// Compare with BM_PlainProduct of the same run: the same sum without wires.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <vector>

#include "core/random.h"
#include "crossbar/wires/gated_ladder.h"

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

void run(benchmark::State& state, const GatedWires& wires) {
  const GatedLadder ladder(cells(state.range(0)), wires);
  const Matrix<std::uint8_t> x = inputs(state.range(0));
  std::vector<double> currents(static_cast<size_t>(kBatch * state.range(0)));
  for (auto _ : state) {
    ladder.currents(x.values, 0.2, currents);
    benchmark::DoNotOptimize(currents.data());
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

/// Goal: at most 5 times BM_PlainProduct at 128.
void BM_GatedIdealSourceLine(benchmark::State& state) {
  run(state, {.r_bitline = 1.0, .r_sense = 1.0});
}

/// Goal: at most 15 times BM_PlainProduct at 128.
void BM_GatedResistiveSourceLine(benchmark::State& state) {
  run(state, {.r_bitline = 1.0, .r_sense = 1.0, .r_sourceline = 1.0, .r_driver = 1.0});
}

/// One vector times a matrix in fp32, as a compiler vectorises it.
void BM_PlainProduct(benchmark::State& state) {
  const Matrix<double> g = cells(state.range(0));
  const std::vector<float> cell(g.values.begin(), g.values.end());
  const Matrix<std::uint8_t> x = inputs(state.range(0));
  const auto n = static_cast<size_t>(g.cols);
  std::vector<float> sums(n);
  for (auto _ : state) {
    for (Index b = 0; b < kBatch; ++b) {
      std::fill(sums.begin(), sums.end(), 0.0F);
      for (size_t i = 0; i < n; ++i) {
        const float on = x.row(b)[i];
        for (size_t j = 0; j < n; ++j) sums[j] += on * cell[i * n + j];
      }
      benchmark::DoNotOptimize(sums.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}

BENCHMARK(BM_PlainProduct)->Arg(128)->Arg(256);
BENCHMARK(BM_GatedIdealSourceLine)->Arg(128)->Arg(256);
BENCHMARK(BM_GatedResistiveSourceLine)->Arg(128)->Arg(256);

}  // namespace
}  // namespace ohm
