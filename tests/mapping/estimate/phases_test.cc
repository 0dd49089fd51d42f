// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/phases.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

TEST(Phases, PhasesCoverEveryTokenOnce) {
  const auto phases = phases_of({true, 5, 4, 1});
  ASSERT_EQ(phases.size(), 2u);
  EXPECT_EQ(phases[0].last + 1, phases[1].first);
  EXPECT_EQ(phases[1].last, 7);
  EXPECT_EQ(phases_of({true, 5, 1, 1}).size(), 1u);
  EXPECT_EQ(phases_of({false, 5, 0, 1})[0].name, "encoder");
}

TEST(Phases, MacsFollowTheClosedForms) {
  const Index w = 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128), head = 32 * 50;
  const Request gpt{true, 10, 5, 3};  // 14 tokens pass, 5 leave
  EXPECT_EQ(macs_of(mapped(testing::tiny_gpt()), gpt),
            3 * (14 * w + 5 * head + 2 * 2 * 32 * (14 * 15 / 2)));
  const Request bert{false, 9, 0, 2};
  EXPECT_EQ(macs_of(mapped(testing::tiny_bert()), bert),
            2 * (9 * w + 32 * 32 + 32 * 3 + 2 * 2 * 32 * 81));
  const Request vit{false, 17, 0, 1};
  EXPECT_EQ(macs_of(mapped(testing::tiny_vit()), vit),
            16 * 4 * 32 + 17 * w + 32 * 10 + 2 * 2 * 32 * 17 * 17);
  EXPECT_EQ(macs_of(mapped(testing::tiny_gpt(), {testing::with("head", "digital")}), gpt),
            macs_of(mapped(testing::tiny_gpt()), gpt));
}

}  // namespace
}  // namespace ohm
