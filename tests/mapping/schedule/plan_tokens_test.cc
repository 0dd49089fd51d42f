// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/plan_attention.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "core/error.h"
#include "crossbar/cost/macro_timing.h"
#include "mapping/schedule/schedule.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

std::map<std::string, int> actions(const TokenPlan& plan) {
  std::map<std::string, int> count;
  for (const Step& step : plan.steps) ++count[step.action];
  return count;
}

TEST(PlanTokens, ListsEveryOperatorAndOrdersItsSteps) {
  const Mapping m = mapped(testing::tiny_gpt());
  const TokenPlan plan = plan_tokens(m, {true, 8, 8, 1});
  auto count = actions(plan);
  EXPECT_EQ(count["mvm"], 9);
  EXPECT_EQ(count["dequantise"], 9);
  EXPECT_EQ(count["quantise"], 9 + 2);  // matrices, and keys and values
  EXPECT_EQ(count["norm"], 5);
  EXPECT_EQ(count["residual"], 4);
  EXPECT_EQ(count["scores"], 2);
  EXPECT_EQ(count["softmax"], 2);
  EXPECT_EQ(count["values"], 2);
  EXPECT_EQ(count["fetch"], 1);
  std::set<Index> vertices;
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    vertices.insert(plan.steps[k].vertex);
    for (const Index before : plan.steps[k].after) EXPECT_LT(before, static_cast<Index>(k));
    for (const Claim& claim : plan.steps[k].claims) {
      EXPECT_LE(claim.offset + claim.busy, plan.steps[k].latency);
    }
  }
  EXPECT_EQ(vertices.size(), m.network.order.size());
}

TEST(PlanTokens, SingleTokenTakesItsCriticalPath) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_bert()}) {
    const Request request{spec.is_decoder(), 1, spec.is_decoder() ? 1 : 0, 1};
    const TokenPlan plan = plan_tokens(mapped(spec), request);
    EXPECT_EQ(schedule(plan, request).makespan, critical_path(plan, request));
  }
}

TEST(PlanTokens, KeysAndValuesBeyondTheBuffersAreWrittenOnceEach) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("buffer.capacity", "512 B")});
  const Index kept = buffered_positions(m, 0, 1);
  const Request request{true, kept + 5, 1, 1};
  const TokenPlan plan = plan_tokens(m, request);
  EXPECT_EQ(actions(plan)["spill_kv"], 2);
  const DramSpec& dram = m.chip.spec.dram;
  const double each = occupation(dram, 2 * 32, DramAccess::scattered).si() * 1e12;
  for (const Step& step : plan.steps) {
    if (step.action != "spill_kv") continue;
    Picoseconds busy = 0;
    for (Index t = 0; t < request.tokens(); ++t) busy += step.occupation(positions_of(request, t));
    EXPECT_NEAR(static_cast<double>(busy), 5.0 * each, 5.0);
  }
}

TEST(PlanTokens, MvmTakesTheTimeOfItsMacro) {
  const Mapping m = mapped(testing::tiny_gpt());
  const MacroTiming timing = macro_timing(m.chip.spec.macro, 32, 16);
  for (const Step& step : plan_tokens(m, {true, 8, 8, 1}).steps) {
    if (step.action != "mvm" || m.network.op(step.vertex).in_features != 32) continue;
    const double loading = 2.0 * 32.0 / m.chip.spec.buffer.bandwidth.si();
    EXPECT_NEAR(static_cast<double>(step.latency), (timing.latency.si() + loading) * 1e12, 2.0);
    if (m.network.op(step.vertex).name == "head") continue;
    EXPECT_NEAR(static_cast<double>(step.claims[0].busy), timing.interval.si() * 1e12, 1.0);
  }
}

/// Makespan of a prompt of 24 and 8 generated tokens.
Picoseconds makespan(const std::string& key, const std::string& value) {
  const Request request{true, 24, 8, 2};
  return schedule(plan_tokens(mapped(testing::tiny_gpt(), {testing::with("macros_per_tile", "8"),
                                                           testing::with(key, value)}),
                              request),
                  request)
      .makespan;
}

