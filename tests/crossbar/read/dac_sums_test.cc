// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/dac_sums.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/geometry.h"
#include "crossbar/read/mvm.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Unsliced weights under amplitudes of three bits and a sign.
MacroSpec amplitudes() {
  MacroSpec spec;
  spec.array.topology = "driven";
  spec.weight.slice_bits = {7};
  spec.input.bits = 4;
  spec.input.slice_bits = 3;
  spec.input.encoding = "bipolar";
  spec.adc.kind = "ideal";
  return spec;
}

TEST(DacSums, EveryWordlineDrivesTheLevelsOfItsOwnDac) {
  MacroSpec spec = amplitudes();
  spec.dac.kind = "binary";
  spec.dac.gain_error = 0.05;
  spec.dac.element_mismatch = 0.1;
  const Macro macro = compile_macro(spec);
  const auto w = integers(20, 3, -127, 127, 1), x = integers(4, 20, -7, 7, 2);
  const auto m = program(macro, w, full_row_tiles(20, 128), {});
  const Matrix<float>& level = m.tiles[0].dac_levels;
  ASSERT_EQ(level.rows, 20);
  ASSERT_EQ(level.cols, 8);
  EXPECT_NE(level(0, 5), level(1, 5));
  const auto y = mvm(macro, m, x, token_numbers(4)).y;
  for (Index t = 0; t < 4; ++t) {
    for (Index j = 0; j < 3; ++j) {
      double expected = 0.0;
      for (Index i = 0; i < 20; ++i) {
        const double driven = static_cast<double>(level(i, std::abs(x(t, i))));
        expected += (x(t, i) < 0 ? -driven : driven) * w(i, j);
      }
      EXPECT_NEAR(y(t, j), expected, 20.0 * 127.0 / 512.0);  // levels are rounded to 1/256
    }
  }
}

TEST(DacSums, IdealDacsLeaveIntegers) {
  const Macro macro = compile_macro(amplitudes());
  const auto w = integers(20, 3, -127, 127, 1), x = integers(4, 20, -7, 7, 2);
  const auto m = program(macro, w, full_row_tiles(20, 128), {});
  EXPECT_EQ(m.tiles[0].dac_levels.size(), 0);
  EXPECT_EQ(mvm(macro, m, x, token_numbers(4)).y, integer_product(x, w));
}

}  // namespace
}  // namespace ohm
