// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_engine.h"

#include <gtest/gtest.h>

#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

TEST(AttentionEngine, OfADigitalChipIsItsDigitalUnit) {
  EXPECT_EQ(make_attention_engine(testing::shipped_chip()), nullptr);
}

TEST(AttentionEngine, IsMadeByKind) {
  const auto rram = make_attention_engine(testing::chip_with("attention_rram_kv"));
  const auto sram = make_attention_engine(testing::chip_with("attention_sram_cim_22nm"));
  const auto gain = make_attention_engine(testing::chip_with("attention_gain_cell"));
  EXPECT_TRUE(rram->wear().has_value());
  EXPECT_FALSE(sram->wear().has_value());
  EXPECT_FALSE(sram->replaces_softmax());
  EXPECT_TRUE(gain->replaces_softmax());
}

}  // namespace
}  // namespace ohm
