// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/weight_totals.h"

#include <gtest/gtest.h>

#include "mapping/chip/fit.h"
#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(WeightTotals, AreThoseOfTheWholeNetwork) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_mixtral(),
                                      testing::tiny_deepseek(), testing::tiny_bert()}) {
    const ChipSpec chip = testing::shipped_chip();
    const WeightTotals totals = weight_totals(spec, chip).front();
    const Fit whole = fit(build_network(spec), chip);
    EXPECT_EQ(totals.weights, static_cast<double>(whole.crossbar_weights)) << spec.name;
    EXPECT_EQ(totals.cells, static_cast<double>(whole.cells)) << spec.name;
    EXPECT_EQ(totals.bytes.si(), totals.weights);
  }
}

TEST(WeightTotals, OfTwoStacksAreThoseThatEitherPassReads) {
  const Network network = build_network(testing::tiny_t5());
  const ChipSpec chip = testing::shipped_chip();
  const std::vector<WeightTotals> stacks = weight_totals(network.spec, chip);
  ASSERT_EQ(stacks.size(), 2);
  double source = 0.0;
  for (const StaticMatmul& matmul : network.matmuls) {
    const bool across = matmul.name.ends_with("cross.kv");
    if (across || (matmul.layer >= 0 && matmul.layer < network.spec.n_layers)) {
      source += static_cast<double>(matmul.weights());
    }
  }
  EXPECT_EQ(stacks.front().weights, source);
  EXPECT_EQ(stacks.front().weights + stacks.back().weights,
            static_cast<double>(fit(network, chip).crossbar_weights));
}

TEST(WeightTotals, OfLayersThatRulesTreatApartCountEachAsItIs) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 6;
  for (const char* match : {"h.0.*", "h.1.*", "h.3.ffn.*", "h.5.*"}) {
    const ChipSpec chip = testing::shipped_chip(
        {testing::with("map.matrices", "[{match: " + std::string(match) + ", on: digital}]")});
    EXPECT_EQ(weight_totals(spec, chip).front().weights,
              static_cast<double>(fit(build_network(spec), chip).crossbar_weights))
        << match;
  }
}

/// 70 billion weights: 69.5 G in crossbars, 556 G cells as differential pairs of 2 bits.
TEST(WeightTotals, OfLlama70bAreThePublishedOnes) {
  const WeightTotals totals =
      weight_totals(testing::shipped_network("llama-3-70b"), testing::shipped_chip()).front();
  EXPECT_NEAR(totals.weights, 69.5e9, 0.05e9);
  EXPECT_NEAR(totals.cells, 556e9, 0.5e9);
  EXPECT_EQ(totals.used, totals.weights);
}

TEST(WeightTotals, ProductsCostWhatAnEstimateBooksForOneToken) {
  const TransformerSpec spec = testing::tiny_gpt();
  const ChipSpec chip = testing::shipped_chip();
  const Estimate e = estimate(map_network(build_network(spec), chip), {Index{1}, Index{1}, 1, {}});
  double macros = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    for (const char* part :
         {"cells", "wordline_driver", "dac", "sample_hold", "adc", "shift_add", "scale",
          "input_register", "output_register", "control", "offset_correction"}) {
      if (leaf.component == part && leaf.phase != "static") macros += cost.energy.si();
    }
  }
  EXPECT_NEAR(weight_totals(spec, chip).front().mvms.si(), macros, 1e-9 * macros);
}

}  // namespace
}  // namespace ohm
