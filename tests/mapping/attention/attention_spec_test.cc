// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_spec.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::chip_with;
using testing::with;

std::string error_of(const std::vector<Override>& overrides) {
  return error_text<ConfigError>([&] { testing::shipped_chip(overrides); });
}

TEST(AttentionSpec, IsDigitalUnlessTheChipSaysOtherwise) {
  EXPECT_EQ(testing::shipped_chip().attention.kind, "digital");
  EXPECT_FALSE(testing::shipped_chip().attention.in_memory());
}

TEST(AttentionSpec, PresetsLoad) {
  for (const std::string kind : {"rram_kv", "gain_cell"}) {
    EXPECT_EQ(chip_with("attention_" + kind).attention.kind, kind);
  }
  EXPECT_EQ(chip_with("attention_sram_cim_22nm").attention.kind, "sram_cim");
}

TEST(AttentionSpec, WantsTheNumberOfArrays) {
  EXPECT_NE(error_of({with("attention", "{kind: rram_kv}")}).find("arrays"), std::string::npos);
}

TEST(AttentionSpec, RefusesUnknownKindsAndArraysWithoutATime) {
  EXPECT_NE(error_of({with("attention", "{kind: optical}")}).find("gain_cell"), std::string::npos);
  EXPECT_NE(error_of({with("attention", "{kind: sram_cim, arrays: 4}")}).find("mvm_time"),
            std::string::npos);
}

}  // namespace
}  // namespace ohm
