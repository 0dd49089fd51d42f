// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/compensation.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

TEST(Compensation, ACommonDriftIsUndoneExactly) {
  const double decay = std::pow(4321.0, -0.05);
  std::vector<double> before{3e-6, -1e-6, 2e-6}, now = before;
  for (double& current : now) current *= decay;
  EXPECT_NEAR(global_factor(before, now) * decay, 1.0, 1e-9);
  for (const double factor : column_factors(before, now)) EXPECT_NEAR(factor * decay, 1.0, 1e-9);
}

TEST(Compensation, ColumnsThatDriftApartNeedFactorsOfTheirOwn) {
  const std::vector<double> before{1e-6, 1e-6}, now{0.5e-6, 1e-6};
  EXPECT_DOUBLE_EQ(global_factor(before, now), 2.0 / 1.5);
  EXPECT_EQ(column_factors(before, now), (std::vector<double>{2.0, 1.0}));
}

TEST(Compensation, WhatRemainsIsTheSpreadOfTheExponents) {
  const auto at = [](const char* age) {
    return cells_at(shipped_device("ideal", {{"retention",
                                              "{model: power_law, t0: 20 s, exponent: "
                                              "0.05, exponent_sigma: 0.005}"},
                                             {"age", age}}),
                    20e-6, 100000);
  };
  const auto before = at("0 s"), now = at("1 day");
  const double factor = global_factor(before, now);
  std::vector<double> residual;
  for (size_t j = 0; j < now.size(); ++j) residual.push_back(factor * now[j] / before[j]);
  EXPECT_NEAR(moments_of(residual).mean, 1.0, 1e-10);
  EXPECT_NEAR(moments_of(residual).sigma, std::log(4321.0) * 0.005,
              0.02 * std::log(4321.0) * 0.005);
}

TEST(Compensation, CostsOneProbePerWordlineAndOneMultiplyPerColumn) {
  CompensationSpec spec;
  EXPECT_EQ(compensation_cost(spec, 128, 64).probe_mvms, 0);
  spec.kind = "column";
  EXPECT_EQ(compensation_cost(spec, 128, 64).probe_mvms, 128);
  EXPECT_EQ(compensation_cost(spec, 128, 64).multiplies, 64);
  spec.probes = 4;
  EXPECT_EQ(compensation_cost(spec, 128, 64).probe_mvms, 4);
}

TEST(Compensation, DeadColumnsAreLeftAloneAndNonsenseIsRefused) {
  EXPECT_EQ(column_factors(std::vector<double>{1e-6}, std::vector<double>{0.0}),
            std::vector<double>{1.0});
  EXPECT_EQ(global_factor({}, {}), 1.0);
  EXPECT_THROW(global_factor(std::vector<double>{1.0}, {}), ArgumentError);
  EXPECT_THROW(column_factors(std::vector<double>{1.0}, std::vector<double>{std::nan("")}),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
