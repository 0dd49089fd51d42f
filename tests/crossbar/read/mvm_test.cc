// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/error.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/read/calibrate.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

ProgrammedMatrix programmed(const Macro& macro, const Matrix<std::int32_t>& w, ChipDraw draw = {}) {
  return program(macro, w, full_row_tiles(w.rows, inputs_per_array(macro.spec)), draw);
}

MvmResult read(const Macro& macro, const ProgrammedMatrix& m, const Matrix<std::int32_t>& x,
               std::uint32_t first = 0) {
  return mvm(macro, m, x, token_numbers(x.rows, first));
}

MacroSpec lossless() {
  MacroSpec spec;
  spec.adc.range = "lossless";
  spec.adc.bits = AdcSpec::kAutoBits;
  return spec;
}

struct Shape3 {
  Index tokens, rows, columns;
};

void expect_integer_product(const MacroSpec& spec, Shape3 shape) {
  const Macro macro = compile_macro(spec);
  const WeightRange stored = weight_range(spec.weight);
  const InputRange driven = input_range(spec.input);
  auto w = integers(shape.rows, shape.columns, stored.low, stored.high, 5);
  auto x = integers(shape.tokens, shape.rows, driven.low, driven.high, 6);
  if (spec.weight.bits == 1) {
    for (auto* m : {&w, &x}) std::ranges::replace(m->values, 0, 1);
  }
  EXPECT_EQ(read(macro, programmed(macro, w), x).y, integer_product(x, w))
      << spec.weight.encoding << " " << spec.input.encoding << " rows_active "
      << spec.array.rows_active;
}

struct Storage {
  const char* encoding;
  std::vector<Index> slices;
};

std::vector<Storage> every_storage() {
  std::vector<Storage> all;
  for (const auto& slices : {std::vector<Index>{8}, {4, 4}, {2, 2, 2, 2}, {3, 3, 3}}) {
    for (const char* encoding : {"differential", "differential_two_sided", "offset_column",
                                 "isaac_flip", "centre_offset"}) {
      all.push_back({encoding, slices});
    }
  }
  for (const auto& slices : {std::vector<Index>{1, 7}, {1, 3, 4}, {1, 1, 1, 1, 1, 1, 1, 1}}) {
    all.push_back({"twos_complement", slices});
  }
  return all;
}

TEST(Mvm, IdealCellsAndALosslessRangeGiveTheIntegerProductForEveryEncoding) {
  for (const Storage& storage : every_storage()) {
    for (const char* inputs : {"bit_serial", "bipolar", "pwm", "split_pwm", "bit_planes"}) {
      const bool pulses = !std::string(inputs).starts_with("bi") ||
                          std::string(inputs) == "bit_planes";  // no slices to choose
      for (const Index width : pulses ? std::vector<Index>{1} : std::vector<Index>{1, 2, 4, 8}) {
        for (const Index active : {16, 48, 128}) {
          MacroSpec spec = lossless();
          spec.weight.encoding = storage.encoding;
          spec.weight.slice_bits = storage.slices;
          spec.input.encoding = inputs;
          spec.input.slice_bits = width;
          spec.array.rows_active = active;
          expect_integer_product(spec, {3, 150, 9});
        }
      }
    }
  }
}

TEST(Mvm, EveryWidthOfWeightsAndInputsIsExact) {
  for (Index weight_bits = 2; weight_bits <= 16; ++weight_bits) {
    for (const Index input_bits : {2, 3, 8, 13, 16}) {
      for (const char* encoding : {"differential", "offset_column"}) {
        MacroSpec spec = lossless();
        spec.weight.encoding = encoding;
        spec.weight.bits = weight_bits;
        spec.weight.slice_bits = {weight_bits};
        spec.input.bits = input_bits;
        expect_integer_product(spec, {2, 130, 3});
      }
    }
  }
}

TEST(Mvm, XnorCountsMatchesOfSigns) {
  for (const Index active : {2, 16, 128}) {
    MacroSpec spec = lossless();
    spec.weight.encoding = "xnor";
    spec.weight.bits = spec.input.bits = 1;
    spec.weight.slice_bits = {1};
    spec.array.rows_active = active;
    expect_integer_product(spec, {5, 150, 9});
  }
}

TEST(Mvm, TheFlipEncodingSavesOneBit) {
  MacroSpec spec = lossless();
  spec.weight.encoding = "isaac_flip";
  spec.adc.bits = 8;  // half of 128 · 3 is 192; without the flip 384 needs 9 bits
  expect_integer_product(spec, {4, 128, 32});
  EXPECT_EQ(lossless_bits(spec), 8);
  spec.weight.encoding = "offset_column";
  EXPECT_EQ(lossless_bits(spec), 9);
}

TEST(Mvm, LargeMatricesAndOddShapesAreExactAsWell) {
  for (const Shape3 shape :
       {Shape3{64, 300, 70}, {1, 1, 1}, {2, 1000, 1}, {1, 1, 2000}, {7, 129, 17}}) {
    expect_integer_product(lossless(), shape);
  }
}

