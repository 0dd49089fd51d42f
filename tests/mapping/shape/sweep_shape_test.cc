// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/sweep_shape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

const Workload kShort{8, 4, 1, {}};

TEST(SweepShape, OfEveryPointGivesWhatItsChipReadFromYamlGives) {
  ShapeModel model(build_network(testing::tiny_gpt()));
  const ShapeSweep sweep = sweep_shape(
      model, shipped_chip(), kShort,
      {{"macros_per_tile", {2.0, 5.0}}, {"macro.adc.bits", {6.0, 7.0}}, {"batch", {1.0, 3.0}}});
  size_t point = 0;
  for (const char* macros : {"2", "5"}) {
    for (const char* bits : {"6", "7"}) {
      const ChipSpec chip =
          shipped_chip({with("macros_per_tile", macros), with("macro.adc.bits", bits)});
      for (const Index batch : {1, 3}) {
        Workload workload = kShort;
        workload.batch = batch;
        const ShapeEstimate one = model.evaluate(chip, workload);
        EXPECT_EQ(sweep.columns.at("makespan_s")[point], one.makespan.si());
        EXPECT_EQ(sweep.columns.at("energy_j")[point], one.energy.total());
        EXPECT_EQ(sweep.columns.at("area_m2")[point], one.area.si());
        EXPECT_EQ(sweep.columns.at("tiles")[point++], static_cast<double>(one.tiles));
      }
    }
  }
  EXPECT_TRUE(sweep.problems.empty());
}

TEST(SweepShape, EnergyIsTheSumOfItsComponents) {
  ShapeModel model(build_network(testing::tiny_llama()));
  const ShapeSweep sweep =
      sweep_shape(model, shipped_chip(), kShort,
                  {{"macro.array.n_wordlines+macro.array.rows_active", {64.0, 128.0}}});
  for (size_t point = 0; point < 2; ++point) {
    double sum = 0.0;
    for (const auto& [name, column] : sweep.columns) {
      if (name.starts_with("energy_j.")) sum += column[point];
    }
    const double energy = sweep.columns.at("energy_j")[point];
    EXPECT_NEAR(sum, energy, 1e-12 * energy);
  }
}

TEST(SweepShape, NamesThePointsThatCannotBeBuilt) {
  ShapeModel model(build_network(testing::tiny_gpt()));
  const ShapeSweep sweep =
      sweep_shape(model, shipped_chip(), kShort, {{"macro.adc.bits", {6.0, 99.0}}});
  EXPECT_TRUE(std::isnan(sweep.columns.at("energy_j")[1]));
  EXPECT_FALSE(std::isnan(sweep.columns.at("energy_j")[0]));
  EXPECT_NE(sweep.problems.at(1).find("macro.adc.bits: 99"), std::string::npos);
}

TEST(SweepShape, RefusesUnknownKeysAndEmptyAxes) {
  ShapeModel model(build_network(testing::tiny_gpt()));
  EXPECT_THROW(sweep_shape(model, shipped_chip(), kShort, {{"macro.adc.bitz", {6.0}}}),
               ArgumentError);
  EXPECT_THROW(sweep_shape(model, shipped_chip(), kShort, {{"macro.adc.bits", {}}}), ArgumentError);
}

}  // namespace
}  // namespace ohm
