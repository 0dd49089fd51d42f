// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/plan_attention.h"

#include <gtest/gtest.h>

#include <map>

#include "mapping/schedule/plan_tokens.h"
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

TEST(PlanAttention, OfLatentsScattersQueriesRotationsAndTheLatent) {
  const Mapping m = mapped(testing::tiny_deepseek(), {testing::with("macros_per_tile", "4")});
  const TokenPlan plan = plan_tokens(m, {true, 8, 4, 1});
  auto count = actions(plan);
  EXPECT_EQ(count["rope"], 3 * 2);  // of queries and of the key
  EXPECT_EQ(count["store_kv"], 3);
  EXPECT_EQ(kv_bytes_per_position(m), 16 + 4);
  // four heads of 16 + 4 elements in scores, of 16 in values
  for (const Step& step : plan.steps) {
    if (step.action != "scores") continue;
    EXPECT_GT(step.growth.per_position, 0);
    EXPECT_EQ(step.growth.always, 0);
  }
}

/// By hand, one layer behind another: two rounds of three tiles a team, each merging two results of
/// 2 heads × 8 values on 64 lanes (1 cycle) while 3 × 40 bytes pass the buffer at 64 GB/s.
TEST(PlanAttention, TilesOfATeamMergeInPairs) {
  const Mapping m = mapped(testing::tiny_llama(), {testing::with("macros_per_tile", "1"),
                                                   testing::with("map.attention_tiles", "3")});
  const AttentionSite& site = m.placement.attention[0];
  ASSERT_EQ(site.tiles_per_team(), 3);
  Index merges = 0;
  for (const Step& step : plan_tokens(m, {true, 8, 4, 1}).steps) {
    if (step.action != "merge") continue;
    EXPECT_EQ(std::ssize(step.claims), site.teams.teams());
    EXPECT_EQ(step.claims.front().busy, 1875);
    ++merges;
  }
  EXPECT_EQ(merges, 2 * 2);
}

TEST(PlanAttention, OfASecondStackSeesEverySourceTokenAtOnce) {
  const Mapping m = mapped(testing::tiny_t5());
  Request request{true, 1, 5, 1};
  request.source = 20;
  const TokenPlan second = plan_tokens(m, request);
  Index crossing = 0;
  for (const Step& step : second.steps) {
    if (step.growth.always == 0) continue;
    ++crossing;
    EXPECT_EQ(step.growth.always, 20);
    EXPECT_EQ(step.extra(1), step.extra(5));
  }
  EXPECT_EQ(crossing, 3 * 3);  // scores, softmax, values
  EXPECT_EQ(actions(second)["mvm"], 3 * (2 + 2 + 2) + 1);
  auto first = actions(plan_tokens(m, first_stack_of(request)));
  EXPECT_EQ(first["mvm"], 2 * 4 + 3);  // and the keys and values of three layers
  EXPECT_EQ(first["store_kv"], 2 + 3);
}

TEST(PlanAttention, SecondStackKeepsItsSourceFirst) {
  const Mapping m = mapped(testing::tiny_t5());
  Request request{true, 1, 5, 1};
  request.source = 20;
  for (const Index v : m.network.order) {
    if (m.network.op(v).kind != OpKind::attention_scores) continue;
    if (reads_source(m.network, v)) continue;
    const Index all = buffered_positions(m, m.network.op(v).layer, 1);
    const bool cross = is_cross_attention(m.network, v);
    EXPECT_EQ(buffered_positions(m, v, request), cross ? all : all - 20);
    EXPECT_EQ(held_positions(m.network, v, request), cross ? 20 : 5);
  }
}

/// What buffers do not keep of a source is written by the pass that makes it, and never again.
TEST(PlanAttention, ASourceIsSpilledByTheFirstStack) {
  const Mapping m = mapped(testing::tiny_t5(), {testing::with("buffer.kv_share", "0")});
  Request request{true, 1, 5, 1};
  request.source = 20;
  const TokenPlan plan = plan_tokens(m, first_stack_of(request));
  EXPECT_EQ(actions(plan)["spill_kv"], 2 + 3);
  for (const Step& step : plan.steps) {
    if (step.action != "spill_kv") continue;
    EXPECT_GT(step.extra(20), 0);
  }
  auto second = actions(plan_tokens(m, request));
  EXPECT_EQ(second["spill_kv"], 3);
  EXPECT_EQ(second["fetch_kv"], 2 * 3);
}

/// Picoseconds that a request occupies resources of a kind.
Picoseconds work_of(const TokenPlan& plan, const Request& request, ResourceKind kind) {
  const auto work = resource_work(plan, request);
  Picoseconds sum = 0;
  for (size_t r = 0; r < work.size(); ++r) {
    if (plan.resources[r].kind == kind) sum += work[r];
  }
  return sum;
}

TEST(PlanAttention, EnginesAreOccupiedByWritingAndByBothProducts) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("attention", "attention_rram_kv")});
  const Request request{true, 8, 4, 2};
  const TokenPlan plan = plan_tokens(m, request);
  const Picoseconds write = 18040000;  // 8.52 pulses and reads of 1 us, and a last read
  Picoseconds products = 0;
  for (const Step& step : plan.steps) {
    if (step.action == "store_kv") {
      EXPECT_EQ(step.claims.front().busy, write);
    }
    if (step.action != "scores" && step.action != "values") continue;
    EXPECT_EQ(step.growth.per_position, 0);
    products += step.claims.front().busy;
  }
  // two layers, 11 tokens of two sequences, one tile
  EXPECT_EQ(work_of(plan, request, ResourceKind::attention), 22 * (2 * write + products));
}

