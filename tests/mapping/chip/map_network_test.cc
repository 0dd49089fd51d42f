// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(MapNetwork, PutsGpt2SmallWithItsHeadOnTheShippedChip) {
  const Mapping m =
      map_network(build_network(testing::shipped_network("gpt2-small")), testing::shipped_chip());
  EXPECT_EQ(m.verification.blocks, 60324);
  EXPECT_EQ(m.placement.tiles_used, 629);
  EXPECT_EQ(m.verification.weights, 84934656 + 768 * 50257);
  EXPECT_GE(m.traffic.link_bytes, m.traffic.lower_bound);
  EXPECT_LT(m.traffic.gap(), 2.0);
}

TEST(MapNetwork, SaysHowManyTilesAreMissing) {
  try {
    map_network(build_network(testing::shipped_network("gpt2-xl")), testing::shipped_chip());
    FAIL() << "gpt2-xl does not fit";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("network gpt2-xl needs 8126 tiles, chip "
                                                   "rram_22nm has 676"));
  }
}

TEST(MapNetwork, FitsToTheLastTileAndNotOneFurther) {
  const Network network = build_network(testing::tiny_gpt());
  const auto chip = [](const std::string& macros) {
    return testing::shipped_chip({testing::with("mesh.columns", "1"),
                                  testing::with("mesh.rows", "1"),
                                  testing::with("macros_per_tile", macros)});
  };
  const Index blocks = std::ssize(map_network(network, chip("96")).partition.blocks);
  EXPECT_NO_THROW(map_network(network, chip(std::to_string(blocks))));
  EXPECT_THROW(map_network(network, chip(std::to_string(blocks - 1))), ConfigError);
}

TEST(MapNetwork, LeavesADigitalHeadOutOfTheCrossbars) {
  const Mapping m = map_network(build_network(testing::tiny_gpt()),
                                testing::shipped_chip({testing::with("head", "digital")}));
  EXPECT_EQ(m.partition.size(std::ssize(m.network.matmuls) - 1), 0);
  EXPECT_EQ(m.verification.weights, 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128));
}

TEST(MapNetwork, RefusesRoutedExperts) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_experts = 4;
  spec.experts_per_token = 2;
  spec.expert_d_ff = 64;
  try {
    map_network(build_network(spec), testing::shipped_chip());
    FAIL() << "nothing was thrown";
  } catch (const ArgumentError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("map: network tiny-llama has routed experts"));
  }
}

TEST(MapNetwork, AdvisesADigitalHeadOnlyWhereThatHelps) {
  const auto message = [](const TransformerSpec& spec, const std::string& head) -> std::string {
    return error_text<ConfigError>([&] {
      map_network(build_network(spec),
                  testing::shipped_chip(
                      {testing::with("macros_per_tile", "1"), testing::with("mesh.columns", "1"),
                       testing::with("mesh.rows", "1"), testing::with("head", head)}));
    });
  };
  using ::testing::HasSubstr;
  using ::testing::Not;
  EXPECT_THAT(message(testing::tiny_gpt(), "crossbar"), HasSubstr("keep the head digital"));
  EXPECT_THAT(message(testing::tiny_gpt(), "digital"), Not(HasSubstr("head")));
  EXPECT_THAT(message(testing::tiny_bert(), "crossbar"), Not(HasSubstr("head")));
}

}  // namespace
}  // namespace ohm
