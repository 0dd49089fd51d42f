// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/die_yield.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kSquareCentimetre = 1e-4;

YieldSpec defects(const std::string& kind, double per_cm2, double clustering = 2.0) {
  YieldSpec spec;
  spec.kind = kind;
  spec.defect_density = PerSquareMetre(per_cm2 / kSquareCentimetre);
  spec.clustering = clustering;
  spec.edge = Metres(0.0);
  return spec;
}

double of(const std::string& kind, double per_cm2, double cm2, double clustering = 2.0) {
  return die_yield(defects(kind, per_cm2, clustering), SquareMetres(cm2 * kSquareCentimetre));
}

TEST(DieYield, OfOneDefectPerDieIsWhatTheFormulasSay) {
  EXPECT_NEAR(of("poisson", 1.0, 1.0), 0.367879, 1e-6);
  EXPECT_NEAR(of("murphy", 1.0, 1.0), 0.399576, 1e-6);
  EXPECT_NEAR(of("seeds", 1.0, 1.0), 0.5, 1e-12);
  EXPECT_NEAR(of("negative_binomial", 1.0, 1.0, 2.0), 4.0 / 9.0, 1e-12);
}

TEST(DieYield, AgreesWithTheTextbook) {
  // Hennessy and Patterson, Computer Architecture, 4th ed., 1.6: 0.4 defects/cm2, clustering 4
  EXPECT_NEAR(of("negative_binomial", 0.4, 1.5 * 1.5, 4.0), 0.44, 0.005);
  EXPECT_NEAR(of("negative_binomial", 0.4, 1.0, 4.0), 0.68, 0.005);
}

TEST(DieYield, OfWeakClusteringIsPoissons) {
  for (const double area : {0.1, 1.0, 6.0}) {
    const double poisson = of("poisson", 0.5, area);
    EXPECT_NEAR(of("negative_binomial", 0.5, area, 1e9), poisson, 1e-8 * poisson);
  }
}

TEST(DieYield, OfClusteringOneIsSeeds) {
  EXPECT_NEAR(of("negative_binomial", 0.7, 3.0, 1.0), of("seeds", 0.7, 3.0), 1e-15);
}

TEST(DieYield, OrdersTheModelsByTheirClustering) {
  EXPECT_LT(of("poisson", 0.3, 5.0), of("murphy", 0.3, 5.0));
  EXPECT_LT(of("murphy", 0.3, 5.0), of("seeds", 0.3, 5.0));
}

TEST(DieYield, FallsWithAreaAndIsOneWithoutDefects) {
  for (const std::string kind : {"poisson", "murphy", "seeds", "negative_binomial"}) {
    EXPECT_GT(of(kind, 0.2, 1.0), of(kind, 0.2, 2.0)) << kind;
    EXPECT_EQ(of(kind, 0.0, 2.0), 1.0) << kind;
    EXPECT_NEAR(of(kind, 1e-12, 2.0), 1.0 - 2e-12, 1e-14) << kind;
  }
}

TEST(DieYield, CountsDefectsInTheCriticalAreaOnly) {
  YieldSpec spec = defects("poisson", 1.0);
  spec.critical_area = 0.25;
  EXPECT_NEAR(die_yield(spec, SquareMetres(kSquareCentimetre)), std::exp(-0.25), 1e-12);
}

TEST(DiesPerWafer, AgreesWithTheTextbook) {
  // Hennessy and Patterson, 1.6: wafers of 30 cm, dies of 1.5 and 1.0 cm
  const YieldSpec spec = defects("poisson", 0.4);
  EXPECT_NEAR(static_cast<double>(dies_per_wafer(spec, SquareMetres(2.25e-4))), 270.0, 1.0);
  EXPECT_NEAR(static_cast<double>(dies_per_wafer(spec, SquareMetres(1e-4))), 640.0, 1.0);
}

TEST(DiesPerWafer, IsNoneForDiesLargerThanTheWafer) {
  EXPECT_EQ(dies_per_wafer(defects("poisson", 0.4), SquareMetres(0.1)), 0);
}

TEST(TestedQuality, IsThatOfWilliamsAndBrown) {
  EXPECT_EQ(tested_quality(0.5, 1.0), 1.0);                     // known good dies
  EXPECT_EQ(tested_quality(0.5, 0.0), 0.5);                     // no test
  EXPECT_NEAR(1.0 - tested_quality(0.07, 0.95), 0.1245, 1e-3);  // 1 - 0.07^0.05
}

TEST(DieYield, RefusesNonsense) {
  const YieldSpec spec = defects("poisson", 0.4);
  for (const double area : {0.0, -1.0, static_cast<double>(NAN), static_cast<double>(INFINITY)}) {
    EXPECT_THROW(die_yield(spec, SquareMetres(area)), ArgumentError) << area;
    EXPECT_THROW(dies_per_wafer(spec, SquareMetres(area)), ArgumentError) << area;
  }
  EXPECT_THROW(die_yield(YieldSpec{}, SquareMetres(1e-4)), ArgumentError);
  EXPECT_THROW(tested_quality(1.5, 0.5), ArgumentError);
  EXPECT_THROW(tested_quality(0.5, NAN), ArgumentError);
}

}  // namespace
}  // namespace ohm
