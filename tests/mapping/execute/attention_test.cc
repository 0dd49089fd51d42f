// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/attention.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "core/error.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

MatrixView<const float> view(const Tensor& x) {
  return {x.values.data(), x.dim(1)};
}

Tensor attend(const AttentionShape& s, const Tensor& q, const Tensor& k, const Tensor& v) {
  Tensor p = attention_scores(s, view(q), view(k));
  attention_softmax(s, p);
  return attention_values(s, p, view(v));
}

/// One output in double, straight from the definition.
double expected(const AttentionShape& s, const Tensor& q, const Tensor& k, const Tensor& v, Index i,
                Index column) {
  const auto at = [](const Tensor& x, Index row, Index j) {
    return static_cast<double>(x.row(row)[static_cast<size_t>(j)]);
  };
  const Index head = column / s.head_size;
  double above = 0.0, below = 0.0;
  for (Index j = 0; j < s.visible(i); ++j) {
    double dot = 0.0;
    for (Index c = head * s.head_size; c < (head + 1) * s.head_size; ++c) {
      dot += at(q, i, c) * at(k, j, c);
    }
    const double weight = std::exp(dot / std::sqrt(static_cast<double>(s.head_size)));
    above += weight * at(v, j, column);
    below += weight;
  }
  return above / below;
}

void compare(const AttentionShape& s) {
  const Index d = s.n_heads * s.head_size;
  const Tensor q = tiny::random_tensor({s.rows, d}, 1, 1.0F);
  const Tensor k = tiny::random_tensor({s.length, d}, 2, 1.0F);
  const Tensor v = tiny::random_tensor({s.length, d}, 3, 1.0F);
  const Tensor out = attend(s, q, k, v);
  for (Index i = 0; i < s.rows; ++i) {
    for (Index j = 0; j < d; ++j) {
      EXPECT_NEAR(out.row(i)[static_cast<size_t>(j)], expected(s, q, k, v, i, j), 1e-5);
    }
  }
}

TEST(Attention, AgreesWithItsDefinition) {
  compare({3, 5, 7, 0, 7, false});
  compare({1, 16, 4, 0, 9, false});
  compare({2, 3, 1, 0, 1, true});
  compare({4, 24, 13, 0, 13, true});
  compare({2, 8, 3, 6, 9, true});
}

TEST(Attention, GivesACausalRowTheSameBitsWithAndWithoutWhatFollows) {
  const Index d = 12, length = 21;
  const Tensor q = tiny::random_tensor({length, d}, 1, 1.0F);
  const Tensor k = tiny::random_tensor({length, d}, 2, 1.0F);
  const Tensor v = tiny::random_tensor({length, d}, 3, 1.0F);
  const Tensor all = attend({3, 4, length, 0, length, true}, q, k, v);
  for (Index i = 0; i < length; ++i) {
    const auto row = q.row(i);
    const Tensor one({1, d}, {row.begin(), row.end()});
    const Tensor alone = attend({3, 4, 1, i, i + 1, true}, one, k, v);
    const auto together = all.row(i);
    EXPECT_EQ(alone.values, std::vector<float>(together.begin(), together.end())) << i;
  }
}

TEST(Attention, LeavesWhatACausalRowDoesNotSeeAtZero) {
  const AttentionShape s{1, 2, 3, 0, 3, true};
  const Tensor x = tiny::random_tensor({3, 2}, 1);
  Tensor p = attention_scores(s, view(x), view(x));
  attention_softmax(s, p);
  EXPECT_EQ(p.values[1], 0.0F);
  EXPECT_EQ(p.values[2], 0.0F);
  EXPECT_EQ(p.values[5], 0.0F);
  EXPECT_EQ(p.values[0], 1.0F);
}

TEST(Attention, RefusesSizesThatDoNotFit) {
  Tensor scores({2, 1, 2});
  EXPECT_THROW(attention_softmax({1, 4, 0, 0, 2, false}, scores), ArgumentError);
  EXPECT_THROW(attention_softmax({1, 4, 2, 1, 2, true}, scores), ArgumentError);
  EXPECT_THROW(attention_softmax({2, 4, 2, 0, 2, true}, scores), ArgumentError);
  EXPECT_THROW(attention_softmax({1, 4, 2, 0, 0, false}, scores), ArgumentError);
}

}  // namespace
}  // namespace ohm
