// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/baseline_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/source.h"
#include "core/config/writer.h"
#include "core/error.h"
#include "tests/mapping/baseline/baseline_builder.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

std::string message_for(const std::string& key, const std::string& value) {
  try {
    testing::shipped_baseline("h100_x8", {{key, value, "test"}});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(BaselineSpec, EveryShippedBaselineReadsWithASourceForEveryFigure) {
  const auto names = component_names("baseline", {repository::configs()});
  EXPECT_GE(names.size(), 15u);
  for (const std::string& name : names) {
    const BaselineSpec spec = testing::shipped_baseline(name);
    EXPECT_FALSE(spec.source.empty()) << name;
    for (const OriginSpec* origin : {&spec.memory.origin, &spec.efficiency.origin,
                                     &spec.power.origin, &spec.exchange.origin}) {
      EXPECT_FALSE(origin->source.empty()) << name;
    }
    for (const PeakRateSpec& peak : spec.peaks) EXPECT_FALSE(peak.origin.source.empty()) << name;
    for (const auto& row : spec.published) EXPECT_FALSE(row.origin.source.empty()) << name;
  }
}

TEST(BaselineSpec, HasTheRateOfItsPrecisionAndTheMemoryOfAllDevices) {
  const BaselineSpec spec = testing::shipped_baseline("h100_x8");
  EXPECT_DOUBLE_EQ(spec.ops_per_s(), 1978.9e12);
  EXPECT_DOUBLE_EQ(spec.usable().si(), 8 * 0.9 * 80e9);
  EXPECT_EQ(testing::shipped_baseline("groq_lpu_x576").group(), 8);
}

TEST(BaselineSpec, RefusesWhatDoesNotFitTogether) {
  EXPECT_THAT(message_for("precision", "fp5"), HasSubstr("expected one of: fp16, fp8, int8"));
  EXPECT_THAT(message_for("stages", "3"), HasSubstr("8 devices in 3 stages"));
  EXPECT_THAT(message_for("power.idle", "900 W"), HasSubstr("more than busy"));
  EXPECT_THAT(message_for("exchange.interval", "9 us"), HasSubstr("more than latency"));
  EXPECT_THAT(message_for("memory.status", "rumour"), HasSubstr("measured"));
  EXPECT_THAT(message_for("memory.bandwidth", "3"), HasSubstr("unit"));
}

TEST(BaselineSpec, WritesWhatReadsBackToTheSame) {
  const BaselineSpec spec = testing::shipped_baseline("sohu_x8");
  const std::string text = to_yaml(resolved(spec, ConfigWriter::Quantities::text));
  const auto again = parse_spec<BaselineSpec>(text, "again", {{repository::configs()}, {}});
  EXPECT_EQ(to_yaml(resolved(again, ConfigWriter::Quantities::text)), text);
}

}  // namespace
}  // namespace ohm
