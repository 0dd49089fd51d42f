// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/retention.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

RetentionSpec power_law(double exponent, double t0) {
  RetentionSpec spec;
  spec.model = "power_law";
  spec.exponent = exponent;
  spec.t0 = Seconds(t0);
  return spec;
}

TEST(Retention, PowerLawOfADay) {
  EXPECT_NEAR(retained(power_law(0.05, 20), 1.0, Seconds(86400), 0.0), 0.6579922625, 1e-9);
}

TEST(Retention, NothingHappensAtAgeZero) {
  RetentionSpec spec = power_law(0.05, 20);
  spec.exponent_sigma = 0.02;
  for (const char* model : {"none", "power_law", "log_time"}) {
    spec.model = model;
    EXPECT_EQ(retained(spec, 12e-6, Seconds(0), 1.5), 12e-6);
  }
}

TEST(Retention, LogTimeLosesTheSameInEveryDecade) {
  RetentionSpec spec;
  spec.model = "log_time";
  spec.slope = Siemens(-1e-7);
  const auto at = [&](double t) { return retained(spec, 20e-6, Seconds(t), 0.0); };
  EXPECT_NEAR(at(1e6) - at(1e5), -1e-7 * std::log(10.0), 1e-12);
  EXPECT_NEAR(at(1e5) - at(1e4), -1e-7 * std::log(10.0), 1e-11);
}

TEST(Retention, ATableIsMetAtItsTimesAndLinearInLnTBetween) {
  RetentionSpec spec;
  spec.model = "table";
  spec.points = {{Seconds(100), 0.9, 0.0}, {Seconds(10000), 0.8, 0.1}};
  EXPECT_DOUBLE_EQ(retained(spec, 1.0, Seconds(100), 2.0), 0.9);
  EXPECT_DOUBLE_EQ(retained(spec, 1.0, Seconds(10000), 1.0), 0.9);
  EXPECT_NEAR(retained(spec, 1.0, Seconds(1000), 0.0), 0.85, 1e-12);
  EXPECT_NEAR(retained(spec, 1.0, Seconds(1000), 1.0), 0.90, 1e-12);
  EXPECT_GT(retained(spec, 1.0, Seconds(10), 0.0), 0.9);
}

TEST(Retention, ATimeSweepFollowsOneChip) {
  const auto at = [](const char* age) {
    return cells_at(shipped_device("ideal", {{"retention",
                                              "{model: power_law, t0: 20 s, exponent: "
                                              "0.05, exponent_sigma: 0.01}"},
                                             {"age", age}}),
                    20e-6, 1000);
  };
  const auto hour = at("1 h"), day = at("1 day"), month = at("30 days");
  for (size_t j = 0; j < hour.size(); ++j) {
    EXPECT_LT(day[j], hour[j]);
    // one exponent per cell: ln G is linear in ln((t + t0) / t0)
    const double first = std::log(hour[j] / 20e-6) / std::log(3620.0 / 20.0);
    EXPECT_NEAR(std::log(day[j] / 20e-6) / std::log(86420.0 / 20.0), first, 1e-12);
    EXPECT_NEAR(std::log(month[j] / 20e-6) / std::log(2592020.0 / 20.0), first, 1e-12);
  }
  EXPECT_EQ(at("1 h"), hour);
}

TEST(Retention, RefusesTimesBeyondTheTableAndASecondDrift) {
  const std::string table = "{model: table, points: [{time: 1 h, factor: 0.9}]}";
  EXPECT_EQ(refusal_of("ideal", {{"retention", table}, {"age", "1 h"}}), "");
  EXPECT_THAT(refusal_of("ideal", {{"retention", table}, {"age", "61 min"}}),
              testing::HasSubstr("beyond the last measured time"));
  EXPECT_THAT(refusal_of("ideal", {{"retention", "{model: table}"}}), testing::HasSubstr("points"));
  EXPECT_THAT(refusal_of("pcm_nandakumar", {{"retention.model", "power_law"}}),
              testing::HasSubstr("drifts by a law of its own"));
}

}  // namespace
}  // namespace ohm