/// Contention-free: of a single token, whatever waits is written first.
TEST(PlanAttention, ATokenWaitsForItsKeyToBeWritten) {
  const auto makespan = [](const std::string& pulse) {
    const Mapping m =
        mapped(testing::tiny_gpt(), {testing::with("attention", "attention_rram_kv"),
                                     testing::with("macro.device.programming.pulse_time", pulse)});
    return schedule(plan_tokens(m, {true, 1, 1, 1}), {true, 1, 1, 1}).makespan;
  };
  EXPECT_EQ(makespan("3 us") - makespan("1 us"), 2 * 17040000);  // two layers, 8.52 x 2 us each
}

TEST(PlanAttention, HardSigmoidsNeedNoLanes) {
  const Mapping m =
      mapped(testing::tiny_gpt(), {testing::with("attention", "attention_gain_cell")});
  auto count = actions(plan_tokens(m, {true, 8, 4, 1}));
  EXPECT_EQ(count["softmax"], 0);
  EXPECT_EQ(count["scores"], 2);
}

TEST(PlanAttention, KeysAndValuesInAMemoryAreFetchedFromTheFirstOn) {
  const Mapping m =
      mapped(testing::tiny_gpt(),
             {testing::with("kv", "{place: memory_rram, memories: [{memory: memory_rram}]}")});
  Request request{true, 8, 4, 1};
  EXPECT_EQ(actions(plan_tokens(m, request))["fetch_kv"], 0);
  request.kv_memory = 0;
  const TokenPlan plan = plan_tokens(m, request);
  EXPECT_EQ(actions(plan)["fetch_kv"], 2);
  for (const Step& step : plan.steps) {
    // 64 bytes at 256 GB/s, and at 16 GB/s
    const bool fetches = step.action == "fetch_kv", spills = step.action == "spill_kv";
    if (fetches || spills) {
      EXPECT_EQ(step.growth.per_position, fetches ? 250 : 4000);
    }
  }
}

/// The memories of a system serve together what tokens read, each for as long as its bytes take.
TEST(PlanAttention, MemoriesAreBusyForTheBytesThatTheyServe) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 5;
  const Mapping m = mapped(
      spec, {testing::with("mesh", "{columns: 2, rows: 2}"), testing::with("macros_per_tile", "1"),
             testing::with("map.placement", "snake"), testing::with("map.attention_tiles", "5"),
             testing::with("buffer.kv_share", "0"), testing::with("head", "crossbar"),
             testing::with("dram.bandwidth", "100 MB/s"),
             testing::with("system", "[{link: link_ucie_standard}]")});
  ASSERT_GT(m.chip.mesh.n_chips(), 2);
  const Request request{true, 9, 5, 3};
  TokenPlan plan = plan_tokens(m, request);
  std::erase_if(plan.steps, [](const Step& step) { return step.action != "fetch_kv"; });
  for (Step& step : plan.steps) step.after.clear();
  ASSERT_EQ(plan.steps.size(), 5u);
  Picoseconds served = 0;
  const std::vector<Picoseconds> busy = resource_work(plan, request);
  for (size_t r = 0; r < busy.size(); ++r) {
    if (plan.resources[r].kind == ResourceKind::dram) served += busy[r];
  }
  // three sequences, tokens 0 to 12, of which each reads itself and all before it
  const double positions = 3.0 * 13.0 * 14.0 / 2.0;
  const double bytes = 5.0 * positions * static_cast<double>(kv_bytes_per_position(m));
  EXPECT_NEAR(static_cast<double>(served) * 1e-12 * 100e6 / bytes, 1.0, 0.02);
}

Schedule encoded(const std::string& overlap, const std::string& block = "4") {
  const Mapping m = mapped(testing::tiny_bert(), {testing::with("attention.overlap", overlap),
                                                  testing::with("attention.block", block)});
  const Request request{false, 24, 0, 1};
  return schedule(plan_tokens(m, request), request);
}

TEST(PlanAttention, BlocksDoTheSameWorkOnTheMultipliers) {
  const auto busy = [](const Schedule& s) {
    Picoseconds sum = 0;
    for (size_t r = 0; r < s.busy.size(); ++r) {
      if (s.resources[r].kind == ResourceKind::attention) sum += s.busy[r];
    }
    return sum;
  };
  const Picoseconds tokens = busy(encoded("tokens"));
  EXPECT_EQ(busy(encoded("turns")), tokens);
  EXPECT_EQ(busy(encoded("blocks")), tokens);
  EXPECT_EQ(busy(encoded("blocks", "5")), tokens);
}

/// Two engines that overlap are at most twice as fast as in turn.
TEST(PlanAttention, OverlapGainsAtMostWhatTwoEnginesCan) {
  const Schedule turns = encoded("turns"), tokens = encoded("tokens"), blocks = encoded("blocks");
  EXPECT_LE(tokens.makespan, turns.makespan);
  EXPECT_LT(blocks.makespan, turns.makespan);
  EXPECT_LT(turns.makespan, 2 * blocks.makespan);
  for (const Schedule& s : {turns, tokens, blocks}) EXPECT_GE(s.makespan, s.bounds.lower());
}

TEST(PlanAttention, OneBlockOfAllKeysIsTheBarrier) {
  EXPECT_EQ(encoded("blocks", "24").makespan, encoded("tokens").makespan);
}

}  // namespace
}  // namespace ohm
