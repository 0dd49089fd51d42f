// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_area.h"

#include <gtest/gtest.h>

#include <map>

#include "core/config/reader.h"
#include "core/ledger.h"
#include "tests/repository.h"

namespace ohm {
namespace {

std::map<std::string, Cost> by_name(const MacroSpec& macro) {
  std::map<std::string, Cost> parts;
  for (const ComponentCost& part : macro_area(macro)) {
    EXPECT_TRUE(parts.emplace(part.component, part.cost).second) << part.component;
  }
  return parts;
}

double um2(SquareMetres area) {
  return area.si() * 1e12;
}

TEST(MacroArea, CellsAreArraySizeTimesCellSize) {
  const Cost cells = by_name(MacroSpec{}).at("cells");
  EXPECT_EQ(cells.count, 16384);
  EXPECT_NEAR(um2(cells.area), 16384 * 48 * 0.022 * 0.022, 1e-9);
}

TEST(MacroArea, ConvertersDominateByTheSurveyAndLessByIsaac) {
  MacroSpec macro;
  const Cost survey = by_name(macro).at("adc");
  EXPECT_EQ(survey.count, 16);
  EXPECT_NEAR(um2(survey.area), 16 * 3333.86, 0.5);
  macro.adc.cost = "isaac";
  const Cost isaac = by_name(macro).at("adc");
  EXPECT_LT(isaac.area, survey.area / 4.0);
  EXPECT_EQ(isaac.area_high, survey.area_high);
}

TEST(MacroArea, TotalIsTheSumAndTheRangeHoldsTheFigure) {
  SquareMetres sum;
  Ledger ledger;
  for (const ComponentCost& part : macro_area(MacroSpec{})) {
    sum += part.cost.area;
    EXPECT_FALSE(part.cost.source.empty()) << part.component;
    ledger.book({part.component, "", -1, "static"}, part.cost);
  }
  EXPECT_NEAR(macro_area_total(MacroSpec{}).area / sum, 1.0, 1e-12);
  EXPECT_NEAR(ledger.total().area / sum, 1.0, 1e-12);
}

TEST(MacroArea, MuxAndOffsetAdderAppearOnlyWhereTheyExist) {
  MacroSpec macro;
  EXPECT_TRUE(by_name(macro).contains("mux"));
  EXPECT_FALSE(by_name(macro).contains("offset_correction"));
  macro.array.columns_per_adc = 1;
  macro.weight.encoding = "offset_column";
  EXPECT_FALSE(by_name(macro).contains("mux"));
  EXPECT_TRUE(by_name(macro).contains("offset_correction"));
}

TEST(MacroArea, ReproducesTheConvertersAndRegistersOfIsaacsTable) {
  MacroSpec isaac;
  isaac.periphery =
      load_spec<PeripherySpec>("component", "periphery_isaac_32nm", {{repository::configs()}, {}});
  isaac.weight.bits = isaac.input.bits = 16;
  isaac.weight.encoding = "offset_column";
  isaac.weight.slice_bits.assign(8, 2);
  isaac.array.columns_per_adc = 128;
  isaac.adc.cost = "isaac";
  auto parts = by_name(isaac);  // Table I lists 8 arrays together, in mm²
  EXPECT_NEAR(8 * um2(parts.at("adc").area), 9600, 1e-6);
  EXPECT_NEAR(8 * um2(parts.at("dac").area), 170, 1e-6);
  EXPECT_NEAR(8 * um2(parts.at("sample_hold").area), 40, 0.5);  // 127 of 128 columns
  EXPECT_NEAR(8 * um2(parts.at("shift_add").area), 240, 1e-6);
  EXPECT_NEAR(8 * um2(parts.at("cells").area), 200, 1e-6);
  EXPECT_EQ(parts.at("control").area, SquareMetres(0.0));
}

TEST(MacroArea, ControlIsAShareOfAllButCellsAndConverters) {
  const auto parts = by_name(MacroSpec{});
  SquareMetres controlled;
  for (const auto& [name, cost] : parts) {
    if (name != "cells" && name != "adc" && name != "control") controlled += cost.area;
  }
  EXPECT_NEAR(parts.at("control").area / controlled, 0.1, 1e-12);
}

TEST(MacroArea, LeakageCountsEverythingButTheCells) {
  const MacroSpec macro;
  const double powered = macro_area_total(macro).area.si() - by_name(macro).at("cells").area.si();
  EXPECT_NEAR(macro_leakage(macro).si(), 500.0 * powered, 1e-12 * powered);
}

}  // namespace
}  // namespace ohm
