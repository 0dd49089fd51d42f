// SPDX-License-Identifier: Apache-2.0
// Speed of reading one programmed matrix, 1024 x 1024, on arrays of 256 x 256, 8-bit weights,
// inputs and converters. (a): one slice of weights, one step of inputs; (b): four slices of 2 bits,
// eight steps of one bit. Each row alternates with its yardstick in the same run and shows the
// ratio of the medians beside its goal; rows of one thread count the time that it had the
// processor.
#include <benchmark/benchmark.h>

#include <cmath>
#include <memory>
#include <random>

#include "core/aligned_vector.h"
#include "core/gemm.h"
#include "core/random.h"
#include "crossbar/device/gaussian.h"
#include "crossbar/product/dot_kernel.h"
#include "crossbar/product/word_kernel.h"
#include "crossbar/read/mvm.h"
#include "crossbar/read/mvm_reference.h"
#include "tests/instruction_limit.h"
#include "tests/perf/turns.h"

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

struct Cells {
  double programming_error = 0.0, read_noise = 0.0;
};

MacroSpec macro_spec(bool sliced, Cells cells, const char* range) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.n_bitlines = spec.array.rows_active = 256;
  spec.adc.range = range;
  spec.device.read_noise = cells.read_noise;
  if (!sliced) {
    spec.weight.slice_bits = {7};
    spec.input.encoding = "bipolar";
    spec.input.slice_bits = 7;
  }
  if (cells.programming_error == 0.0) return spec;
  auto model = std::make_unique<GaussianDevice>();
  model->sigma = cells.programming_error;
  spec.device.kind = "gaussian";
  spec.device.model = std::move(model);
  return spec;
}

/// C = A B in fp32, of the logical shape.
std::function<void()> fp32_gemm(Index tokens) {
  auto a = std::make_shared<std::vector<float>>(static_cast<size_t>(tokens * kSize), 1.0F);
  auto b = std::make_shared<std::vector<float>>(static_cast<size_t>(kSize * kSize), 1.0F);
  auto c = std::make_shared<std::vector<float>>(a->size());
  return [=] {
    gemm({tokens, kSize, kSize}, {a->data(), kSize}, {b->data(), kSize}, {c->data(), kSize});
    benchmark::DoNotOptimize(c->data());
  };
}

/// Reads of one programmed matrix.
class Reads {
 public:
  Reads(const MacroSpec& spec, Index tokens)
      : macro_(compile_macro(spec)),
        matrix_(program(macro_, integers(kSize, 1), full_row_tiles(kSize, 256), {})),
        x_(integers(tokens, 2)) {
    for (Index t = 0; t < tokens; ++t) tokens_.push_back(static_cast<std::uint32_t>(t));
  }

  void read(int threads) { benchmark::DoNotOptimize(mvm(macro_, matrix_, x_, tokens_, threads)); }
  void read_per_cell() {
    benchmark::DoNotOptimize(mvm_reference(macro_, matrix_, x_, tokens_, NoiseDraw::per_cell));
  }
  double macs() const { return static_cast<double>(x_.rows * kSize * kSize); }

 private:
  Macro macro_;
  ProgrammedMatrix matrix_;
  Matrix<std::int32_t> x_;
  std::vector<std::uint32_t> tokens_;
};

constexpr Index kBatch = 512;
constexpr Cells kIdeal{}, kAnalog{0.03, 0.0}, kNoisy{0.03, 0.01};

void speed_of_gemm(benchmark::State& state, const MacroSpec& spec, double goal) {
  Reads reads(spec, kBatch);
  const Turns t = take_turns(
      state, [&] { reads.read(1); }, fp32_gemm(kBatch), own_seconds_of);
  report(state, "% of fp32 GEMM", 100.0 * t.yardstick / t.ours, ">=", goal);
}

void slowdown(benchmark::State& state, const MacroSpec& spec, double goal) {
  Reads reads(spec, kBatch);
  const Turns t = take_turns(
      state, [&] { reads.read(1); }, fp32_gemm(kBatch), own_seconds_of);
  report(state, "x fp32 GEMM", t.ours / t.yardstick, "<=", goal);
}

void effective_rate(benchmark::State& state, const MacroSpec& spec, double goal) {
  Reads reads(spec, kBatch);
  const Turns t = take_turns(
      state, [&] { reads.read(1); }, fp32_gemm(kBatch), own_seconds_of);
  report(state, "effective GMAC/s", reads.macs() / t.ours * 1e-9, ">=", goal);
}

void decode(benchmark::State& state, const MacroSpec& spec, double goal) {
  Reads reads(spec, 1);
  const Turns t = take_turns(
      state, [&] { reads.read(1); }, fp32_gemm(1), own_seconds_of);
  report(state, "ms for one token", t.ours * 1e3, "<=", goal);
}

/// Two threads against one.
void threads(benchmark::State& state, const MacroSpec& spec, double goal) {
  Reads reads(spec, kBatch);
  const Turns t = take_turns(
      state, [&] { reads.read(2); }, [&] { reads.read(1); });
  report(state, "x faster with two threads", t.yardstick / t.ours, ">=", goal);
}

