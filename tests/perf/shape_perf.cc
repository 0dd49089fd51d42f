// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "core/config/reader.h"
#include "mapping/shape/sweep_shape.h"
#include "tests/repository.h"

namespace ohm {
namespace {

/// Goal: at least 10,000 design points per second on one core, arrays, cells, converters, tiles and
/// copies varied.
void sweep_network(benchmark::State& state, const char* name) {
  const ConfigOptions options{{repository::configs()}, {}};
  ChipSpec chip = load_spec<ChipSpec>("chip", "rram_22nm", options);
  chip.mesh = {2000, 2000};
  chip.map.duplication = "throughput";
  ShapeModel model(build_network(load_spec<TransformerSpec>("network", name, options)));
  using List = std::vector<double>;
  const std::vector<SweepAxis> axes{
      {"macro.array.n_wordlines+macro.array.rows_active", {128.0, 256.0}},
      {"macro.weight.slice_bits", {List(4, 2.0), List{4.0, 4.0}}},
      {"macro.adc.bits", {6.0, 8.0}},
      {"macro.array.columns_per_adc", {8.0, 16.0}},
      {"macros_per_tile", {16.0, 32.0, 48.0, 64.0, 80.0, 96.0, 112.0, 128.0}},
      {"map.budget", {0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98, 1.0}}};
  double points = 0.0, refused = 0.0;
  for (auto _ : state) {
    const ShapeSweep sweep = sweep_shape(model, chip, {512, 128, 1, {}}, axes);
    points += static_cast<double>(sweep.columns.at("energy_j").size() - sweep.problems.size());
    refused += static_cast<double>(sweep.problems.size());
  }
  state.counters["points_per_s"] = benchmark::Counter(points, benchmark::Counter::kIsRate);
  state.counters["goal"] = 10'000;
  state.counters["refused"] = refused;
}
BENCHMARK_CAPTURE(sweep_network, gpt2_small, "gpt2-small")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sweep_network, llama_3_70b, "llama-3-70b")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ohm
