// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/compose_times.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/carried_plan.h"
#include "mapping/structure/decode_ring.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/structure/deep_grid.h"

namespace ohm {
namespace {

ChipSpec chip_with(const char* macros) {
  return testing::shipped_chip(
      {testing::with("macros_per_tile", macros), testing::with("mesh", "{columns: 3, rows: 2}")});
}

struct Both {
  Schedule all;
  ComposedTimes composed;
};

enum class Pass { whole, decoding };

/// All events of what comes behind all but the last token of the prompts; `few` tells how far apart
/// sequences begin.
Schedule decoded(const TokenPlan& plan, const CarriedPlan& few, Request request) {
  const Index rounds = 1 + (request.batch > 1 ? std::min<Index>(2, request.prompt - 2) : 0);
  request.prompt -= rounds;
  const size_t wanted = static_cast<size_t>(request.generate * request.batch);
  request.generate += rounds + (request.batch > 1 ? 3 : 0);
  const auto starts = spread_starts({few.plan, few.repeats()}, request);
  Schedule s = schedule_generated(plan, request, {}, {{}, starts});
  const auto last = s.outputs.begin() + (rounds - 1) * request.batch;
  const double before = std::accumulate(last, last + request.batch, 0.0);
  s.outputs.erase(s.outputs.begin(), last + request.batch);
  s.outputs.resize(wanted);
  for (Picoseconds& output : s.outputs) {
    output -= static_cast<Picoseconds>(before / static_cast<double>(request.batch));
  }
  return s;
}

/// All layers by events, and few of them repeated.
Both both(TransformerSpec spec, Index layers, const ChipSpec& chip, const Workload& workload,
          Fidelity fidelity = Fidelity::structure, Pass pass = Pass::whole) {
  spec.n_layers = layers;
  const Request request = resolve(spec, workload);
  const Network whole = build_network(spec);
  const BandGrid grid = testing::grid_of_deep(whole, chip);
  const BandMapping full = map_in_bands(whole, chip, grid);
  Reduction reduction = keep_layers(spec, 3, periods_of(whole, chip, grid));
  reduction.one_memory = chip.system.empty();
  const BandMapping few = map_in_bands(build_network(reduction.spec), chip, grid);
  const TokenPlan all = plan_tokens(full.mapping, request),
                  some = plan_tokens(few.mapping, request);
  if (pass == Pass::decoding) {
    return {decoded(all, carry_on(few.mapping, some, reduction, 0), request),
            compose_decoding(few.mapping, some, reduction, request, fidelity)};
  }
  return {schedule(all, request), compose_times(few.mapping, some, reduction, request, fidelity)};
}

Both both(const TransformerSpec& spec, Index layers, const char* macros, const Workload& workload,
          Fidelity fidelity = Fidelity::structure) {
  return both(spec, layers, chip_with(macros), workload, fidelity);
}

/// Chips side by side, and pairs of chips on boards; slow links, so that crossing one shows.
std::vector<ChipSpec> chips_of_systems(const char* macros) {
  LevelSpec chips;
  chips.link.bandwidth = BytesPerSecond(1e9);
  chips.link.latency = Seconds(50e-9);
  LevelSpec pairs = chips;
  pairs.columns = 1;
  pairs.rows = 2;
  LevelSpec boards = chips;
  boards.link.latency = Seconds(900e-9);
  std::vector<ChipSpec> systems(3, chip_with(macros));
  systems[0].system = {chips};
  systems[1].system = {pairs, boards};
  chips.columns = 2;  // as wide as that
  systems[2].system = {chips};
  return systems;
}

TEST(ComposeTimes, OfOneSequenceOnManyChipsEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    for (const char* macros : {"1", "4", "96"}) {
      for (const ChipSpec& chip : chips_of_systems(macros)) {
        for (const Index layers : {2, 3, 6, 13}) {
          const Both b = both(spec, layers, chip, {1, 5, 1, {}});
          EXPECT_TRUE(b.composed.exact) << spec.name << layers << macros;
          EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << layers << macros;
          EXPECT_EQ(b.composed.makespan, b.all.makespan) << spec.name << layers << macros;
        }
        const Both b = both(spec, 13, chip, {17, 3, 1, {}});
        EXPECT_TRUE(b.composed.exact) << spec.name << macros;
        EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << macros;
      }
    }
  }
}

TEST(ComposeTimes, OfShapesOnManyChipsAreNeverLaterThanEvents) {
  for (const TransformerSpec& spec : {testing::tiny_llama(), testing::tiny_deepseek()}) {
    for (const ChipSpec& chip : chips_of_systems("4")) {
      const Both b = both(spec, 13, chip, {6, 5, 3, {}}, Fidelity::shape);
      for (size_t i = 0; i < b.all.outputs.size(); ++i) {
        EXPECT_LE(b.composed.outputs[i], b.all.outputs[i]) << spec.name << i;
      }
    }
  }
}

TEST(ComposeTimes, OfOneSequenceEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    for (const Index layers : {2, 3, 6}) {
      for (const char* macros : {"2", "4", "96"}) {
        for (const Workload& load : {Workload{1, 12, 1, {}}, Workload{14, 6, 1, {}}}) {
          const Both b = both(spec, layers, macros, load);
          EXPECT_TRUE(b.composed.exact) << spec.name << layers << macros;
          EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << layers << macros;
          EXPECT_EQ(b.composed.makespan, b.all.makespan) << spec.name << layers << macros;
        }
      }
    }
  }
}

