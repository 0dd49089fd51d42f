// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_request.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::chip_with;
using testing::load;
using testing::with;

std::string error_of(const ChipSpec& chip, const TransformerSpec& network, const Workload& load) {
  return error_text<ArgumentError>([&] { resolve_on(chip, network, load); });
}

TEST(EngineRequest, ADigitalChipTakesAnyRequest) {
  EXPECT_EQ(resolve_on(testing::shipped_chip(), testing::tiny_gpt(), load(20, 10)).window, 0);
}

TEST(EngineRequest, AWindowIsCutOnlyWhereThatIsAskedFor) {
  const ChipSpec narrow = chip_with("attention_gain_cell", {with("attention.window", "16")});
  EXPECT_EQ(error_of(narrow, testing::tiny_gpt(), load(10, 7)), "");
  EXPECT_NE(error_of(narrow, testing::tiny_gpt(), load(10, 8)).find("attention.truncate"),
            std::string::npos);
  const ChipSpec cut = chip_with(
      "attention_gain_cell", {with("attention.window", "16"), with("attention.truncate", "true")});
  EXPECT_EQ(resolve_on(cut, testing::tiny_gpt(), load(10, 8)).window, 16);
  TransformerSpec sliding = testing::tiny_llama();
  sliding.sliding_window = 8;
  EXPECT_EQ(resolve_on(narrow, sliding, load(20, 10)).window, 8);
}

TEST(EngineRequest, AnEncoderIsNeverCut) {
  const ChipSpec cut = chip_with(
      "attention_gain_cell", {with("attention.window", "16"), with("attention.truncate", "true")});
  EXPECT_EQ(error_of(cut, testing::tiny_bert(), load(16)), "");
  EXPECT_NE(error_of(cut, testing::tiny_bert(), load(17)).find("encoder"), std::string::npos);
}

TEST(EngineRequest, RefusesTwoStacks) {
  EXPECT_NE(
      error_of(chip_with("attention_rram_kv"), testing::tiny_t5(), load(8)).find("two stacks"),
      std::string::npos);
}

TEST(EngineRequest, RefusesMorePositionsThanTheArraysHold) {
  const Mapping m = testing::mapped_with(testing::tiny_gpt(), "attention_rram_kv",
                                         {with("attention.arrays", "32")});
  // 16 arrays for each of two layers, 4 per head: 3 of keys and 1 of values
  EXPECT_NO_THROW(require_engine(m, {true, 40, 9, 1}));
  EXPECT_EQ(error_text<ArgumentError>([&] {
              require_engine(m, {true, 40, 10, 1});
            }),
            "workload of tiny-gpt: 49 positions of 1 sequence; the arrays of attention.kind "
            "rram_kv hold 48 of each: raise attention.arrays (32 per tile), lower prompt, generate "
            "or batch, or take attention.kind: digital");
  EXPECT_NE(error_text<ArgumentError>([&] {
              require_engine(m, {true, 20, 6, 2});
            }).find("24"),
            std::string::npos);
}

}  // namespace
}  // namespace ohm
