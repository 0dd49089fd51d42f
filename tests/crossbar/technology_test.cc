// SPDX-License-Identifier: Apache-2.0
#include "crossbar/technology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

Technology at(double nm, double v, Process process = Process::high_performance) {
  return {Metres(nm * 1e-9), Volts(v), process};
}

TEST(Technology, ReproducesTheCorrigendumsExample) {
  // 1 pJ at 65 nm and 1.3 V; the corrigendum prints 0.1755 pJ from 0.4571 / 2.604.
  EXPECT_NEAR(energy_scale(at(65, 1.3), at(32, 0.9)), 0.17558, 1e-4 * 0.17558);
}

TEST(Technology, EvaluatesTheFitsOfBothFlavours) {
  const double hp7 = 0.1776 * 0.49 - 0.09097 * 0.7 + 0.02447;
  const double lp7 = 0.09365 * 0.49 - 0.03409 * 0.7 + 0.02043;
  EXPECT_NEAR(energy_scale(at(7, 0.7), at(7, 0.7, Process::low_power)), lp7 / hp7, 1e-12);
  EXPECT_NEAR(energy_scale(at(45, 1.0), at(7, 0.65)), 0.0404 / 0.8612, 2e-4);
  const double d20 = 34.63 * 0.81 - 66.37 * 0.9 + 41.15, d16 = 24.8 * 0.81 - 47.52 * 0.9 + 28.87;
  EXPECT_NEAR(delay_scale(at(20, 0.9), at(16, 0.9)), d16 / d20, 1e-12);
  EXPECT_EQ(energy_scale(at(90, 1.2), at(90, 1.2, Process::low_power)), 1.0);
}

TEST(Technology, ThereAndBackIsOne) {
  for (const double nm : {180.0, 150.0, 65.0, 40.0, 28.0, 22.0, 12.0, 7.0}) {
    const double v = nm > 100 ? 1.5 : nm > 50 ? 1.1 : 0.8;
    EXPECT_NEAR(energy_scale(at(45, 0.9), at(nm, v)) * energy_scale(at(nm, v), at(45, 0.9)), 1.0,
                1e-14);
    EXPECT_NEAR(
        area_scale(Metres(45e-9), Metres(nm * 1e-9)) * area_scale(Metres(nm * 1e-9), Metres(45e-9)),
        1.0, 1e-14);
  }
}

TEST(Technology, InterpolatesInTheLogarithmOfTheNode) {
  const double between = energy_scale(at(32, 0.9), at(22, 0.9));
  EXPECT_LT(between, 1.0);
  EXPECT_GT(between, energy_scale(at(32, 0.9), at(20, 0.9)));
  // The geometric mean of two nodes has the geometric mean of their factors.
  const double middle = std::sqrt(32.0 * 20.0);
  EXPECT_NEAR(area_scale(Metres(32e-9), Metres(middle * 1e-9)), std::sqrt(0.21 / 0.46), 1e-12);
  EXPECT_NEAR(energy_scale(at(32, 0.9), at(middle, 0.9)),
              std::sqrt(energy_scale(at(32, 0.9), at(20, 0.9))), 1e-12);
}

TEST(Technology, AreasAgreeWithTheRoundedMatrixOfThePaper) {
  // Two digits are printed there, and each entry was rounded by itself.
  EXPECT_NEAR(area_scale(Metres(180e-9), Metres(45e-9)), 0.053, 0.001);
  EXPECT_NEAR(area_scale(Metres(65e-9), Metres(32e-9)), 0.31, 0.01);
  EXPECT_NEAR(area_scale(Metres(7e-9), Metres(45e-9)), 17, 0.5);
  EXPECT_NEAR(area_scale(Metres(7e-9), Metres(180e-9)), 320, 5);
}

TEST(Technology, EnergyFallsWithEveryNodeAndDelayIsPositive) {
  const double nodes[] = {180, 130, 90, 65, 45, 40, 32, 28, 22, 20, 16, 14, 10, 7};
  const double supplies[] = {1.8, 1.3, 1.2, 1.1,  1.0, 0.95, 0.9,
                             0.9, 0.9, 0.9, 0.85, 0.8, 0.75, 0.7};
  for (size_t i = 1; i < std::size(nodes); ++i) {
    const Technology large = at(nodes[i - 1], supplies[i - 1]), small = at(nodes[i], supplies[i]);
    EXPECT_LT(energy_scale(large, small), 1.0) << nodes[i];
    EXPECT_GT(delay_scale(large, small), 0.0) << nodes[i];
  }
}

TEST(Technology, FactorsStayPositiveOverTheWholeAllowedRange) {
  for (const Process process : {Process::high_performance, Process::low_power}) {
    for (double nm = 7; nm <= 180; nm *= 1.03) {
      for (double v = 0.4; v < 2.3; v += 0.01) {
        const Technology to = at(nm, v, process);
        if (!technology_problem(to).empty()) continue;
        EXPECT_GT(energy_scale(at(45, 1.0), to), 0.0) << nm << ' ' << v;
        EXPECT_GT(delay_scale(at(45, 1.0), to), 0.0) << nm << ' ' << v;
      }
    }
  }
}

TEST(Technology, RefusesNodesAndSuppliesOutsideTheFits) {
  EXPECT_EQ(technology_problem(at(32, 0.63)), "");
  EXPECT_NE(technology_problem(at(32, 0.62)), "");
  EXPECT_EQ(technology_problem(at(65, 1.32)), "");
  EXPECT_NE(technology_problem(at(65, 1.33)), "");
  EXPECT_EQ(energy_scale(at(130, 1.8), at(130, 1.8)), 1.0);  // nothing to scale
  EXPECT_EQ(delay_scale(at(130, 1.8), at(130, 1.8)), 1.0);
  EXPECT_THROW(energy_scale(at(5, 0.7), at(7, 0.7)), ArgumentError);
  EXPECT_THROW(energy_scale(at(7, 0.7), at(250, 2.5)), ArgumentError);
  EXPECT_THROW(delay_scale(at(130, 3.3), at(7, 0.7)), ArgumentError);
  EXPECT_THROW(area_scale(Metres(0.0), Metres(7e-9)), ArgumentError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(area_scale(Metres(nan), Metres(7e-9)), ArgumentError);
  EXPECT_THROW(energy_scale(at(32, nan), at(7, 0.7)), ArgumentError);
  EXPECT_EQ(technology_problem(at(130, 1.8)),
            "a supply of 1.8 V at 130 nm; expected 0.91 V to 1.56 V there");
}

}  // namespace
}  // namespace ohm
