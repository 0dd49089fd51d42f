// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include "core/config/reader.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/repository.h"

namespace ohm {
namespace {

/// Goal: a prompt of 2048 and 128 generated tokens in under 1 s and 1 GB, for any batch.
void estimate_network(benchmark::State& state, const char* name) {
  const ConfigOptions options{{repository::configs()}, {}};
  for (auto _ : state) {
    const auto network = load_spec<TransformerSpec>("network", name, options);
    const auto chip = load_spec<ChipSpec>("chip", "rram_22nm", options);
    const Estimate e = estimate_structure(network, chip, {2048, 128, state.range(0), {}});
    state.counters["tpot_us"] = e.tpot.si() * 1e6;
  }
}
BENCHMARK_CAPTURE(estimate_network, llama_3_70b, "llama-3-70b")
    ->Arg(1)
    ->Arg(16)
    ->Arg(256)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);
BENCHMARK_CAPTURE(estimate_network, deepseek_v3, "deepseek-v3")
    ->Arg(1)
    ->Unit(benchmark::kSecond)
    ->Iterations(1);

}  // namespace
}  // namespace ohm
