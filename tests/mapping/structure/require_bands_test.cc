// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/require_bands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(RequireBands, NamesTheKeyThatOnlyAMappingKnows) {
  EXPECT_NO_THROW(require_bands(testing::shipped_chip()));
  EXPECT_NO_THROW(require_bands(testing::shipped_chip({testing::with("gating", "idle_tiles")})));
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"map.duplication", "throughput"},
                                                        {"map.packing", "edge_blocks"},
                                                        {"map.placement", "anneal"},
                                                        {"thermal", "{kind: network}"}}) {
    EXPECT_THAT(error_text<ArgumentError>(
                    [&] { require_bands(testing::shipped_chip({testing::with(key, value)})); }),
                ::testing::HasSubstr("chip rram_22nm: " + key + ": only a mapping"));
  }
  const ChipSpec late = testing::shipped_chip(
      {testing::with("gating", "idle_tiles"), testing::with("gating.wake", "on_demand")});
  EXPECT_THROW(require_bands(late), ArgumentError);
}

}  // namespace
}  // namespace ohm
