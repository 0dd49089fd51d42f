// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layer_runs.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(LayerRuns, LastKeptLayerStandsForThoseLeftOut) {
  const Reduction r = keep_layers(testing::shipped_network("llama-3-70b"), 3);
  EXPECT_EQ(r.spec.n_layers, 3);
  EXPECT_EQ(r.stands_for(0), 1);
  EXPECT_EQ(r.stands_for(1), 1);
  EXPECT_EQ(r.stands_for(2), 78);
  EXPECT_EQ(r.stands_for(-1), 1);
  EXPECT_EQ(r.layers_of(2).front(), 2);
  EXPECT_EQ(r.layers_of(2).back(), 79);
}

TEST(LayerRuns, DenseLayersAndExpertsAreTwoKinds) {
  const Reduction r = keep_layers(testing::shipped_network("deepseek-v3"), 2);
  EXPECT_EQ(r.spec.n_layers, 4);
  EXPECT_EQ(r.spec.dense_layers, 2);
  ASSERT_EQ(r.runs.size(), 2u);
  EXPECT_EQ(r.stands_for(1), 2);
  EXPECT_EQ(r.stands_for(2), 1);
  EXPECT_EQ(r.stands_for(3), 57);
  EXPECT_EQ(r.layers_of(3).back(), 60);
  Index all = 0;
  for (Index kept = 0; kept < 4; ++kept) all += r.stands_for(kept);
  EXPECT_EQ(all, 61);
}

TEST(LayerRuns, OfAPeriodStandForThoseOfTheirPlaceInIt) {
  const Reduction r = keep_layers(testing::shipped_network("llama-3-70b"), 3, {3});
  // 3 · 2 + 1 layers, and one more so that 72 = 24 · 3 are left out
  EXPECT_EQ(r.spec.n_layers, 8);
  EXPECT_EQ(r.runs.front().repeats(), 24);
  std::vector<int> all;
  for (Index kept = 0; kept < 8; ++kept) {
    for (const int layer : r.layers_of(kept)) {
      EXPECT_EQ(kept < 5 ? 0 : (layer - kept) % 3, 0);
      all.push_back(layer);
    }
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(all.size(), 80u);
  for (int i = 0; i < 80; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], i);
}

/// Every layer is stood for once, by a kept one with its window.
void expect_covered(const TransformerSpec& spec, const Reduction& r) {
  std::vector<int> all;
  for (Index kept = 0; kept < r.spec.n_layers; ++kept) {
    for (const int layer : r.layers_of(kept)) {
      EXPECT_EQ(spec.window_of(layer), r.spec.window_of(kept)) << kept << " for " << layer;
      EXPECT_EQ(spec.routes(layer), r.spec.routes(kept)) << kept << " for " << layer;
      all.push_back(layer);
    }
  }
  std::sort(all.begin(), all.end());
  ASSERT_EQ(std::ssize(all), spec.n_layers);
  for (int i = 0; i < spec.n_layers; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], i);
  check_spec(r.spec, "reduced");
}

TransformerSpec taking_turns(Index layers, const std::string& pattern) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = layers;
  spec.sliding_window = 6;
  for (const char c : pattern) {
    spec.layer_types.push_back(c == 's' ? "sliding_attention" : "full_attention");
  }
  return spec;
}

TEST(LayerRuns, OfLayersThatTakeTurnsHaveThePeriodOfTheirPattern) {
  const TransformerSpec spec = taking_turns(26, "sssssf");
  const Reduction r = keep_layers(spec, 3);
  ASSERT_EQ(r.runs.size(), 1u);
  EXPECT_EQ(r.runs[0].period, 6);
  EXPECT_EQ(r.spec.n_layers, 14);  // 2 · 6 + 1 and one more, so that 12 are left out
  expect_covered(spec, r);
  const Reduction borders = keep_layers(taking_turns(80, "sf"), 3, {3});
  EXPECT_EQ(borders.runs[0].period, 6);
  expect_covered(taking_turns(80, "sf"), borders);
}

TEST(LayerRuns, BeginAnewWhereWindowsChangeForGood) {
  const TransformerSpec spec = taking_turns(28, std::string(21, 'f') + std::string(7, 's'));
  const Reduction r = keep_layers(spec, 2);
  ASSERT_EQ(r.runs.size(), 2u);
  EXPECT_EQ(r.runs[0].layers, 21);
  EXPECT_EQ(r.runs[1].layers, 7);
  EXPECT_EQ(r.spec.n_layers, 4);
  expect_covered(spec, r);
}

TEST(LayerRuns, CoverEveryOrderOfWindows) {
  std::mt19937 random(3);
  const auto draw = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  for (int i = 0; i < 500; ++i) {
    std::string pattern(static_cast<size_t>(draw(2, 40)), 'f');
    for (char& c : pattern) c = draw(0, 1) == 0 ? 's' : 'f';
    pattern[0] = 's';
    TransformerSpec spec = taking_turns(draw(std::ssize(pattern), 60), pattern);
    if (draw(0, 1) == 0) {
      spec.family = "mixtral";
      spec.n_experts = 4;
      spec.experts_per_token = 2;
      spec.expert_d_ff = 16;
      spec.dense_layers = draw(0, spec.n_layers - 1);
    }
    expect_covered(spec, keep_layers(spec, draw(2, 4), {draw(1, 3), draw(1, 3)}));
  }
}

TEST(LayerRuns, TwoStacksStayWhole) {
  const Reduction r = keep_layers(testing::tiny_t5(), 2);
  EXPECT_EQ(r.spec.n_layers, 2);
  EXPECT_EQ(r.spec.n_decoder_layers, 3);
  EXPECT_EQ(r.stands_for(4), 1);
}

TEST(LayerRuns, RefusesToKeepFewerThanTwo) {
  EXPECT_THROW(keep_layers(testing::tiny_gpt(), 1), ArgumentError);
}

}  // namespace
}  // namespace ohm
