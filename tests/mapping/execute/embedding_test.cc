// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/embedding.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace ohm {
namespace {

Weights tables() {
  Weights w;
  w.tokens = Tensor({3, 2}, {1, 2, 10, 20, 100, 200});
  w.positions = Tensor({4, 2}, {0, 0, 0.5F, 0, 0, 0.25F, 1000, 1000});
  return w;
}

TEST(Embedding, AddsTheRowsOfTokenAndPosition) {
  const Tensor out = embed_tokens(tables(), std::vector<Index>{2, 0}, {}, 1);
  EXPECT_EQ(out, Tensor({2, 2}, {100.5F, 200, 1, 2.25F}));
}

TEST(Embedding, TakesTokenTypeZeroWhereNoneIsGiven) {
  Weights w = tables();
  w.token_types = Tensor({2, 2}, {3, 0, 7, 0});
  EXPECT_EQ(embed_tokens(w, std::vector<Index>{0}, {}, 0).values, (std::vector<float>{4, 2}));
  EXPECT_EQ(embed_tokens(w, std::vector<Index>{0}, std::vector<Index>{1}, 0).values,
            (std::vector<float>{8, 2}));
}

TEST(Embedding, PutsTheClassTokenBeforeThePatches) {
  Weights w = tables();
  w.class_token = Tensor({2}, {5, 6});
  w.positions = Tensor({2, 2}, {1, 1, 2, 2});
  EXPECT_EQ(embed_patches(w, Tensor({1, 2}, {7, 8})), Tensor({2, 2}, {6, 7, 9, 10}));
}

TEST(Embedding, CutsPatchesChannelByChannelAndLineByLine) {
  Tensor image({2, 2, 4});
  std::iota(image.values.begin(), image.values.end(), 0.0F);
  const Tensor patches = cut_patches(image, 2);
  EXPECT_EQ(patches, Tensor({2, 8}, {0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15}));
}

TEST(Embedding, TakesAWholeImageAsOnePatch) {
  Tensor image({1, 3, 3});
  std::iota(image.values.begin(), image.values.end(), 0.0F);
  EXPECT_EQ(cut_patches(image, 3).values, image.values);
}

}  // namespace
}  // namespace ohm
