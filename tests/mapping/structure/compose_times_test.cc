// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/compose_times.h"

#include <gtest/gtest.h>

#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/bands.h"
#include "tests/mapping/chip_builder.h"

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

/// All layers by events, and few of them repeated.
Both both(TransformerSpec spec, Index layers, const char* macros, const Workload& workload,
          Fidelity fidelity = Fidelity::structure) {
  spec.n_layers = layers;
  const Request request = resolve(spec, workload);
  const ChipSpec chip = chip_with(macros);
  const Network whole = build_network(spec);
  const Index columns = band_columns(whole, chip);
  const BandMapping full = map_in_bands(whole, chip, columns);
  const Reduction reduction = keep_layers(spec, 3);
  const BandMapping few = map_in_bands(build_network(reduction.spec), chip, columns);
  return {
      schedule(plan_tokens(full.mapping, request), request),
      compose_times(few.mapping, plan_tokens(few.mapping, request), reduction, request, fidelity)};
}

TEST(ComposeTimes, OfOneSequenceEqualAllEvents) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama(),
                                      testing::tiny_mixtral(), testing::tiny_deepseek()}) {
    for (const Index layers : {2, 3, 6}) {
      for (const char* macros : {"2", "4", "96"}) {
        for (const Workload& load : {Workload{1, 12, 1, {}}, Workload{14, 6, 1, {}}}) {
          const Both b = both(spec, layers, macros, load);
          if (!b.composed.exact) continue;
          EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << layers << macros;
          EXPECT_EQ(b.composed.makespan, b.all.makespan) << spec.name << layers << macros;
        }
        EXPECT_TRUE(both(spec, layers, macros, {1, 12, 1, {}}).composed.exact);
      }
    }
  }
}

TEST(ComposeTimes, OfBatchesOfPromptsEqualAllEventsWhereTheyRepeat) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    for (const Index batch : {2, 5}) {
      for (const char* macros : {"2", "96"}) {
        const Both b = both(spec, 6, macros, {10, 1, batch, {}});
        if (b.composed.exact) {
          EXPECT_EQ(b.composed.outputs, b.all.outputs) << spec.name << batch << macros;
        }
        const auto ratio =
            static_cast<double>(b.composed.makespan) / static_cast<double>(b.all.makespan);
        EXPECT_NEAR(ratio, 1.0, 0.05) << spec.name << batch << macros;
      }
    }
  }
}

TEST(ComposeTimes, OfEncodersEqualAllEventsWhereTheyRepeat) {
  for (const Index batch : {1, 3}) {
    const Both b = both(testing::tiny_bert(), 6, "4", {20, {}, batch, {}});
    if (b.composed.exact) {
      EXPECT_EQ(b.composed.makespan, b.all.makespan) << batch;
    }
    const auto ratio =
        static_cast<double>(b.composed.makespan) / static_cast<double>(b.all.makespan);
    EXPECT_NEAR(ratio, 1.0, 0.05) << batch;
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
