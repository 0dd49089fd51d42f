// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/good_package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/estimate/estimate.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

ChipSpec chip(Index dies, double fault_coverage, double per_cm2 = 0.1) {
  ChipSpec spec;
  spec.name = "test";
  spec.yield.kind = "poisson";
  spec.yield.dies = dies;
  spec.yield.fault_coverage = fault_coverage;
  spec.yield.defect_density = PerSquareMetre(per_cm2 * 1e4);
  return spec;
}

constexpr SquareMetres kArea{800e-6};

TEST(GoodPackage, WithKnownGoodDiesLosesPackagesToBondsOnly) {
  const GoodPackage it = good_package(chip(4, 1.0), kArea);
  EXPECT_NEAR(it.die_yield, std::exp(-0.2), 1e-12);
  EXPECT_EQ(it.quality, 1.0);
  EXPECT_NEAR(it.pass, it.die_yield, 1e-12);
  EXPECT_NEAR(it.package_yield, std::pow(0.99, 4), 1e-12);
  EXPECT_NEAR(it.silicon.si(), 800e-6 / it.die_yield / it.package_yield, 1e-15);
}

TEST(GoodPackage, WithoutATestNeedsAllOfItsDiesToBeGood) {
  // cutting untested silicon gains nothing: the share of good packages is that of one large die
  const GoodPackage it = good_package(chip(4, 0.0), kArea);
  EXPECT_EQ(it.pass, 1.0);
  EXPECT_NEAR(it.package_yield, std::exp(-0.8) * std::pow(0.99, 4), 1e-12);
  EXPECT_NEAR(it.silicon.si() * it.package_yield, 800e-6, 1e-15);
}

TEST(GoodPackage, CountsEveryDieOfAWafer) {
  const GoodPackage it = good_package(chip(2, 0.9), kArea);
  EXPECT_NEAR(it.dies_made * it.packages_per_wafer, static_cast<double>(it.dies_per_wafer), 1e-9);
  EXPECT_NEAR(it.pass * it.quality, it.die_yield, 1e-12);
}

TEST(GoodPackage, CostsItsShareOfTheWafer) {
  ChipSpec spec = chip(2, 1.0);
  EXPECT_NEAR(good_package(spec, kArea).cost, 1.0 / good_package(spec, kArea).packages_per_wafer,
              1e-12);
  spec.yield.wafer_cost = 5000.0;
  spec.yield.test_cost = 2.0;
  spec.yield.package_cost = 30.0;
  const GoodPackage it = good_package(spec, kArea);
  const double die = (5000.0 / static_cast<double>(it.dies_per_wafer) + 2.0) / it.die_yield;
  EXPECT_NEAR(it.cost_per_die, die, 1e-9);
  EXPECT_NEAR(it.cost, (2.0 * die + 30.0) / (0.99 * 0.99), 1e-9);
}

TEST(GoodPackage, TakesAsFewDiesAsTheReticleAllows) {
  const ChipSpec spec = chip(YieldSpec::kAuto, 1.0);
  EXPECT_EQ(good_package(spec, SquareMetres(858e-6)).dies, 1);
  EXPECT_EQ(good_package(spec, SquareMetres(859e-6)).dies, 2);
}

TEST(GoodPackage, IsPartOfAnEstimateOnlyWhereAsked) {
  const auto estimated = [](const std::vector<Override>& overrides) {
    return estimate(
        map_network(build_network(testing::tiny_gpt()), testing::shipped_chip(overrides)),
        {20, 10, 1, {}});
  };
  EXPECT_FALSE(estimated({}).package.has_value());
  const Estimate e = estimated({with("yield.kind", "negative_binomial")});
  ASSERT_TRUE(e.package.has_value());
  EXPECT_NEAR(e.package->die_area.si() * static_cast<double>(e.package->dies), e.chip_area.si(),
              1e-9 * e.chip_area.si());
}

void expect_refused(const ChipSpec& spec, SquareMetres area, const std::string& why) {
  EXPECT_THAT(error_text<ConfigError>([&] { good_package(spec, area); }),
              ::testing::HasSubstr(why));
}

TEST(GoodPackage, RefusesNonsense) {
  expect_refused(chip(1, 1.0), SquareMetres(859e-6), "reticle");
  ChipSpec small = chip(1, 1.0);
  small.yield.wafer = Metres(0.02);
  expect_refused(small, kArea, "fits on a wafer");
  expect_refused(chip(1, 1.0, 1e4), kArea, "is good");
  expect_refused(chip(64, 0.0, 10.0), SquareMetres(0.05), "is good");
  EXPECT_THROW(good_package(chip(1, 1.0), SquareMetres(0.0)), ArgumentError);
}

}  // namespace
}  // namespace ohm
