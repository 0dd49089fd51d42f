// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/wire_sums.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/read/mvm.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

MacroSpec wired(const std::string& topology) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.rows_active = 16;
  spec.array.n_bitlines = 16;
  spec.array.columns_per_adc = 4;
  spec.array.topology = topology;
  spec.array.r_bitline = Ohms(10.0);
  spec.array.r_sense = Ohms(20.0);
  spec.array.ir_drop = "exact";
  spec.adc.kind = "ideal";
  spec.weight.slice_bits = {7};
  return spec;
}

Matrix<double> outputs(const MacroSpec& spec, const Matrix<std::int32_t>& w,
                       const Matrix<std::int32_t>& x) {
  const Macro macro = compile_macro(spec);
  const auto m = program(macro, w, full_row_tiles(w.rows, inputs_per_array(spec)), {});
  return mvm(macro, m, x, token_numbers(x.rows)).y;
}

/// Σ_i x_i w_ij as bitline currents of the physical array say it, one input bit at a time.
double by_hand(const MacroSpec& spec, const Matrix<std::int32_t>& w, Index bit, Index column) {
  const Macro macro = compile_macro(spec);
  const TileCells cells = realise_cells(macro, encode(macro, w, {0, w.rows}), {}, 0);
  Matrix<std::uint8_t> x(1, spec.array.n_wordlines);
  for (Index i = 0; i < w.rows; ++i) x(0, i) = i % (bit + 2) == 0 ? 1 : 0;
  const Matrix<double> amperes = gated_currents(gather_array(macro, cells, 0), x,
                                                spec.read.voltage.si(), gated_wires(spec.array));
  return (amperes(0, bitline_of(spec, column, 0, 0)) - amperes(0, bitline_of(spec, column, 0, 1))) /
         (spec.read.voltage.si() * macro.level_spacing(0).si());
}

TEST(WireSums, GatedOutputsAreTheBitlineCurrentsOfTheWholeArray) {
  for (const char* feed : {"near", "far", "both"}) {
    MacroSpec spec = wired("gated");
    spec.array.r_sourceline = Ohms(7.0);
    spec.array.r_driver = Ohms(15.0);
    spec.array.source_feed = feed;
    const auto w = integers(12, 8, -127, 127, 4);
    Matrix<std::int32_t> x(1, 12);
    for (Index bit = 0; bit < 3; ++bit) {
      for (Index i = 0; i < 12; ++i) x(0, i) += i % (bit + 2) == 0 ? 1 << bit : 0;
    }
    for (Index j = 0; j < 8; ++j) {
      double expected = 0.0;
      for (Index bit = 0; bit < 3; ++bit) {
        expected += std::ldexp(by_hand(spec, w, bit, j), static_cast<int>(bit));
      }
      EXPECT_NEAR(outputs(spec, w, x)(0, j), expected, 1e-9 * 127.0 * 12.0) << feed;
    }
  }
}

TEST(WireSums, PulsesOfSeveralBitsAddUpTheirBits) {
  MacroSpec serial = wired("gated"), pulses = wired("gated");
  pulses.input.slice_bits = 4;
  const auto w = integers(16, 6, -127, 127, 5), x = integers(4, 16, -128, 127, 6);
  const auto one = outputs(serial, w, x), four = outputs(pulses, w, x);
  for (size_t k = 0; k < one.values.size(); ++k) {
    EXPECT_NEAR(one.values[k], four.values[k], 1e-9 * std::abs(one.values[k]) + 1e-6);
  }
}

TEST(WireSums, OffsetColumnsAreSensedAgainstTheirReference) {
  MacroSpec spec = wired("gated");
  spec.weight.encoding = "offset_column";
  spec.weight.slice_bits = {8};
  const auto w = integers(16, 20, -128, 127, 5), x = integers(3, 16, -128, 127, 6);
  const auto y = outputs(spec, w, x), exact = integer_product(x, w);
  double miss = 0.0, size = 0.0;
  for (size_t k = 0; k < y.values.size(); ++k) {
    miss += std::pow(y.values[k] - exact.values[k], 2), size += std::pow(exact.values[k], 2);
  }
  EXPECT_GT(miss, 0.0);
  EXPECT_LT(miss, 0.05 * size);  // 16 rows of 10 Ohm: a few per cent
}