/// Normals as numpy's RandomState.normal draws them: Marsaglia's polar method on 53-bit uniforms of
/// the Mersenne Twister.
std::function<void()> numpy_normals(Index count) {
  auto engine = std::make_shared<std::mt19937>(1);
  auto out = std::make_shared<std::vector<double>>(static_cast<size_t>(count));
  return [=] {
    const auto uniform = [&] {
      const auto a = static_cast<double>((*engine)() >> 5),
                 b = static_cast<double>((*engine)() >> 6);
      return 2.0 * ((a * 67108864.0 + b) / 9007199254740992.0) - 1.0;
    };
    for (size_t i = 0; i + 1 < out->size(); i += 2) {
      double x = 0.0, y = 0.0, r2 = 2.0;
      while (r2 >= 1.0 || r2 == 0.0) x = uniform(), y = uniform(), r2 = x * x + y * y;
      const double factor = std::sqrt(-2.0 * std::log(r2) / r2);
      (*out)[i] = factor * x, (*out)[i + 1] = factor * y;
    }
    benchmark::DoNotOptimize(out->data());
  };
}

/// The twin that draws every cell, whole reads against the mere numbers of numpy.
void per_cell_noise(benchmark::State& state, double goal) {
  constexpr Index kTokens = 32;
  Reads reads(macro_spec(false, kNoisy, "max"), kTokens);
  const Turns t = take_turns(
      state, [&] { reads.read_per_cell(); }, numpy_normals(kTokens * kSize * kSize));
  report(state, "x numpy's draws alone", t.yardstick / t.ours, ">=", goal);
}

/// The dot products of (b) alone, one by one, out of the first-level cache (16 or 32 KiB of inputs
/// and as many of digits, 8 of sums) and into nothing. No bound: without tiles, where three vectors
/// of bits are multiplied as two, a read makes two thirds of them; in words none, but tables.
void bare_products(benchmark::State& state, Index digits) {
  constexpr Index kVectors = 64;
  const bool in_words = !has_dot_products();
  const Index columns = in_words ? kWordColumns : panel_columns(digits);
  const Index stride = in_words ? 256 * kWordBytes : 256;
  const AlignedVector<std::uint8_t> bytes(static_cast<size_t>(kVectors * stride), 1);
  const AlignedVector<std::int8_t> panel(static_cast<size_t>(256 * columns * digits), 1);
  AlignedVector<std::int32_t> sums(static_cast<size_t>(kVectors * columns));
  const Index panels = kBatch * 8 * 4 * kSize * 4 / (kVectors * columns);
  const DotVectors vectors{bytes.data(), kVectors, stride};
  const DotOutput out{sums.data(), columns, 0};
  const auto dots = [&] {
    for (Index k = 0; k < panels; ++k) {
      in_words ? add_word_products(vectors, {panel.data(), 256 / kWordRows, 1}, out)
               : add_dot_products(vectors, {panel.data(), 256 / kDotRows, digits}, out);
      benchmark::DoNotOptimize(sums.data());
    }
  };
  const Turns t = take_turns(state, dots, fp32_gemm(kBatch), own_seconds_of);
  state.SetLabel(fmt::format("{:7.2f} x fp32 GEMM ({} bare products of {}, no conversions)",
                             t.ours / t.yardstick, in_words ? 32 : 32 * digits,
                             in_words ? "int16" : "int8"));
}

OHM_ROW(speed_of_gemm, 1_a_ideal_cells, macro_spec(false, kIdeal, "max"), 60.0);
OHM_ROW(speed_of_gemm, 1_a_programming_error, macro_spec(false, kAnalog, "max"), 60.0);
OHM_ROW(slowdown, 2_a_programming_error_read_noise, macro_spec(false, kNoisy, "max"), 2.5);
OHM_ROW(effective_rate, 3_b_ideal_cells_that_clip, macro_spec(true, kIdeal, "lossless"), 6.0);
OHM_ROW(slowdown, 4_b_programming_error, macro_spec(true, kAnalog, "max"), 15.0);
OHM_ROW(bare_products, 4_b_programming_error, 2);
OHM_ROW(slowdown, 4_b_programming_error_read_noise, macro_spec(true, kNoisy, "max"), 40.0);
OHM_ROW(decode, 5_a_one_token, macro_spec(false, kNoisy, "max"), 0.6);
OHM_ROW(decode, 5_b_one_token, macro_spec(true, kNoisy, "max"), 7.0);
OHM_ROW(per_cell_noise, 6_read_noise_of_every_cell, 15.0);
OHM_ROW(threads, two_threads_a, macro_spec(false, kNoisy, "max"), 1.7);
OHM_ROW(threads, two_threads_b, macro_spec(true, kNoisy, "max"), 1.7);

/// (b) with converters of enough bits: one product of integers, as every conversion is the
/// identity.
void lossless_rate(benchmark::State& state) {
  MacroSpec spec = macro_spec(true, kIdeal, "lossless");
  spec.adc.bits = AdcSpec::kAutoBits;
  effective_rate(state, spec, 6.0);
}
BENCHMARK(lossless_rate)
    ->Name("effective_rate/3_b_ideal_cells_no_clipping")
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime()
    ->MeasureProcessCPUTime();

}  // namespace
}  // namespace ohm
