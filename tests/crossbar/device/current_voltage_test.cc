// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/current_voltage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

IvSpec iv(const std::string& model, double v0 = 0.5) {
  IvSpec spec;
  spec.model = model;
  spec.v0 = Volts(v0);
  return spec;
}

TEST(CurrentVoltage, NonlinearityOfASinhIsACosh) {
  EXPECT_NEAR(nonlinearity(iv("sinh"), Siemens(20e-6), Volts(0.2)), 1.0200668, 1e-7);
  EXPECT_DOUBLE_EQ(nonlinearity(iv("ohmic"), Siemens(20e-6), Volts(0.2)), 1.0);
}

TEST(CurrentVoltage, SlopeIsTheDerivativeOfTheCurrent) {
  for (const char* model : {"ohmic", "sinh", "milo_2021"}) {
    for (const double g : {62.5e-6, 110e-6, 200e-6}) {
      for (const double v : {-0.3, -0.01, 0.0, 0.2, 0.49}) {
        const auto current = [&](double u) {
          return cell_current(iv(model), Siemens(g), Volts(u)).current.si();
        };
        const double slope = (current(v + 1e-5) - current(v - 1e-5)) / 2e-5;
        EXPECT_NEAR(cell_current(iv(model), Siemens(g), Volts(v)).slope.si(), slope, 1e-8 * g)
            << model << " " << g << " " << v;
      }
    }
  }
}

TEST(CurrentVoltage, VoltageIsTheInverseOfTheCurrent) {
  for (const char* model : {"ohmic", "sinh", "milo_2021"}) {
    for (const double g : {20e-6, 62.5e-6, 200e-6}) {
      for (const double v : {-0.49, -0.01, 0.0, 0.2}) {
        const Amperes current = cell_current(iv(model), Siemens(g), Volts(v)).current;
        EXPECT_NEAR(cell_voltage(iv(model), Siemens(g), current).si(), v, 1e-14) << model;
      }
    }
  }
}

TEST(CurrentVoltage, TermsOfMiloAddUpToItsCurrent) {
  for (const double g : {20e-6, 62.5e-6, 200e-6, 300e-6}) {
    const CubicTerms terms = milo_terms(Siemens(g));
    for (const double v : {-0.4, 0.1, 0.5}) {
      const double sum = g * v + terms.square * v * v + terms.cube * v * v * v;
      EXPECT_NEAR(sum, cell_current(iv("milo_2021"), Siemens(g), Volts(v)).current.si(), 1e-14 * g);
    }
  }
}

// Values of the published polynomial in double precision.
TEST(CurrentVoltage, MiloPolynomialIsMet) {
  const auto apparent = [](double g, double v) {
    return apparent_conductance(iv("milo_2021"), Siemens(g * 1e-6), Volts(v)).si() / (g * 1e-6);
  };
  EXPECT_NEAR(apparent(62.5, 0.2), 0.92967998596, 1e-10);
  EXPECT_NEAR(apparent(110, 0.5), 0.96645705473, 1e-10);
  EXPECT_NEAR(apparent(225, 0.1), 0.99927297571, 1e-10);
}

TEST(CurrentVoltage, ApparentConductanceAndSlopeInvertEachOther) {
  for (const char* model : {"ohmic", "sinh", "milo_2021"}) {
    for (const double v : {-0.4, 0.0, 0.2}) {
      const Siemens apparent = apparent_conductance(iv(model), Siemens(80e-6), Volts(v));
      EXPECT_NEAR(slope_conductance(iv(model), apparent, Volts(v)).si(), 80e-6, 1e-16) << model;
    }
  }
}

TEST(CurrentVoltage, MiloRefusesToLeaveItsRange) {
  EXPECT_NO_THROW(cell_current(iv("milo_2021"), Siemens(50e-6), Volts(-0.5)));
  EXPECT_THROW(cell_current(iv("milo_2021"), Siemens(-1e-6), Volts(0.2)), ArgumentError);
  EXPECT_THROW(cell_current(iv("milo_2021"), Siemens(50e-6), Volts(0.51)), ArgumentError);
  EXPECT_THROW(cell_current(iv("milo_2021"), Siemens(std::nan("")), Volts(0.1)), ArgumentError);
  EXPECT_THAT(refusal_of("ideal", {{"iv.model", "milo_2021"}}),
              testing::HasSubstr("is fitted to 50 uS to 225 uS"));
}

TEST(CurrentVoltage, CellsThatLandOutsideHaveTheShapeOfTheNearestMeasuredOne) {
  const auto milo = iv("milo_2021");
  for (const auto& [outside, edge] : {std::pair{20e-6, 50e-6}, {300e-6, 225e-6}}) {
    const CellCurrent there = cell_current(milo, Siemens(outside), Volts(0.2));
    const CellCurrent measured = cell_current(milo, Siemens(edge), Volts(0.2));
    EXPECT_NEAR(there.current / measured.current, outside / edge, 1e-12);
    EXPECT_NEAR(there.slope / measured.slope, outside / edge, 1e-12);
    const Siemens apparent = apparent_conductance(milo, Siemens(outside), Volts(0.2));
    EXPECT_NEAR(slope_conductance(milo, apparent, Volts(0.2)).si(), outside, 1e-15);
  }
  EXPECT_EQ(cell_current(milo, Siemens(0.0), Volts(0.2)).current.si(), 0.0);
}

}  // namespace
}  // namespace ohm
