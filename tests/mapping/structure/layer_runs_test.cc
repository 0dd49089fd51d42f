// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layer_runs.h"

#include <gtest/gtest.h>

#include <algorithm>

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