TEST(Mvm, ARangeOfOneCodePerUnitSaturatesWhereTheBitsEnd) {
  MacroSpec spec = lossless();
  spec.weight.encoding = "offset_column";
  spec.weight.bits = 2;
  spec.weight.slice_bits = {2};
  spec.input.bits = 2;
  spec.adc.bits = 8;
  const Macro macro = compile_macro(spec);
  const auto m = programmed(macro, Matrix<std::int32_t>(128, 1, 1));  // stored level 3
  // all-ones inputs: one step of value 1 in every row, sum 384, code 255, minus the offset 2 · 128
  const auto result = read(macro, m, Matrix<std::int32_t>(1, 128, 1));
  EXPECT_EQ(result.y(0, 0), 255.0 - 256.0);
  EXPECT_EQ(result.counts.clipped, 1);
}

TEST(Mvm, ResultsDoNotDependOnBatchesOrOrder) {
  MacroSpec spec;
  spec.device.read_noise = 0.05;
  spec.adc.noise = 0.5;
  const Macro macro = compile_macro(spec);
  const auto w = integers(200, 30, -127, 127, 1);
  const auto x = integers(40, 200, -127, 127, 2);
  const auto m = programmed(macro, w, {3, 1, 2});
  const auto whole = read(macro, m, x);
  MvmCounts counts;
  for (Index first = 0; first < 40; first += 7) {
    const Index n = std::min<Index>(7, 40 - first);
    Matrix<std::int32_t> part(n, 200);
    std::copy_n(x.row(first).begin(), n * 200, part.values.begin());
    const auto result = read(macro, m, part, static_cast<std::uint32_t>(first));
    counts += result.counts;
    for (Index t = 0; t < n; ++t) {
      for (Index j = 0; j < 30; ++j) EXPECT_EQ(result.y(t, j), whole.y(first + t, j));
    }
  }
  EXPECT_EQ(counts.clipped, whole.counts.clipped);
  EXPECT_EQ(counts.drive, whole.counts.drive);
}

/// Draws the read noise of every cell anew for each read: the slow twin of one normal per
/// conversion.
double per_cell_variance(const Macro& macro, const Matrix<std::int32_t>& w,
                         const Matrix<std::int32_t>& x, Index reads) {
  const double unit = macro.level_spacing(0).si();
  double sum = 0.0, squares = 0.0;
  for (Index r = 0; r < reads; ++r) {
    double y = 0.0;
    for (Index i = 0; i < w.rows; ++i) {
      for (Index side = 0; side < 2; ++side) {
        const Index level = std::max<Index>(side == 1 ? -w(i, 0) : w(i, 0), 0);
        const double g = macro.spec.device.g_min.si() + static_cast<double>(level) * unit;
        const float z = normal_at(
            {9, 0, 9}, {static_cast<std::uint32_t>(r), static_cast<std::uint32_t>(side), 0}, i);
        y += (side == 0 ? 1.0 : -1.0) * static_cast<double>(x(0, i)) * g *
             (1.0 + macro.spec.device.read_noise * static_cast<double>(z));
      }
    }
    sum += y / unit;
    squares += y / unit * y / unit;
  }
  const double n = static_cast<double>(reads);
  return squares / n - sum / n * sum / n;
}

TEST(Mvm, OneNormalPerConversionHasTheVarianceOfNoiseInEveryCell) {
  MacroSpec spec;
  spec.device.read_noise = 0.05;
  spec.adc.kind = "ideal";
  spec.weight.slice_bits = {7};
  spec.input.encoding = "bipolar";
  spec.input.slice_bits = 7;
  const Macro macro = compile_macro(spec);
  const auto w = integers(100, 1, -127, 127, 3);
  const auto x = integers(1, 100, -127, 127, 4);
  const Index reads = 20000;
  Matrix<std::int32_t> many(reads, 100);
  for (Index r = 0; r < reads; ++r) std::copy_n(x.values.begin(), 100, many.row(r).begin());
  const auto y = read(macro, programmed(macro, w), many).y;
  double sum = 0.0, squares = 0.0;
  for (const double v : y.values) sum += v, squares += v * v;
  const double n = static_cast<double>(reads), mean = sum / n;
  const double variance = squares / n - mean * mean;
  // five standard errors of each variance estimate
  EXPECT_NEAR(variance / per_cell_variance(macro, w, x, reads), 1.0, 5 * std::sqrt(4.0 / n));
  EXPECT_NEAR(mean, integer_product(x, w)(0, 0), 5 * std::sqrt(variance / n));
}

