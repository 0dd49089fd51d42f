// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/voltage_sensing.h"

#include <gtest/gtest.h>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/read/mvm.h"
#include "crossbar/wires/voltage_sense.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Pairs on two wordlines of driven arrays with floating bitlines.
MacroSpec floating() {
  MacroSpec spec;
  spec.array.topology = "driven";
  spec.array.sensing = "voltage";
  spec.array.ir_drop = "report";
  spec.weight.pair = "wordlines";
  spec.weight.slice_bits = {7};
  spec.input.encoding = "bipolar";
  spec.adc.kind = "ideal";
  return spec;
}

TEST(VoltageSensing, FloatingBitlinesSettleToTheMeanOfTheirRowVoltages) {
  MacroSpec spec = floating();
  spec.array.n_wordlines = spec.array.rows_active = 12;
  const Macro macro = compile_macro(spec);
  const auto w = integers(6, 5, -127, 127, 3);
  const EncodedTile tile = encode(macro, w, {0, 6});
  const TileCells cells = realise_cells(macro, tile, {}, 0);
  const Matrix<double> g = gather_array(macro, cells, 0);
  TileCells seen = cells;
  apply_voltage_sensing(macro, cells, seen);
  Matrix<double> v(1, 12);
  for (Index i = 0; i < 6; ++i) {
    v(0, 2 * i) = 0.01 * static_cast<double>(i + 1);
    v(0, 2 * i + 1) = -v(0, 2 * i);  // the second cell of a pair: opposite polarity
  }
  const Matrix<double> settled = settled_voltages(g, v);
  const double reference = 0.5 * (spec.device.g_min + spec.device.g_max).si() * 12.0;
  for (Index j = 0; j < 5; ++j) {
    double sum = 0.0;
    for (Index i = 0; i < 6; ++i) {
      sum += v(0, 2 * i) * (seen.side[0](i, j) - seen.side[1](i, j));
    }
    EXPECT_NEAR(sum / reference, settled(0, bitline_of(spec, j, 0, 0)), 1e-12);
  }
}

TEST(VoltageSensing, TheDigitalGainRestoresTheProductOfIdealCells) {
  const Macro macro = compile_macro(floating());
  const auto w = integers(100, 20, -127, 127, 1), x = integers(8, 100, -127, 127, 2);
  const auto m = program(macro, w, full_row_tiles(100, inputs_per_array(macro.spec)), {});
  const auto y = mvm(macro, m, x, token_numbers(8)).y, exact = integer_product(x, w);
  for (size_t k = 0; k < y.values.size(); ++k) {
    // entries are rounded to 1/32639 of the largest one
    EXPECT_NEAR(y.values[k], exact.values[k], 127.0 * 127.0 * 100.0 / 32639.0);
  }
}

TEST(VoltageSensing, PairsOnTwoWordlinesHalveTheInputsOfAnArray) {
  const MacroSpec spec = floating();
  EXPECT_EQ(inputs_per_array(spec), 64);
  EXPECT_EQ(weight_columns(spec), 128);
}

}  // namespace
}  // namespace ohm
