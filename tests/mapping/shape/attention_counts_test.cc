// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_counts.h"

#include <gtest/gtest.h>

#include "mapping/estimate/attention_work.h"
#include "mapping/estimate/estimate_steps.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// AttentionWork of a layer, added up over operators and phases.
AttentionCounts counted(const testing::BothWays& b, int layer) {
  AttentionCounts sum;
  for (const Index v : b.mapping.network.order) {
    if (b.mapping.network.op(v).layer != layer) continue;
    for (const Phase& phase : phases_of(b.request)) {
      const AttentionWork work = attention_work(b.mapping, v, b.request, phase);
      sum.quantised += work.quantised;
      sum.macs += work.macs;
      sum.softmax += work.softmax;
      sum.accumulated += work.accumulated;
      sum.buffer += work.buffer;
      sum.dram += work.dram;
    }
    sum.kept_in_dram += kv_in_dram(b.mapping, v, b.request);
  }
  return sum;
}

void expect_same(const testing::BothWays& b) {
  Index operands = 0, out = 0;
  for (const ShapeOperator& op : b.layers.kinds[b.layers.layers[1].kind].operators) {
    if (op.kind == OpKind::matmul && operands == 0) operands = op.out;
    if (op.kind == OpKind::attention_values) out = op.out;
  }
  for (size_t l = 0; l < b.layout.attention.size(); ++l) {
    const AttentionCounts ours = attention_counts(b.shape(), b.layout.attention[l], operands, out);
    const AttentionCounts theirs = counted(b, static_cast<int>(l));
    EXPECT_EQ(ours.quantised, theirs.quantised);
    EXPECT_EQ(ours.macs, theirs.macs);
    EXPECT_EQ(ours.softmax, theirs.softmax);
    EXPECT_EQ(ours.accumulated, theirs.accumulated);
    EXPECT_EQ(ours.buffer, theirs.buffer);
    EXPECT_EQ(ours.dram, theirs.dram);
    EXPECT_EQ(ours.kept_in_dram, theirs.kept_in_dram);
  }
}

TEST(AttentionCounts, AreTheWorkOfAllPhases) {
  for (const Index macros : {1, 9, 100'000}) {
    for (const Workload& workload : {Workload{20, 17, 1, {}}, Workload{3, 1, 4, {}}}) {
      expect_same({testing::tiny_gpt(), testing::one_or_many(macros), workload});
      expect_same({testing::tiny_llama(), testing::one_or_many(macros), workload});
    }
    expect_same({testing::tiny_bert(), testing::one_or_many(macros), {30, {}, 2, {}}});
  }
}

TEST(AttentionCounts, OfAWindowAreThoseOfItsPositions) {
  TransformerSpec spec = testing::tiny_llama();
  spec.sliding_window = 9;
  for (const Index macros : {1, 9, 100'000}) {
    expect_same({spec, testing::one_or_many(macros), {20, 17, 2, {}}});
  }
  spec.n_layers = 5;
  spec.layer_types = {"sliding_attention", "sliding_attention", "full_attention"};
  for (const Index macros : {1, 9, 100'000}) {
    expect_same({spec, testing::one_or_many(macros), {20, 17, 2, {}}});
  }
}

}  // namespace
}  // namespace ohm
