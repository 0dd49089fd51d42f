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

/// What a second stack sees of the source is not cut either, its own tokens are where that is
/// asked.
TEST(EngineRequest, OfTwoStacksOnlyTheAnswerIsCut) {
  const ChipSpec cut = chip_with("attention_sram_cim_22nm", {with("attention.window", "16"),
                                                             with("attention.truncate", "true")});
  EXPECT_EQ(resolve_on(cut, testing::tiny_t5(), load(16, 16)).window, 0);
  EXPECT_EQ(resolve_on(cut, testing::tiny_t5(), load(16, 17)).window, 16);
  EXPECT_NE(error_of(cut, testing::tiny_t5(), load(17, 4)).find("an encoder sees all 17"),
            std::string::npos);
}

/// A bias is added to each of T5's scores, which a gain cell never shows.
TEST(EngineRequest, GainCellsRefuseARelativeBias) {
  EXPECT_NE(error_of(chip_with("attention_gain_cell"), testing::tiny_t5(), load(8))
                .find("bias by distance"),
            std::string::npos);
}

/// Of 160 arrays each of five layers has 32 and each of four heads eight: seven of keys, of 16
/// positions each, and one of values. Of 32 arrays a head has one, which is too few for anything.
TEST(EngineRequest, SourceAndAnswerShareTheArraysOfALayer) {
  const auto text = [](const std::string& arrays, Index source, Index answer, Index batch) {
    const Mapping m =
        testing::mapped_with(testing::tiny_t5(), "attention_rram_kv",
                             {with("attention.arrays", arrays), with("macros_per_tile", "4096")});
    EXPECT_EQ(m.placement.tiles_used, 1);
    return error_text<ArgumentError>(
        [&] { require_engine(m, resolve(testing::tiny_t5(), load(source, answer, batch))); });
  };
  EXPECT_EQ(text("160", 62, 50, 1), "");
  EXPECT_EQ(text("160", 62, 51, 1),
            "workload of tiny-t5: 113 positions (62 of the source) of 1 sequence; the arrays of "
            "attention.kind rram_kv hold 112 of each: raise attention.arrays (160 per tile), lower "
            "prompt, generate or batch, or take attention.kind: digital");
  EXPECT_EQ(text("160", 40, 16, 2), "");
  EXPECT_NE(text("160", 41, 16, 2), "");
  EXPECT_NE(text("32", 1, 1, 1), "");
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