TEST(PlanTokens, FasterPartsNeverSlowTheChip) {
  EXPECT_GE(makespan("digital.lanes", "8"), makespan("digital.lanes", "16"));
  EXPECT_GT(makespan("digital.lanes", "8"), makespan("digital.lanes", "64"));
  EXPECT_GT(makespan("digital.clock", "100 MHz"), makespan("digital.clock", "1 GHz"));
  EXPECT_GT(makespan("noc.clock", "100 MHz"), makespan("noc.clock", "1 GHz"));
  EXPECT_GE(makespan("noc.flit_bits", "32"), makespan("noc.flit_bits", "256"));
  EXPECT_GT(makespan("buffer.bandwidth", "1 GB/s"), makespan("buffer.bandwidth", "64 GB/s"));
  EXPECT_GT(makespan("dram.latency", "1 us"), makespan("dram.latency", "10 ns"));
  EXPECT_GT(makespan("macro.read.time", "50 ns"), makespan("macro.read.time", "10 ns"));
}

TEST(PlanTokens, SpillsKeysAndValuesThatTheBuffersCannotHold) {
  const auto small = std::vector{testing::with("buffer.capacity", "512 B")};
  const Mapping m = mapped(testing::tiny_gpt(), small);
  const Index kept = buffered_positions(m, 0, 1);
  EXPECT_LT(kept, 64);
  EXPECT_LE(buffered_positions(m, 0, 2), kept / 2);
  auto count = actions(plan_tokens(m, {true, 40, 8, 1}));
  EXPECT_EQ(count["fetch_kv"], 2);
  EXPECT_EQ(actions(plan_tokens(mapped(testing::tiny_gpt()), {true, 40, 8, 1}))["fetch_kv"], 0);
  // by hand: a token keeps 2 × 8 bytes of each head on the tile, two layers share it
  const AttentionSite& site = m.placement.attention[0];
  EXPECT_EQ(kept, static_cast<Index>(512 * 0.75 / 2 /
                                     (16.0 * static_cast<double>(site.teams.most_heads()))) *
                      site.tiles_per_team());
}

TEST(PlanTokens, StreamsADigitalHeadFromDram) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("head", "digital")});
  const TokenPlan plan = plan_tokens(m, {true, 4, 4, 1});
  const auto head = std::find_if(plan.steps.begin(), plan.steps.end(),
                                 [](const Step& s) { return s.action == "stream_head"; });
  ASSERT_NE(head, plan.steps.end());
  EXPECT_EQ(head->tokens, StepTokens::generating);
  EXPECT_NEAR(static_cast<double>(head->claims[0].busy), 32 * 50 / 391e9 * 1e12, 1.0);
}

/// Two layers of the first stack store their own, three of the second the source's.
TEST(PlanTokens, KeysOfASourceAreStoredWhereverTheirMatrixLives) {
  const Request second{true, 1, 4, 1, 0, 9};
  for (const char* rules : {"[]", "[{match: '*cross.kv', on: digital}]"}) {
    const Mapping m = mapped(testing::tiny_t5(), {testing::with("map.matrices", rules)});
    auto count = actions(plan_tokens(m, first_stack_of(second)));
    EXPECT_EQ(count["store_kv"], 2 + 3) << rules;
    EXPECT_EQ(count["stream_head"], rules[1] == ']' ? 0 : 3);
  }
}

TEST(PlanTokens, GivesOperatorsTheTokensTheyAreFor) {
  const Network vit = build_network(testing::tiny_vit());
  for (const Index v : vit.order) {
    const Operator& op = vit.op(v);
    const StepTokens expected = op.name == "patch"  ? StepTokens::not_first
                                : op.name == "head" ? StepTokens::first
                                                    : StepTokens::every;
    EXPECT_EQ(tokens_of(vit, op), expected) << op.name;
  }
  EXPECT_EQ(embedding_tables(vit), 1);
  EXPECT_EQ(embedding_tables(build_network(testing::tiny_bert())), 3);
}

