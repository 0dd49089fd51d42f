// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/drift_compensation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crossbar/read/mvm.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

/// Unsliced pairs that decay by the same power law.
MacroSpec drifting(const std::string& compensation, double nu_sigma) {
  MacroSpec spec;
  spec.weight.slice_bits = {7};
  spec.adc.kind = "ideal";
  spec.device.g_min = Siemens(0.0);  // otherwise the reset cells drift as well
  spec.device.age = Seconds(86400.0);
  spec.device.retention.model = "power_law";
  spec.device.retention.exponent = 0.05;
  spec.device.retention.exponent_sigma = nu_sigma;
  spec.device.retention.t0 = Seconds(20.0);
  spec.compensation.kind = compensation;
  return spec;
}

/// Root mean square error of outputs relative to their size.
double error_of(const MacroSpec& spec) {
  const Macro macro = compile_macro(spec);
  const auto w = integers(100, 16, -127, 127, 1), x = integers(30, 100, -127, 127, 2);
  const auto m = program(macro, w, full_row_tiles(100, 128), {});
  const auto y = mvm(macro, m, x, token_numbers(30)).y, exact = integer_product(x, w);
  double miss = 0.0, size = 0.0;
  for (size_t k = 0; k < y.values.size(); ++k) {
    miss += std::pow(y.values[k] - exact.values[k], 2);
    size += std::pow(exact.values[k], 2);
  }
  return std::sqrt(miss / size);
}

TEST(DriftCompensation, UndoesADriftThatAllCellsShare) {
  // ((86400 + 20) / 20)^-0.05
  EXPECT_NEAR(error_of(drifting("none", 0.0)), 1.0 - 0.6579922625, 1e-3);
  EXPECT_LT(error_of(drifting("global", 0.0)), 1e-3);
  EXPECT_LT(error_of(drifting("column", 0.0)), 1e-3);
}

TEST(DriftCompensation, LeavesTheSpreadOfTheExponents) {
  const double uncorrected = error_of(drifting("none", 0.01));
  const double left = error_of(drifting("global", 0.01));
  EXPECT_LT(left, uncorrected / 3.0);
  // ln(4321) · 0.01 of each weight stays
  EXPECT_NEAR(left, std::log(4321.0) * 0.01, 0.02);
  EXPECT_LE(error_of(drifting("column", 0.01)), left * 1.05);
}

TEST(DriftCompensation, IsLeftOutWhereNobodyAsks) {
  const Macro macro = compile_macro(drifting("none", 0.0));
  const EncodedTile tile = encode(macro, integers(4, 2, -7, 7, 1), {0, 4});
  EXPECT_TRUE(drift_compensation(macro, tile, realise_cells(macro, tile, {}, 0), {}, 0).empty());
}

}  // namespace
}  // namespace ohm
