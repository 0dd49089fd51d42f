// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_times.h"

#include <gtest/gtest.h>

#include "mapping/schedule/passage.h"
#include "mapping/schedule/plan_tokens.h"
#include "tests/mapping/shape/shape_case.h"

namespace ohm {
namespace {

/// Time of the steps of the first layer's attention over some tokens of a sequence.
Picoseconds planned(const testing::BothWays& b, const TokenPlan& plan,
                    const std::vector<std::string>& actions, Index first, Index last) {
  Picoseconds sum = 0;
  for (const Step& step : plan.steps) {
    if (b.mapping.network.op(step.vertex).layer != 0) continue;
    if (std::find(actions.begin(), actions.end(), step.action) == actions.end()) continue;
    for (Index t = first; t <= last; ++t) sum += step.extra(positions_of(b.request, t));
  }
  return sum;
}

void expect_same(const TransformerSpec& spec, Index macros, const Workload& workload) {
  const testing::BothWays b(spec, testing::one_or_many(macros), workload);
  const TokenPlan plan = plan_tokens(b.mapping, b.request);
  AttentionClock clock(spec, b.mapping.chip.spec, b.request, 1);
  const AttentionTimes& times = clock.of(b.layout.attention[0]);
  const Index prompt = b.request.prompt, last = b.request.tokens() - 1;
  const std::vector<std::string> waited{"scores", "softmax", "values", "fetch_kv"};
  EXPECT_EQ(times.last_of_prompt, planned(b, plan, waited, prompt - 1, prompt - 1));
  EXPECT_EQ(times.generated, planned(b, plan, waited, prompt, last));
  EXPECT_EQ(times.units.sequence, planned(b, plan, {"scores", "values"}, 0, prompt - 1));
  EXPECT_EQ(times.lanes.decode, b.request.batch * planned(b, plan, {"softmax"}, prompt, last));
  EXPECT_EQ(&clock.of(b.layout.attention[0]), &times);
}

TEST(AttentionTimes, AreThoseOfThePlansSteps) {
  for (const Index macros : {1, 9, 100'000}) {
    for (const TransformerSpec& spec :
         {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek()}) {
      expect_same(spec, macros, {20, 17, 2, {}});
    }
    expect_same(testing::tiny_bert(), macros, {30, {}, 1, {}});
  }
}

/// Of layer 2, the first of the second stack: its own attention and that of the source.
TEST(AttentionTimes, OfASecondStackAreThoseOfBothAttentions) {
  const std::vector<std::string> waited{"scores", "softmax", "values", "fetch_kv"};
  for (const Index macros : {1, 9, 100'000}) {
    const testing::BothWays b(testing::tiny_t5(), testing::one_or_many(macros), {20, 17, 2, {}});
    const TokenPlan plan = plan_tokens(b.mapping, b.request);
    Picoseconds own = 0, crossing = 0;  // of all generated tokens
    for (const Step& step : plan.steps) {
      if (b.mapping.network.op(step.vertex).layer != 2) continue;
      if (std::find(waited.begin(), waited.end(), step.action) == waited.end()) continue;
      const bool crosses = is_cross_attention(b.mapping.network, step.vertex);
      for (Index t = 1; t <= 16; ++t) {
        (crosses ? crossing : own) += step.extra(positions_of(b.request, t));
      }
    }
    AttentionClock clock(b.mapping.network.spec, b.mapping.chip.spec, b.request, 1);
    const AttentionSpread& spread = b.layout.attention[2];
    EXPECT_EQ(clock.of(seen_by(spread, false, b.request)).generated, own);
    EXPECT_EQ(clock.of(seen_by(spread, true, b.request)).generated, crossing);
    const LayerAttention both = clock.of(b.layers.kinds[b.layers.layers[4].kind], spread);
    EXPECT_EQ(both.times.generated, own + crossing);
    EXPECT_EQ(both.count, 2);
  }
}

/// Work of the memory that the plan of the first pass has in the second stack's layers.
TEST(AttentionTimes, OfASourceThatBuffersDoNotKeepIsWritten) {
  const testing::BothWays b(testing::tiny_t5(), testing::one_or_many(9), {60, 2, 2, {}});
  const Request first = first_stack_of(b.request);
  const AttentionSpread& spread = b.layout.attention[2];
  ASSERT_LT(spread.buffered, 60);
  TokenPlan plan = plan_tokens(b.mapping, first);
  std::erase_if(plan.steps,
                [&](const Step& step) { return b.mapping.network.op(step.vertex).layer != 2; });
  Picoseconds written = 0;
  const auto work = resource_work(plan, first);
  for (size_t r = 0; r < work.size(); ++r) {
    if (plan.resources[r].kind == ResourceKind::dram) written += work[r];
  }
  const AttentionClock clock(b.mapping.network.spec, b.mapping.chip.spec, first, 1);
  EXPECT_GT(written, 0);
  EXPECT_EQ(clock.source_spill(spread).prefill, written);
}

TEST(AttentionTimes, OfTheMemoryAreThoseOfAFetch) {
  const ChipSpec spec = testing::shipped_chip();
  const Chip chip = compile_chip(spec);
  for (const Index pieces : {0, 1, 3}) {
    const Fetch theirs = fetch_of(chip, {0}, {5000, pieces}, "fetch");
    const DramTime ours = dram_time(spec, 5000, pieces, 1);
    EXPECT_EQ(ours.busy, theirs.busy);
    EXPECT_EQ(ours.start_up, theirs.start_up);
  }
}

}  // namespace
}  // namespace ohm
