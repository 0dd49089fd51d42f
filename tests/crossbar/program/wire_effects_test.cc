// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/wire_effects.h"

#include <gtest/gtest.h>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/wires/driven_oracle.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

MacroSpec small_array(const std::string& topology) {
  MacroSpec spec;
  spec.array.n_wordlines = spec.array.rows_active = 8;
  spec.array.n_bitlines = 16;
  spec.array.columns_per_adc = 4;
  spec.array.topology = topology;
  spec.array.r_wordline = Ohms(20.0);
  spec.array.r_bitline = Ohms(30.0);
  spec.array.r_driver = Ohms(50.0);
  spec.array.r_sense = Ohms(40.0);
  spec.array.ir_drop = "exact";
  spec.weight.slice_bits = {7};
  return spec;
}

WireModel model_of(MacroSpec spec, const std::string& ir_drop) {
  spec.array.ir_drop = ir_drop;
  spec.device.kind = "gaussian";
  spec.device.model = make_device("gaussian");
  return wire_model(compile_macro(spec));
}

TEST(WireEffects, TheSpecDecidesHowWiresEnter) {
  const MacroSpec driven = small_array("driven"), gated = small_array("gated");
  EXPECT_EQ(model_of(driven, "auto"), WireModel::gain);
  EXPECT_EQ(model_of(driven, "exact"), WireModel::matrix);
  EXPECT_EQ(model_of(gated, "auto"), WireModel::ladders);
  EXPECT_EQ(model_of(gated, "report"), WireModel::none);
  MacroSpec row_line = gated, ideal = gated, curved = driven;
  row_line.array.source_line = "wordline";
  EXPECT_EQ(model_of(row_line, "exact"), WireModel::networks);
  ideal.array.r_bitline = ideal.array.r_driver = ideal.array.r_sense = Ohms(0.0);
  EXPECT_EQ(model_of(ideal, "exact"), WireModel::none);  // gates draw no current from wordlines
  curved.device.iv.model = "sinh";
  EXPECT_EQ(model_of(curved, "exact"), WireModel::networks);
  EXPECT_EQ(model_of(curved, "report"), WireModel::none);  // one amplitude, verified at it
  curved.input.slice_bits = 4;
  EXPECT_EQ(model_of(curved, "report"), WireModel::networks);
}

TEST(WireEffects, AnIdealDeviceAsksForTheArrayAsArithmeticUnlessToldOtherwise) {
  MacroSpec spec = small_array("gated");
  spec.array.ir_drop = "auto";
  EXPECT_EQ(wire_model(compile_macro(spec)), WireModel::none);
  spec.array.ir_drop = "exact";
  EXPECT_EQ(wire_model(compile_macro(spec)), WireModel::ladders);
}

// MNSIM 2.0 (ca39ccb, Crossbar.py) has a wire resistance of its own, 2.82 Ohm for every chip.
TEST(WireEffects, DrivenCellsShowTheEffectiveConductancesOfTheirArray) {
  const Macro macro = compile_macro(small_array("driven"));
  const TileCells cells =
      realise_cells(macro, encode(macro, integers(6, 10, -127, 127, 3), {0, 6}), {}, 0);
  TileCells seen = cells;
  apply_driven_wires(macro, seen);
  for (Index array = 0; array < 2; ++array) {
    const Matrix<double> expected = effective_conductance_nodal(gather_array(macro, cells, array),
                                                                driven_wires(macro.spec.array));
    const Matrix<double> found = gather_array(macro, seen, array);
    for (Index j = array * 8; j < std::min<Index>(10, array * 8 + 8); ++j) {
      for (Index side = 0; side < 2; ++side) {
        const Index bitline = bitline_of(macro.spec, j - array * 8, 0, side);
        EXPECT_NEAR(found(5, bitline) / expected(5, bitline), 1.0, 1e-7);
      }
    }
  }
}

TEST(WireEffects, BitlinesThatWaitBehindAGatingMuxLoadNobody) {
  MacroSpec spec = small_array("driven");
  const auto w = integers(8, 8, -127, 127, 3);
  const auto sum_seen = [&](const std::string& mux) {
    spec.array.mux = mux;
    const Macro macro = compile_macro(spec);
    TileCells cells = realise_cells(macro, encode(macro, w, {0, 8}), {}, 0);
    apply_driven_wires(macro, cells);
    double sum = 0.0;
    for (const double g : cells.side[0].values) sum += g;
    return sum;
  };
  EXPECT_GT(sum_seen("gating"), 1.001 * sum_seen("sensing"));
  EXPECT_EQ(sum_seen("hold"), sum_seen("sensing"));
}

}  // namespace
}  // namespace ohm
