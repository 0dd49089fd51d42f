// SPDX-License-Identifier: Apache-2.0
// Speed of programming cells and of converting sums, one thread.
#include <memory>

#include "core/config/reader.h"
#include "core/random.h"
#include "crossbar/adc/converter_bank.h"
#include "crossbar/device/write_verify.h"
#include "tests/perf/turns.h"
#include "tests/repository.h"

namespace ohm {
namespace {

constexpr Index kCells = 1'000'000;

void write_verify_cells(benchmark::State& state, double goal) {
  const auto cell =
      load_spec<DeviceSpec>("device", "wan_2022", {{repository::configs()}, {}, true});
  std::vector<float> uniform(kCells);
  fill_uniform({1, 0, 200}, {}, 0, uniform);
  std::vector<double> targets, start(kCells, cell.g_min.si());
  for (const float u : uniform) {
    targets.push_back(cell.g_min.si() + cell.range().si() * static_cast<double>(u));
  }
  const auto write = [&] {
    benchmark::DoNotOptimize(write_verify(cell, {1, 0, {}}, targets, start));
  };
  const Turns t = take_turns(state, write, [] {});
  report(state, "s for a million cells", t.ours, "<=", goal);
}

/// Sums through converters of their own, 256 columns on 32 converters.
void conversions(benchmark::State& state, const char* kind, double mismatch, double goal) {
  AdcSpec spec;
  spec.kind = kind;
  spec.capacitor_mismatch = mismatch;
  const auto adc = make_adc(spec);
  std::vector<AdcDraw> draws;
  std::vector<Index> converter_of;
  for (std::uint32_t k = 0; k < 32; ++k) draws.push_back({1, 0, 0, 0, k});
  for (Index column = 0; column < 256; ++column) converter_of.push_back(column / 8);
  const ConverterBank bank(*adc, draws, converter_of, true);
  std::vector<float> uniform(256 * 1024), sums;
  fill_uniform({1, 0, 201}, {}, 0, uniform);
  const auto convert = [&] {
    sums = uniform;
    for (float& sum : sums) sum = 250.0F * (sum - 0.5F);
    for (size_t row = 0; row < sums.size(); row += 256) {
      benchmark::DoNotOptimize(bank.convert(std::span(sums).subspan(row, 256), 0));
    }
  };
  const Turns t = take_turns(state, convert, [] {});
  report(state, "M conversions/s", static_cast<double>(sums.size()) / t.ours * 1e-6, ">=", goal);
}

OHM_ROW(write_verify_cells, 10_million_cells, 1.0);
OHM_ROW(conversions, ideal_uniform, "uniform", 0.0, 500.0);
OHM_ROW(conversions, mismatched_sar, "sar", 0.01, 150.0);

}  // namespace
}  // namespace ohm