TEST(WireSums, SourceLinesAlongWordlinesAreSolvedAsNetworks) {
  MacroSpec ladder = wired("gated"), network = wired("gated");
  network.array.source_line = "wordline";  // with ideal source lines both are the same circuit
  const auto w = integers(16, 8, -127, 127, 7), x = integers(2, 16, -128, 127, 8);
  const auto expected = outputs(ladder, w, x), found = outputs(network, w, x);
  for (size_t k = 0; k < found.values.size(); ++k) {
    EXPECT_NEAR(found.values[k], expected.values[k], 1e-6 * std::abs(expected.values[k]) + 1e-3);
  }
}

TEST(WireSums, NonlinearCellsUnderSeveralAmplitudesFollowTheirCurve) {
  MacroSpec spec = wired("driven");
  spec.array.r_bitline = spec.array.r_sense = Ohms(0.0);
  spec.input.slice_bits = 3;
  spec.input.bits = 4;
  spec.device.iv = {"sinh", Volts(0.1)};
  Matrix<std::int32_t> w(1, 1, 127), x(1, 1);
  for (std::int32_t value = 0; value < 8; ++value) {
    x(0, 0) = value;
    // verified at full scale, 7 steps: I(V) / I(V_read) instead of V / V_read
    const double v = spec.read.voltage.si() * value / 7.0;
    const double expected =
        127.0 * 7.0 * std::sinh(v / 0.1) / std::sinh(spec.read.voltage.si() / 0.1);
    EXPECT_NEAR(outputs(spec, w, x)(0, 0), expected, 1e-3) << value;
  }
}

TEST(WireSums, ErrorsOfDacsReachNonlinearCellsAsTheyReachOhmicOnes) {
  MacroSpec spec = wired("driven");
  spec.input.encoding = "bipolar";
  spec.input.slice_bits = 2;
  spec.dac.kind = "binary";
  spec.dac.gain_error = 0.3;
  const auto w = integers(12, 4, -127, 127, 4), x = integers(2, 12, -127, 127, 5);
  const Matrix<double> ohmic = outputs(spec, w, x);
  spec.device.iv.model = "sinh";
  spec.device.iv.v0 = Volts(1000.0);  // as good as ohmic, but solved input by input
  const Matrix<double> solved = outputs(spec, w, x);
  spec.dac = {};
  const Matrix<double> plain = outputs(spec, w, x);
  double difference = 0.0;
  for (size_t k = 0; k < ohmic.values.size(); ++k) {
    // levels of the ohmic path are rounded to 1/256 LSB: 12 inputs of up to 127 · 64 / 512 each
    EXPECT_NEAR(solved.values[k], ohmic.values[k], 12 * 127 * 64 / 512.0);
    difference = std::max(difference, std::abs(solved.values[k] - plain.values[k]));
  }
  EXPECT_GT(difference, 1000.0);
}

TEST(WireSums, GatingIsHoldingWhereEveryPairHasItsOwnConverter) {
  MacroSpec spec = wired("driven");
  spec.array.columns_per_adc = 2;
  spec.array.r_wordline = Ohms(5.0);
  const auto w = integers(16, 8, -127, 127, 4), x = integers(3, 16, -127, 127, 5);
  const Matrix<double> hold = outputs(spec, w, x);
  spec.array.mux = "gating";
  EXPECT_EQ(outputs(spec, w, x), hold);
  spec.array.columns_per_adc = 8;
  EXPECT_NE(outputs(spec, w, x), hold);
}

}  // namespace
}  // namespace ohm
