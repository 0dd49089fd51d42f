// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "crossbar/device/gaussian.h"
#include "tests/crossbar/numbers.h"

namespace ohm {
namespace {

MacroSpec gaussian_spec(double sigma, bool noisy_off_state) {
  MacroSpec spec;
  spec.device.kind = "gaussian";
  auto model = std::make_unique<GaussianDevice>();
  model->sigma = sigma;
  model->noisy_off_state = noisy_off_state;
  spec.device.model = std::move(model);
  spec.weight.slice_bits = {7};
  return spec;
}

ProgrammedMatrix programmed(const Macro& macro, const Matrix<std::int32_t>& w, ChipDraw draw = {}) {
  const auto tiles = full_row_tiles(w.rows, macro.spec.array.n_wordlines);
  return program(macro, w, tiles, draw);
}

/// One code of one tile.
double code(const ProgrammedTile& tile, Index i, Index j) {
  return operand_entry(tile.cells.entries, i, j);
}

TEST(Program, IdealCellsStoreTheirLevelsExactly) {
  const Macro macro = compile_macro(gaussian_spec(0.0, false));
  const auto w = integers(20, 5, -127, 127, 1);
  const ProgrammedMatrix m = programmed(macro, w);
  for (Index i = 0; i < 20; ++i) {
    for (Index j = 0; j < 5; ++j) {
      EXPECT_EQ(code(m.tiles[0], i, j), static_cast<double>(w(i, j)));
    }
  }
}

/// Mean and standard deviation of (stored - wanted) / largest weight over one big matrix.
std::pair<double, double> weight_error(const MacroSpec& spec, std::int32_t weight) {
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(128, 2000, weight);
  const ProgrammedMatrix m = programmed(macro, w);
  const double full = static_cast<double>(127 * m.tiles[0].cells.codes_per_level[0]);
  double sum = 0.0, squares = 0.0;
  for (Index i = 0; i < w.rows; ++i) {
    for (Index j = 0; j < w.cols; ++j) {
      const double e = code(m.tiles[0], i, j) / full - static_cast<double>(weight) / 127.0;
      sum += e;
      squares += e * e;
    }
  }
  const double n = static_cast<double>(w.size());
  return {sum / n, std::sqrt(squares / n - sum / n * sum / n)};
}

TEST(Program, GaussianErrorHasItsSigmaInUnitsOfTheLargestWeight) {
  const auto [mean, sigma] = weight_error(gaussian_spec(0.05, false), 90);
  // 256,000 cells: five standard errors
  EXPECT_NEAR(mean, 0.0, 5 * 0.05 / std::sqrt(256000.0));
  EXPECT_NEAR(sigma, 0.05, 5 * 0.05 / std::sqrt(512000.0));
}

TEST(Program, WeightsOfZeroAreTunedAndErrAsWell) {
  MacroSpec spec = gaussian_spec(0.05, false);
  spec.device.g_min = Siemens(10e-6);
  EXPECT_NEAR(weight_error(spec, 0).second, 0.05, 5e-4);
  EXPECT_NEAR(weight_error(spec, -90).second, 0.05, 5e-4);
}

TEST(Program, BothCellsOfAPairErrWhereTheOffStateIsNoisy) {
  MacroSpec spec = gaussian_spec(0.01, true);
  spec.device.g_min = Siemens(10e-6);  // far enough from zero that nothing is cut off
  EXPECT_NEAR(weight_error(spec, 90).second, std::sqrt(2.0) * 0.01, 1e-4);
}

TEST(Program, ConductancesAreNeverNegativeSoCellsNearZeroAreBiased) {
  MacroSpec spec = gaussian_spec(0.05, true);
  spec.device.g_min = Siemens(0.0);
  spec.weight.encoding = "differential";
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(128, 2000, 0);
  const auto m = programmed(macro, w);
  // both cells of a pair have mean 0.398942 sigma; their sum shows in the row conductance
  double total = 0.0;
  for (const double g : m.tiles[0].row_conductance) total += g;
  const double mean = total / (128.0 * 2000.0 * 2.0);
  EXPECT_NEAR(mean / (0.05 * spec.device.range().si()), 0.398942, 0.004);
}

TEST(Program, StuckCellsComeAtTheirRates) {
  MacroSpec spec = gaussian_spec(0.0, false);
  spec.device.stuck_low = 0.01;
  spec.device.stuck_high = 0.02;
  const Macro macro = compile_macro(spec);
  const Matrix<std::int32_t> w(128, 4000, 64);
  const auto m = programmed(macro, w);
  Index low = 0, high = 0;
  const double unit = static_cast<double>(m.tiles[0].cells.codes_per_level[0]);
  for (Index i = 0; i < w.rows; ++i) {
    for (Index j = 0; j < w.cols; ++j) {
      const double level = code(m.tiles[0], i, j) / unit;
      // the other cell of the pair is at g_min: stuck low changes nothing there, stuck high takes
      // 127
      low += level == 0.0 ? 1 : 0;
      high += level == 127.0 ? 1 : 0;
    }
  }
  const double n = 512000.0, slack = 5 * std::sqrt(n * 0.02);
  EXPECT_NEAR(static_cast<double>(low), n * 0.01 * 0.98, slack);
  EXPECT_NEAR(static_cast<double>(high), n * 0.02 * 0.98, slack);
}

TEST(Program, EachChipAndMatrixHasItsOwnDrawAndTheSameOneAgain) {
  const Macro macro = compile_macro(gaussian_spec(0.05, false));
  const auto w = integers(64, 10, -127, 127, 2);
  const auto first = programmed(macro, w, {1, 0, 0});
  EXPECT_EQ(programmed(macro, w, {1, 0, 0}).tiles[0].cells.entries.digits,
            first.tiles[0].cells.entries.digits);
  EXPECT_NE(programmed(macro, w, {1, 1, 0}).tiles[0].cells.entries.digits,
            first.tiles[0].cells.entries.digits);
  EXPECT_NE(programmed(macro, w, {1, 0, 1}).tiles[0].cells.entries.digits,
            first.tiles[0].cells.entries.digits);
  EXPECT_NE(programmed(macro, w, {2, 0, 0}).tiles[0].cells.entries.digits,
            first.tiles[0].cells.entries.digits);
}

TEST(Program, RefusesWeightsOutOfRangeAndTilesThatDoNotCover) {
  const Macro macro = compile_macro(gaussian_spec(0.0, false));
  EXPECT_THROW(programmed(macro, Matrix<std::int32_t>(2, 2, 128)), ArgumentError);
  EXPECT_THROW(programmed(macro, Matrix<std::int32_t>(2, 2, -128)), ArgumentError);
  const Matrix<std::int32_t> w(200, 2, 1);
  const std::vector<RowTile> gap{{0, 100}, {101, 99}}, tall{{0, 200}}, brief{{0, 128}};
  EXPECT_THROW(program(macro, w, gap, {}), ArgumentError);
  EXPECT_THROW(program(macro, w, tall, {}), ArgumentError);
  EXPECT_THROW(program(macro, w, brief, {}), ArgumentError);
  EXPECT_THROW(program(macro, w, full_row_tiles(200, 128), {0, 0, 70000}), ArgumentError);
}

TEST(Program, RefusesErrorsFarLargerThanTheRange) {
  MacroSpec spec = gaussian_spec(1e4, false);
  EXPECT_THROW(programmed(compile_macro(spec), integers(128, 50, -127, 127, 1)), ArgumentError);
}

TEST(Program, AnEmptyMatrixIsProgrammedIntoNothing) {
  const Macro macro = compile_macro(gaussian_spec(0.1, false));
  EXPECT_TRUE(programmed(macro, Matrix<std::int32_t>(0, 3)).tiles.empty());
  EXPECT_EQ(programmed(macro, Matrix<std::int32_t>(3, 0)).tiles.size(), 1U);
}

}  // namespace
}  // namespace ohm
