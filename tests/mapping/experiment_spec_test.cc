// SPDX-License-Identifier: Apache-2.0
#include "mapping/experiment_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/config/reader.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

ExperimentSpec read(const std::string& text) {
  return parse_spec<ExperimentSpec>(text, "e.yaml", {{}, {}, false});
}

std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] { read(text); });
}

const char* const kSmall = R"(
title: a title
chip: rram_22nm
override: {macro.adc.bits: 6}
sweep:
  macro.device.sigma: [0.01, 0.02]
points:
  - {name: a, network: known_entropy_gpt, task: language, override: {macro.adc.kind: ideal}}
)";

TEST(ExperimentSpec, KeepsOverridesAndSweepsWithTheirPlaces) {
  const ExperimentSpec spec = read(kSmall);
  ASSERT_EQ(spec.override.size(), 1U);
  EXPECT_EQ(spec.override[0].key, "macro.adc.bits");
  EXPECT_EQ(spec.override[0].value, "6");
  EXPECT_EQ(spec.override[0].origin, "e.yaml:4:12");
  EXPECT_EQ(spec.sweep[0].value, "[0.01, 0.02]");
  EXPECT_EQ(spec.points[0].override[0].value, "ideal");
  EXPECT_EQ(spec.points[0].samples, 0);
}

TEST(ExperimentSpec, KeepsHowNetworksAreMappedWithItsPlaces) {
  const ExperimentSpec spec = read(std::string(kSmall) + R"(
map:
  placement: anneal
  matrices: [{match: h.*, on: digital}]
)");
  ASSERT_EQ(spec.map.size(), 2U);
  EXPECT_EQ(spec.map[0].key, "placement");
  EXPECT_EQ(spec.map[0].value, "anneal");
  EXPECT_EQ(spec.map[0].origin, "e.yaml:11:3");
  EXPECT_THAT(spec.map[1].value, testing::HasSubstr("digital"));
}

TEST(ExperimentSpec, RefusesEmptyOnesUnknownTasksAndLaterFidelities) {
  EXPECT_THAT(refusal("title: t\nchip: c\npoints: []\n"),
              testing::HasSubstr("at least one network"));
  EXPECT_THAT(refusal("title: t\nchip: c\n"), testing::HasSubstr("points: missing"));
  EXPECT_THAT(refusal("title: t\nchip: c\nfidelity: exact\npoints: [{name: a, network: b}]\n"),
              testing::HasSubstr("'exact' found"));
  EXPECT_THAT(refusal("title: t\nchip: c\npoints: [{name: a, network: b, task: chess}]\n"),
              testing::HasSubstr("points[0].task"));
}

TEST(ExperimentSpec, EveryShippedExperimentLoads) {
  for (const auto& folder : std::filesystem::directory_iterator(repository::experiments())) {
    const auto file = folder.path() / "experiment.yaml";
    if (!std::filesystem::exists(file)) continue;
    ExperimentSpec spec;
    ConfigReader({{}, {}, false}).read(load_document(file), [&](Visitor& v) { spec.visit(v); });
    EXPECT_FALSE(spec.points.empty()) << file;
  }
}

}  // namespace
}  // namespace ohm
