// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/alike_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/chip/fit.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/core/error_text.h"
#include "tests/mapping/macros/kinds_builder.h"

namespace ohm {
namespace {

std::string refusal(const std::string& rules, Index most) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 12;
  const Reduction reduction = keep_layers(spec, most);
  const ChipSpec chip = testing::shipped_chip(testing::with_slc(rules));
  return error_text<ArgumentError>(
      [&] { require_alike_layers(build_network(reduction.spec), reduction, chip); });
}

TEST(AlikeLayers, RulesForAllLayersHoldForThoseLeftOut) {
  EXPECT_EQ(refusal("[]", 3), "");
  EXPECT_EQ(refusal("[{match: h.*.ffn.*}, {match: '*.attn.out', macro: slc}]", 3), "");
  EXPECT_EQ(refusal("[{match: h.*.ffn.up, redundancy: 2}]", 3), "");
}

TEST(AlikeLayers, ARuleForOneLayerIsRefusedUnlessThatLayerStandsForItselfAlone) {
  EXPECT_THAT(refusal("[{match: h.7.ffn.up, macro: slc}]", 3),
              ::testing::HasSubstr("rules treat 'h.7.ffn.up' otherwise than layer 2"));
  EXPECT_THAT(refusal("[{match: h.2.ffn.up, redundancy: 2}]", 3), ::testing::HasSubstr("h.3."));
  EXPECT_EQ(refusal("[{match: h.7.ffn.up, macro: slc}]", 12), "");
}

TEST(AlikeLayers, ARuleThatMatchesNothingIsRefusedAsByAMapping) {
  EXPECT_THROW(refusal("[{match: nonsense}]", 3), ConfigError);
  EXPECT_THROW(refusal("[{match: h.12.ffn.up}]", 3), ConfigError);
}

ChipSpec of_64_chips(const std::string& rule) {
  return testing::shipped_chip(testing::with_slc(
      "[{match: " + rule + "}]",
      {testing::with("system", "[{link: link_ucie_standard, columns: 8, rows: 8}]")}));
}

/// Whatever is wanting beside: 64 chips hold all other layers, in no rows of their own.
TEST(AlikeLayers, AreAskedForBeforeRowsAndChips) {
  const TransformerSpec network = testing::shipped_network("llama-3-8b");
  for (const char* rule :
       {"h.20.*, redundancy: 8", "h.20.ffn.*, macro: slc", "h.31.*, redundancy: 2"}) {
    const ChipSpec chip = of_64_chips(rule);
    EXPECT_THAT(error_text<ArgumentError>([&] {
                  estimate_structure(network, chip, {4, 2, 1, {}});
                }),
                ::testing::HasSubstr("map.matrices: rules treat 'h."));
    const auto asked = asks_for_all_tiles(network, chip, {4, 2, 1, {}});
    ASSERT_TRUE(asked);
    EXPECT_EQ(asked->key, "map.matrices");
  }
}

/// The first layers stand for themselves; nobody counts as if all were as large as one of them.
TEST(AlikeLayers, ThatAreKeptTakeTheChipsThatFitCounts) {
  const TransformerSpec network = testing::shipped_network("llama-3-8b");
  for (const char* rule : {"h.0.*, redundancy: 12", "h.1.*, redundancy: 8"}) {
    const ChipSpec chip = of_64_chips(rule);
    const Fit found = fit(build_network(network), chip);
    EXPECT_EQ(estimate_structure(network, chip, {4, 2, 1, {}}).chips, found.chips) << rule;
  }
}

/// Layers that take turns are not those that borders of chips tell apart.
TEST(AlikeLayers, OfAPeriodThatIsRepeatedAreAllAlike) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 13;
  const Reduction pairs = keep_layers(spec, 3, {2});
  std::string odd = "[{match: h.1.ffn.up, macro: slc}";
  for (int layer = 3; layer < 13; layer += 2) {
    odd += ", {match: h." + std::to_string(layer) + ".ffn.up, macro: slc}";
  }
  const Network kept = build_network(pairs.spec);
  EXPECT_FALSE(are_alike_layers(kept, pairs, testing::shipped_chip(testing::with_slc(odd + "]"))));
  const auto rule = testing::with_slc("[{match: h.1.ffn.up, macro: slc}]");
  EXPECT_TRUE(are_alike_layers(kept, pairs, testing::shipped_chip(rule)));
}

/// 1.8 million arrays: three of 32 layers are kept, and those left out are farther from the memory.
TEST(AlikeLayers, WithMemoryBesideOneChipMustNotReadIt) {
  const auto run = [](const std::string& share, const std::string& at) {
    return estimate_structure(
        testing::shipped_network("llama-3-8b"),
        testing::shipped_chip(
            {testing::with("system", "[{link: link_ucie_standard}]"), testing::with("dram_at", at),
             testing::with("dram.background", "10 mW"), testing::with("buffer.kv_share", share)}),
        {4, 2, 1, {}}, Fidelity::structure);
  };
  EXPECT_THAT(error_text<ArgumentError>([&] { run("0", "[0]"); }),
              ::testing::HasSubstr("dram_at: layers that are solved once read it"));
  const Estimate each = run("0.5", "[]"), one = run("0.5", "[0]");
  EXPECT_EQ(each.schedule.outputs, one.schedule.outputs);
  const auto background = [](const Estimate& e) {
    return e.ledger.by_component().at("dram_background").energy;
  };
  EXPECT_NEAR(background(each) / background(one), static_cast<double>(each.chips), 1e-9);
}

}  // namespace
}  // namespace ohm
