// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <vector>

#include "core/gemm.h"
#include "core/matmul.h"
#include "core/random.h"

namespace ohm {
namespace {

std::size_t size_of(Index rows, Index columns) {
  return static_cast<std::size_t>(rows * columns);
}

// Goal: 0.4 Gsample/s on one core with AVX-512.
void fill_normal_rate(benchmark::State& state) {
  std::vector<float> x(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    fill_normal({1, 2, 3}, {4, 5, 6}, 0, x);
    benchmark::DoNotOptimize(x.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fill_normal_rate)->Arg(64)->Arg(128)->Arg(1 << 14);

void fill_uniform_rate(benchmark::State& state) {
  std::vector<float> x(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    fill_uniform({1, 2, 3}, {4, 5, 6}, 0, x);
    benchmark::DoNotOptimize(x.data());
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(fill_uniform_rate)->Arg(1 << 14);

GemmShape shape_of(const benchmark::State& state) {
  return {state.range(0), state.range(1), state.range(2)};
}

/// Times `multiply` on ones; items per second are multiply-accumulates per second.
template <class A, class B, class C, class Multiply>
void product_rate(benchmark::State& state, const Multiply& multiply) {
  const GemmShape s = shape_of(state);
  const std::vector<A> a(size_of(s.m, s.k), A{1});
  const std::vector<B> b(size_of(s.k, s.n), B{1});
  std::vector<C> c(size_of(s.m, s.n));
  for (auto _ : state) {
    multiply(s, a.data(), b.data(), c.data());
    benchmark::DoNotOptimize(c.data());
  }
  state.SetItemsProcessed(state.iterations() * s.m * s.n * s.k);
}

void gemm_rate(benchmark::State& state) {
  product_rate<float, float, float>(state, [](const GemmShape& s, auto* a, auto* b, auto* c) {
    gemm(s, {a, s.k}, {b, s.n}, {c, s.n});
  });
}

// Goal: above gemm_rate from m = 64, n = 128 on where the processor has VNNI.
void gemm_u8s8_rate(benchmark::State& state) {
  product_rate<std::uint8_t, std::int8_t, std::int32_t>(
      state, [](const GemmShape& s, auto* a, auto* b, auto* c) {
        gemm_u8s8(s, {a, s.k}, {b, s.n}, {c, s.n});
      });
}

void gemm_u8s8_widened_rate(benchmark::State& state) {
  product_rate<std::uint8_t, std::int8_t, std::int32_t>(
      state, [](const GemmShape& s, auto* a, auto* b, auto* c) {
        gemm_u8s8_widened(s, {a, s.k}, {b, s.n}, {c, s.n});
      });
}

// Goal: 5 GMAC/s with AVX2 or AVX-512.
void matmul_fixed_order_rate(benchmark::State& state) {
  product_rate<float, float, float>(state, [](const GemmShape& s, auto* a, auto* b, auto* c) {
    matmul_fixed_order(s, {a, s.k}, {b, s.n}, {c, s.n});
  });
}

void matmul_transposed_fixed_order_rate(benchmark::State& state) {
  product_rate<float, float, float>(state, [](const GemmShape& s, auto* a, auto* b, auto* c) {
    matmul_transposed_fixed_order(s, {a, s.k}, {b, s.k}, {c, s.n});
  });
}

#define OHM_INT8_SHAPES ArgsProduct({{1, 64, 128, 512}, {128, 512}, {128}})
BENCHMARK(gemm_rate)->OHM_INT8_SHAPES;
BENCHMARK(gemm_u8s8_rate)->OHM_INT8_SHAPES;
BENCHMARK(gemm_u8s8_widened_rate)->OHM_INT8_SHAPES;

#define OHM_FIXED_SHAPES ArgsProduct({{1, 64, 256}, {64, 100, 512}, {64, 512}})
BENCHMARK(matmul_fixed_order_rate)->OHM_FIXED_SHAPES;
BENCHMARK(matmul_transposed_fixed_order_rate)->OHM_FIXED_SHAPES;

}  // namespace
}  // namespace ohm