TEST(Mvm, ConverterNoiseHasItsSizeInCodes) {
  MacroSpec spec = lossless();
  spec.adc.noise = 2.0;
  spec.weight.bits = 2;
  spec.weight.slice_bits = {1};
  spec.input.bits = 2;
  spec.input.encoding = "bipolar";
  spec.adc.bits = 12;
  const Macro macro = compile_macro(spec);
  const auto m = programmed(macro, Matrix<std::int32_t>(1, 1, 0));
  const auto y = read(macro, m, Matrix<std::int32_t>(20000, 1, 0)).y;
  double squares = 0.0;
  for (const double v : y.values) squares += v * v;
  // rounding to codes adds 1/12
  EXPECT_NEAR(squares / 20000.0, 4.0 + 1.0 / 12.0, 5 * 4.0 * std::sqrt(2.0 / 20000.0));
}

/// Σ over steps and rows of (drive share) × (row conductance), one product at a time.
double conductance_driven(const Macro& macro, const ProgrammedTile& tile,
                          const Matrix<std::int32_t>& x) {
  const double full = static_cast<double>(macro.max_input());
  double siemens = 0.0;
  for (Index t = 0; t < x.rows; ++t) {
    for (const InputSlice& slice : macro.input_slices) {
      for (Index i = 0; i < x.cols; ++i) {
        const double share = std::abs(static_cast<double>(slice.value(x(t, i)))) / full;
        siemens += (macro.spec.array.topology == "gated" ? share : share * share) *
                   tile.row_conductance[static_cast<size_t>(i)];
      }
    }
  }
  return siemens;
}

TEST(Mvm, MeasuredStatisticsGiveTheExactEnergyOfTheCells) {
  for (const char* topology : {"gated", "driven"}) {
    for (const Index width : {1, 4, 7}) {
      MacroSpec spec = lossless();
      spec.array.topology = topology;
      spec.input.slice_bits = width;
      const Macro macro = compile_macro(spec);
      const auto w = integers(100, 16, -127, 127, 7);
      const auto x = integers(4, 100, -128, 127, 8);
      const auto m = programmed(macro, w);
      const auto statistics = input_statistics(macro, m, read(macro, m, x).counts);
      const double siemens = conductance_driven(macro, m.tiles[0], x);
      const MvmActivity activity = expected_activity(macro.spec, {100, 16, 4}, statistics);
      EXPECT_NEAR(activity.conductance.si(), siemens, 1e-9 * siemens) << topology << " " << width;
    }
  }
}

TEST(Mvm, MeasuredStatisticsOfBitPlanesCountTheirPulses) {
  MacroSpec spec = lossless();
  spec.array.topology = "driven";
  spec.weight.pair = "wordlines";
  spec.input.encoding = "bit_planes";
  const Macro macro = compile_macro(spec);
  const auto x = integers(4, 60, -127, 127, 8);
  const auto m = programmed(macro, integers(60, 16, -127, 127, 7));
  const auto statistics = input_statistics(macro, m, read(macro, m, x).counts);
  const MvmBlock block{60, 16, 4};
  const MvmActivity exact = measured_activity(spec, block, x.values, m.tiles[0].row_conductance);
  const MvmActivity expected = expected_activity(spec, block, statistics);
  EXPECT_NEAR(expected.conductance / exact.conductance, 1.0, 1e-9);
  EXPECT_EQ(expected.row_toggles, exact.row_toggles);
  EXPECT_EQ(expected.row_drives, exact.row_drives);
}

TEST(Mvm, DigitalSubtractionCountsBothConversionsAsTheCostDoes) {
  MacroSpec spec = lossless();
  spec.weight.subtraction = "digital";
  const Macro macro = compile_macro(spec);
  const auto m = programmed(macro, integers(100, 16, -127, 127, 7));
  const auto counts = read(macro, m, integers(4, 100, -128, 127, 8)).counts;
  EXPECT_EQ(counts.conversions, expected_activity(spec, {100, 16, 4}, {}).conversions);
}

TEST(Mvm, ZeroTokensGiveZeroRows) {
  const Macro macro = compile_macro(MacroSpec{});
  const auto m = programmed(macro, integers(10, 4, -5, 5, 1));
  const auto result = read(macro, m, Matrix<std::int32_t>(0, 10));
  EXPECT_EQ(result.y.rows, 0);
  EXPECT_EQ(result.counts.conversions, 0);
}

TEST(Mvm, RefusesWrongShapesAndInputsOutOfRange) {
  const Macro macro = compile_macro(MacroSpec{});
  const auto m = programmed(macro, integers(10, 4, -5, 5, 1));
  EXPECT_THROW(read(macro, m, Matrix<std::int32_t>(1, 9)), ArgumentError);
  EXPECT_THROW(read(macro, m, Matrix<std::int32_t>(1, 10, 128)), ArgumentError);
  EXPECT_THROW(read(macro, m, Matrix<std::int32_t>(1, 10, -129)), ArgumentError);
  EXPECT_THROW(mvm(macro, m, Matrix<std::int32_t>(2, 10), token_numbers(1)), ArgumentError);
}

}  // namespace
}  // namespace ohm
