// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/alike_layers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
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

}  // namespace
}  // namespace ohm
