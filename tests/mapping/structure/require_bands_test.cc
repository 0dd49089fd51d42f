// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/require_bands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::shipped_chip;
using testing::with;

TEST(RequireBands, NamesTheKeyThatOnlyAMappingFollows) {
  EXPECT_FALSE(beyond_layers(shipped_chip()));
  EXPECT_FALSE(beyond_layers(shipped_chip({with("gating", "idle_tiles")})));
  EXPECT_FALSE(beyond_layers(shipped_chip({with("map.placement", "snake")})));
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"map.duplication", "throughput"},
                                                        {"map.packing", "edge_blocks"},
                                                        {"map.placement", "anneal"},
                                                        {"thermal", "{kind: network}"}}) {
    const ChipSpec chip = shipped_chip({with(key, value)});
    EXPECT_THAT(error_text<ArgumentError>([&] { require_none(chip, beyond_layers(chip)); }),
                ::testing::HasSubstr("chip rram_22nm: " + key + ": only a mapping"));
  }
  const ChipSpec late =
      shipped_chip({with("gating", "idle_tiles"), with("gating.wake", "on_demand")});
  EXPECT_EQ(beyond_layers(late)->key, "gating.wake");
}

TEST(RequireBands, ChipsThatHeatUpOrSleepHaveBandsAsOthers) {
  EXPECT_FALSE(beyond_bands(shipped_chip({with("thermal", "{kind: network}")})));
  EXPECT_FALSE(beyond_bands(shipped_chip({with("gating", "idle_tiles")})));
  EXPECT_FALSE(beyond_bands(shipped_chip({with("map.placement", "bands")})));
  EXPECT_EQ(beyond_bands(shipped_chip({with("map.duplication", "throughput")}))->key,
            "map.duplication");
  EXPECT_EQ(beyond_bands(shipped_chip({with("map.packing", "edge_blocks")}))->key, "map.packing");
  EXPECT_EQ(beyond_bands(shipped_chip({with("map.placement", "snake")}))->key, "map.placement");
  EXPECT_EQ(beyond_bands(shipped_chip({}, "rram_22nm_chiplets"))->key, "dies");
}

}  // namespace
}  // namespace ohm
