// SPDX-License-Identifier: Apache-2.0
// Speed of reading one programmed matrix, 1024 x 1024, 8-bit weights and inputs, one thread.
// Compare with BM_Gemm1024 of the same run (this machine's fp32 GEMM of the same logical shape).
#include <benchmark/benchmark.h>

#include "core/gemm.h"
#include "core/random.h"
#include "crossbar/calibrate.h"
#include "crossbar/mvm.h"

namespace ohm {
namespace {

constexpr Index kSize = 1024;

Matrix<std::int32_t> integers(Index rows, std::uint32_t seed) {
  Matrix<std::int32_t> m(rows, kSize);
  for (Index i = 0; i < m.size(); ++i) {
    m.values[static_cast<size_t>(i)] =
        static_cast<std::int32_t>(uniform_at({seed, 0, 1}, {}, i) * 255.0) - 127;
  }
  return m;
}

MacroSpec spec_of(bool sliced, bool noisy) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.n_bitlines = spec.array.rows_active = 256;
  if (!sliced) {
    spec.weight.slice_bits = {7};
    spec.input.encoding = "bipolar";
    spec.input.slice_bits = 7;
  }
  spec.device.read_noise = noisy ? 0.01 : 0.0;
  return spec;
}

/// Arguments: sliced, noisy, tokens. Goals: unsliced without noise at least a quarter of fp32 GEMM,
/// sliced without noise at most 60 times slower than it.
void BM_Mvm(benchmark::State& state) {
  const Macro macro = compile_macro(spec_of(state.range(0) != 0, state.range(1) != 0));
  const auto x = integers(state.range(2), 2);
  auto matrix = program(macro, integers(kSize, 1), full_row_tiles(kSize, 256), {});
  std::vector<std::uint32_t> tokens(static_cast<size_t>(x.rows));
  for (size_t t = 0; t < tokens.size(); ++t) tokens[t] = static_cast<std::uint32_t>(t);
  for (auto _ : state) benchmark::DoNotOptimize(mvm(macro, matrix, x, tokens));
  state.counters["MAC/s"] = benchmark::Counter(
      static_cast<double>(state.iterations() * x.rows * kSize * kSize), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Mvm)->ArgsProduct({{0, 1}, {0, 1}, {1, 64}})->Unit(benchmark::kMillisecond);

void BM_Gemm1024(benchmark::State& state) {
  const Index m = state.range(0);
  std::vector<float> a(static_cast<size_t>(m * kSize), 1.0F), b(kSize * kSize, 1.0F), c(a.size());
  for (auto _ : state) {
    gemm({m, kSize, kSize}, {a.data(), kSize}, {b.data(), kSize}, {c.data(), kSize});
    benchmark::DoNotOptimize(c.data());
  }
  state.counters["MAC/s"] = benchmark::Counter(
      static_cast<double>(state.iterations() * m * kSize * kSize), benchmark::Counter::kIsRate);
}
BENCHMARK(BM_Gemm1024)->Arg(1)->Arg(64)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace ohm
