// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/yield_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

struct Named : YieldSpec {
  std::string name;
};

YieldSpec read(const std::string& yaml) {
  return parse_spec<Named>(yaml, "test.yaml", {});
}

void expect_refused(const std::string& yaml, const std::string& why) {
  EXPECT_THAT(error_text<ConfigError>([&] { read(yaml); }), ::testing::HasSubstr(why)) << yaml;
}

TEST(YieldSpec, IsOffUnlessGiven) {
  EXPECT_FALSE(testing::shipped_chip().yield.given());
}

TEST(YieldSpec, ReadsDefectsPerArea) {
  EXPECT_DOUBLE_EQ(read("kind: murphy\ndefect_density: 0.09 /cm2\n").defect_density.si(), 900.0);
}

TEST(YieldSpec, IsWrittenAsItIsRead) {
  YieldSpec spec = read("kind: negative_binomial\ndefect_density: 0.31 /cm2\ndies: 4\n");
  EXPECT_EQ(read(to_yaml(resolved(spec, ConfigWriter::Quantities::text))), spec);
}

TEST(YieldSpec, RefusesNonsense) {
  expect_refused("kind: moore\n", "one of");
  expect_refused("kind: poisson\ndefect_density: -1 /cm2\n", "defect_density");
  expect_refused("kind: poisson\ndefect_density: 0.1\n", "no unit");
  expect_refused("kind: poisson\nfault_coverage: 1.01\n", "fault_coverage");
  expect_refused("kind: poisson\nbond_yield: 0\n", "bond_yield");
  expect_refused("kind: poisson\ndies: 0\n", "dies");
  expect_refused("kind: negative_binomial\nclustering: 0\n", "clustering");
  expect_refused("kind: poisson\nedge: 0.1 m\nwafer: 0.2 m\n", "rim");
  expect_refused("dies: 2\n", "how defects are spread");
}

}  // namespace
}  // namespace ohm