// The makespan itself may shrink by a few per cent: fetches stagger the tokens, and first come,
// first served is not the best order. What must hold is every wait and the critical path.
TEST(PlanTokens, EncoderFetchesKeysAndValuesOnlyAfterEveryTokenStoredIts) {
  const Request request{false, 40, 0, 1};
  const auto plan = [&](const std::string& capacity) {
    return plan_tokens(mapped(testing::tiny_bert(), {testing::with("buffer.capacity", capacity)}),
                       request);
  };
  const TokenPlan tiny = plan("64 B"), large = plan("64 KiB");
  EXPECT_GT(critical_path(tiny, request), critical_path(large, request));
  Index fetches = 0;
  for (const Step& step : tiny.steps) {
    if (step.action != "fetch_kv") continue;
    ++fetches;
    EXPECT_EQ(step.order, StepOrder::barrier);
    EXPECT_EQ(tiny.steps[static_cast<size_t>(step.gate)].action, "store_kv");
  }
  EXPECT_EQ(fetches, 2);
}

TEST(PlanTokens, RefusesAStepThatTakesTooLong) {
  const Mapping m =
      mapped(testing::shipped_network("gpt2-small"),
             {testing::with("head", "digital"), testing::with("dram.bandwidth", "1 kB/s")});
  EXPECT_THROW(plan_tokens(m, {true, 4, 4, 1}), ArgumentError);  // 38.6 MB take 38,597 s
}

/// A chip on which nothing but the arrays takes time.
ChipSpec chip_of_arrays(const std::vector<Override>& more) {
  std::vector<Override> all{testing::with("mesh.columns", "6"), testing::with("mesh.rows", "6"),
                            testing::with("macros_per_tile", "4"),
                            testing::with("macro.array.rows_active", "8")};
  all.insert(all.end(), more.begin(), more.end());
  ChipSpec chip = testing::shipped_chip(all);
  chip.digital.clock = chip.noc.clock = Hertz(1e30);
  chip.buffer.bandwidth = chip.dram.bandwidth = BytesPerSecond(1e30);
  chip.dram.latency = Seconds(0);
  return chip;
}

TEST(PlanTokens, CopiesShortenTheIntervalAsTheirSlowestMatrixSays) {
  const Network network = build_network(testing::tiny_gpt());
  for (const char* budget : {"11", "14", "19", "30"}) {
    const Mapping m =
        map_network(network, chip_of_arrays({testing::with("map.duplication", "throughput"),
                                             testing::with("map.budget", budget)}));
    double slowest = 0;
    Index round = 1;
    for (const StaticMatmul& matmul : network.matmuls) {
      if (matmul.part == "head") continue;  // for the last token of a prompt only
      const Index copies = m.placement.copies(matmul.id);
      round = std::lcm(round, copies);
      slowest = std::max(slowest, mvm_time(m.chip, m.partition, matmul).interval.si() * 1e12 /
                                      static_cast<double>(copies));
    }
    const auto makespan = [&](Index prompt) {
      const Request request{true, prompt, 1, 1};
      return static_cast<double>(schedule(plan_tokens(m, request), request).makespan);
    };
    const Index n = 4 * round;
    // softmax takes at least 1 ps for each position
    EXPECT_NEAR((makespan(3 * n) - makespan(n)) / static_cast<double>(2 * n), slowest,
                1e-4 * slowest)
        << budget;
  }
}

TEST(PlanTokens, CopiesServeTheSequencesOfABatchInTurn) {
  const Network network = build_network(testing::tiny_gpt());
  const Mapping one = map_network(network, chip_of_arrays({}));
  const Mapping two =
      map_network(network, chip_of_arrays({testing::with("map.duplication", "throughput"),
                                           testing::with("map.budget", "36")}));
  const Request request{true, 1, 8, 12};
  EXPECT_LT(static_cast<double>(schedule(plan_tokens(two, request), request).makespan),
            0.7 * static_cast<double>(schedule(plan_tokens(one, request), request).makespan));
}

TEST(PlanTokens, BlocksThatShareAnArrayWaitForEachOther) {
  const Network network = build_network(testing::tiny_gpt());
  const Mapping packed =
      map_network(network, chip_of_arrays({testing::with("map.packing", "edge_blocks")}));
  const Mapping plain = map_network(network, chip_of_arrays({}));
  const Request request{true, 16, 1, 1};
  const TokenPlan plan = plan_tokens(packed, request);
  EXPECT_EQ(plan.resources.back().kind, ResourceKind::array);
  EXPECT_GT(schedule(plan, request).makespan,
            schedule(plan_tokens(plain, request), request).makespan);
}

}  // namespace
}  // namespace ohm
