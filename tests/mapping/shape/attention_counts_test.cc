// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_counts.h"

#include <gtest/gtest.h>

#include "mapping/estimate/attention_work.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// What one pass takes of a layer: attentions, and keys that are kept for the second stack.
AttentionCounts counted(const testing::BothWays& b, const Request& pass, int layer) {
  AttentionCounts sum;
  const Network& network = b.mapping.network;
  for (const Index v : network.order) {
    const Operator& op = network.op(v);
    if (op.layer != layer || !is_planned(network, v, pass)) continue;
    std::vector<AttentionWork> works;
    for (const Phase& phase : phases_of(pass)) {
      works.push_back(attention_work(b.mapping, v, pass, phase));
    }
    if (op.matmul >= 0 && network.matmuls[static_cast<size_t>(op.matmul)].part == "cross_kv") {
      works = {source_key_work(b.mapping, v, pass)};
    }
    for (const AttentionWork& work : works) {
      sum.quantised += work.quantised;
      sum.macs += work.macs;
      sum.softmax += work.softmax;
      sum.biased += is_cross_attention(network, v) ? 0 : work.softmax;
      sum.accumulated += work.accumulated;
      sum.buffer += work.buffer;
      sum.dram += work.dram;
    }
    if (!pass.first_stack) sum.kept_in_dram += kv_in_dram(b.mapping, v, pass);
  }
  return sum;
}

void expect_equal(const AttentionCounts& ours, const AttentionCounts& theirs) {
  EXPECT_EQ(ours.quantised, theirs.quantised);
  EXPECT_EQ(ours.macs, theirs.macs);
  EXPECT_EQ(ours.softmax, theirs.softmax);
  EXPECT_EQ(ours.biased, theirs.biased);
  EXPECT_EQ(ours.accumulated, theirs.accumulated);
  EXPECT_EQ(ours.buffer, theirs.buffer);
  EXPECT_EQ(ours.dram, theirs.dram);
  EXPECT_EQ(ours.kept_in_dram, theirs.kept_in_dram);
}

void expect_same(const testing::BothWays& b) {
  Index operands = 0, out = 0;
  for (const ShapeOperator& op : b.layers.kinds[b.layers.layers[1].kind].operators) {
    if (op.kind == OpKind::matmul && operands == 0) operands = op.out;
    if (op.kind == OpKind::attention_values) out = op.out;
  }
  for (size_t l = 0; l < b.layout.attention.size(); ++l) {
    const AttentionCounts ours = attention_counts(b.shape(), b.layout.attention[l], operands, out);
    expect_equal(ours, counted(b, b.request, static_cast<int>(l)));
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

AttentionCounts operator+(const AttentionCounts& a, const AttentionCounts& b) {
  return {a.quantised + b.quantised, a.macs + b.macs,
          a.softmax + b.softmax,     a.accumulated + b.accumulated,
          a.biased + b.biased,       a.buffer + b.buffer,
          a.dram + b.dram,           a.kept_in_dram + b.kept_in_dram};
}

/// 32 wide, so that queries, keys and values of a token are 96, a query alone 32, its keys 64.
TEST(AttentionCounts, OfTwoStacksAreTheWorkOfBothPasses) {
  for (const Index macros : {1, 9, 100'000}) {
    for (const Workload& workload : {Workload{20, 17, 1, {}}, Workload{33, 2, 2, {}}}) {
      const testing::BothWays b(testing::tiny_t5(), testing::one_or_many(macros), workload);
      const Request first = first_stack_of(b.request);
      for (size_t l = 0; l < b.layout.attention.size(); ++l) {
        const AttentionSpread& spread = b.layout.attention[l];
        const auto layer = static_cast<int>(l);
        const auto of = [&](const Request& pass, bool crosses, Index operands) {
          return attention_counts(b.shape(pass), seen_by(spread, crosses, pass), operands, 32);
        };
        if (l < 2) {
          expect_equal(of(first, false, 96), counted(b, first, layer));
          continue;
        }
        expect_equal(source_key_counts(b.shape(first), spread, 64), counted(b, first, layer));
        expect_equal(of(b.request, false, 96) + of(b.request, true, 32),
                     counted(b, b.request, layer));
      }
    }
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