TEST(ComposeTimes, OfBatchesOfPromptsEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    for (const Index batch : {2, 5}) {
      for (const char* macros : {"2", "96"}) {
        const Both b = both(spec, 6, macros, {10, 1, batch, {}});
        EXPECT_TRUE(b.composed.exact) << spec.name << batch << macros;
        EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << batch << macros;
      }
    }
  }
}

TEST(ComposeTimes, OfBatchesThatGenerateEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    std::vector<ChipSpec> chips = chips_of_systems("4");
    chips.push_back(chip_with("4"));
    for (const ChipSpec& chip : chips) {
      for (const Index batch : {2, 8}) {
        const Both b = both(spec, 13, chip, {6, 9, batch, {}});
        EXPECT_TRUE(b.composed.exact) << spec.name << batch;
        EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << batch;
        EXPECT_EQ(b.composed.makespan, b.all.makespan) << spec.name << batch;
        const Schedule same = as_schedule(b.composed, {true, 6, 9, batch});
        EXPECT_EQ(same.ttft, b.all.ttft) << spec.name << batch;
        EXPECT_EQ(same.tpot, b.all.tpot) << spec.name << batch;  // to the last bit
        EXPECT_GE(b.composed.makespan, b.composed.critical_path) << spec.name << batch;
      }
    }
  }
}

/// Prompts in the cache: sequences begin spread over a step.
TEST(ComposeTimes, OfDecodingInBatchesEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_llama(), testing::tiny_deepseek()}) {
    const ChipSpec chip = chips_of_systems("4").front();
    for (const Index batch : {1, 4}) {
      const Both b = both(spec, 13, chip, {6, 9, batch, {}}, Fidelity::structure, Pass::decoding);
      EXPECT_TRUE(b.composed.exact) << spec.name << batch;
      EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << batch;
    }
  }
}

/// Where a resource is what bounds a batch, its queue is there from the first step to the last.
TEST(ComposeTimes, OfDecodingAreNoFasterWhereTheyBegin) {
  const TransformerSpec spec = testing::tiny_llama();
  const auto tpot = [&](Index generate) {
    const Workload workload{40 - generate, generate, 40, {}};
    const Both b = both(spec, 6, chip_with("4"), workload, Fidelity::structure, Pass::decoding);
    return as_schedule(b.composed, resolve(spec, workload)).tpot;
  };
  EXPECT_NEAR(tpot(4) / tpot(20), 1.0, 0.05);
}

TEST(ComposeTimes, OfDecodingAreCalledEventsOnlyWhereTheyAreThose) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 2;
  const Mapping mapping = map_network(build_network(spec), chip_with("96"));
  for (const Index batch : {3, 1000}) {
    const Request request = resolve(spec, {6, 20, batch, {}});
    const ComposedTimes times = compose_decoding(
        mapping, plan_tokens(mapping, request), keep_layers(spec, 3), request, Fidelity::automatic);
    EXPECT_EQ(times.exact, batch == 3);
    EXPECT_EQ(times.fidelity, batch == 3 ? "events" : "structure");
  }
}

/// More than is simulated unasked: layers left out are those that stand for them.
TEST(ComposeTimes, OfLargeBatchesThatGenerateAreNearAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_llama(), testing::tiny_deepseek()}) {
    const Both b =
        both(spec, 13, chips_of_systems("4").front(), {6, 40, 64, {}}, Fidelity::automatic);
    EXPECT_EQ(b.composed.fidelity, "structure") << spec.name;
    EXPECT_FALSE(b.composed.exact) << spec.name;
    const auto ratio =
        static_cast<double>(b.composed.makespan) / static_cast<double>(b.all.makespan);
    EXPECT_NEAR(ratio, 1.0, 0.05) << spec.name;
  }
}

TEST(ComposeTimes, OfEncodersEqualAllEvents) {
  for (const Index batch : {1, 3}) {
    const Both b = both(testing::tiny_bert(), 6, "4", {20, {}, batch, {}});
    EXPECT_TRUE(b.composed.exact) << batch;
    EXPECT_EQ(b.composed.outputs, b.all.outputs) << batch;
  }
}

TEST(ComposeTimes, OfShapesAreNeverLaterThanEvents) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek()}) {
    for (const Index batch : {1, 4}) {
      const Both b = both(spec, 6, "4", {10, 6, batch, {}}, Fidelity::shape);
      EXPECT_EQ(b.composed.fidelity, "shape");
      for (size_t i = 0; i < b.all.outputs.size(); ++i) {
        EXPECT_LE(b.composed.outputs[i], b.all.outputs[i]) << spec.name << batch;
      }
      EXPECT_GE(b.composed.makespan, b.composed.critical_path);
    }
  }
}

}  // namespace
}  // namespace ohm
