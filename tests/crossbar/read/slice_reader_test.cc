// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/slice_reader.h"

#include <gtest/gtest.h>

#include "tests/crossbar/read/programmed_matrix.h"

namespace ohm {
namespace {

/// Columns [first, first + n) of slice 1 of a tile of one row group, by SliceReader; and what the
/// twin finds in all slices, of which the others hold zeros.
void expect_twin(double noise, const char* kind) {
  MacroSpec spec;
  spec.adc.bits = 5;
  spec.adc.kind = kind;
  if (spec.adc.kind == "sar") spec.adc.capacitor_mismatch = 0.02;
  spec.device.read_noise = noise;
  const Macro macro = compile_macro(spec);
  auto w = integers(90, 40, -3, 3, 1);
  for (auto& weight : w.values) weight *= 4;  // the second least significant digit
  const auto matrix = programmed(macro, w);
  const auto x = integers(15, 90, -128, 127, 2);
  const auto tokens = token_numbers(15, 3);
  const ReadPlan plan = plan_reads(macro, matrix, Fusing::never);
  const TileRead read{macro, matrix.tiles[0], plan.tiles[0], {matrix.draw, 0}, tokens};
  const auto& cells = matrix.tiles[0].cells;
  const auto inputs = make_step_inputs(drive_steps(macro, matrix.tiles[0], 0, x, {0, 15}),
                                       {&cells.entries, &cells.variances});
  ReadScratch scratch;
  Matrix<double> whole(15, 40);
  for (Index s = 0; s < 4; ++s) {
    SliceReader(read, 0, inputs, scratch).convert({s * 40, 40}, {whole.values.data(), 40});
  }
  MvmCounts counts;
  EXPECT_EQ(whole, read_tile(read, x, NoiseDraw::per_conversion, counts)) << kind << " " << noise;
  Matrix<double> some(15, 7);
  for (Index s = 0; s < 4; ++s) {
    SliceReader(read, 0, inputs, scratch).convert({s * 40 + 21, 7}, {some.values.data(), 7});
  }
  for (Index t = 0; t < 15; ++t) {
    for (Index j = 0; j < 7; ++j) EXPECT_EQ(some(t, j), whole(t, 21 + j));
  }
}

TEST(SliceReader, ColumnsReadAloneEqualThoseOfTheTwin) {
  for (const char* kind : {"uniform", "sar"}) {
    for (const double noise : {0.0, 0.05}) expect_twin(noise, kind);
  }
}

}  // namespace
}  // namespace ohm
