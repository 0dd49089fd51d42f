// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/repeat_layers.h"

#include <gtest/gtest.h>

#include <string>

namespace ohm {
namespace {

/// Of fourteen layers in two runs: a dense one, and thirteen of which three are kept.
Reduction fourteen_layers() {
  return {{}, {{0, 1, 0, 1, 1}, {1, 13, 1, 3, 1}}, true};
}

Ledger few_layers() {
  Ledger reduced;
  for (const char* component : {"adc", "noc_link"}) {
    reduced.book({component, "", -1, "static"}, energy_of(1, Joules(50.0), "chip"));
    reduced.book({component, "lm_head", -1, "decode"}, energy_of(1, Joules(9.0), "chip"));
    for (int layer = 0; layer < 4; ++layer) {
      for (const char* op : {"attn.qkv", "ffn.expert.2.up"}) {
        for (const char* phase : {"prefill", "decode"}) {
          reduced.book({component, "h." + std::to_string(layer) + "." + op, layer, phase},
                       energy_of(1, Joules(1.0 + layer), "layer"));
        }
      }
    }
  }
  return reduced;
}

TEST(RepeatLayers, BooksEveryLayerUnderItsOwnNumber) {
  Ledger all;
  repeat_layers(few_layers(), fourteen_layers(), [](const Leaf&) { return true; }, all);
  EXPECT_EQ(all.leaves().size(), 2u * (2 + 14 * 4));
  for (int layer = 0; layer < 14; ++layer) {
    const Leaf leaf{"adc", "h." + std::to_string(layer) + ".ffn.expert.2.up", layer, "decode"};
    ASSERT_TRUE(all.leaves().contains(leaf)) << layer;
    const Cost& cost = all.leaves().at(leaf);
    EXPECT_EQ(cost.energy.si(), layer < 3 ? 1.0 + layer : 4.0) << layer;
    EXPECT_EQ(cost.count, 1) << layer;
    EXPECT_EQ(cost.source, "layer");
  }
  EXPECT_EQ(all.leaves().at({"noc_link", "lm_head", -1, "decode"}).energy.si(), 9.0);
  // per component 50 + 9 + 4 (1 + 2 + 3 + 11 x 4)
  EXPECT_DOUBLE_EQ(all.total().energy.si(), 2.0 * (59.0 + 4.0 * 50.0));
}

TEST(RepeatLayers, AddsToWhatIsBookedAndLeavesOutWhatIsNotWanted) {
  Ledger all;
  all.book({"adc", "h.7.attn.qkv", 7, "decode"}, energy_of(1, Joules(0.5), "before"));
  repeat_layers(
      few_layers(), fourteen_layers(), [](const Leaf& leaf) { return leaf.phase == "decode"; },
      all);
  EXPECT_EQ(all.leaves().size(), 2u * (1 + 14 * 2));
  EXPECT_EQ(all.leaves().at({"adc", "h.7.attn.qkv", 7, "decode"}).energy.si(), 4.5);
  EXPECT_FALSE(all.leaves().contains({"adc", "", -1, "static"}));
}

}  // namespace
}  // namespace ohm
