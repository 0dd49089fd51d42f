// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_layers.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Waking takes nothing, so that every wait is gated, also the short ones of small networks.
Estimate estimated(TransformerSpec spec, Fidelity fidelity, Workload workload = {1, 6, 1, {}}) {
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("gating", "idle_tiles"), testing::with("gating.wake_time", "0 s"),
       testing::with("gating.wake_energy", "0 J"),
       testing::with("gating.rail_capacitance", "0 F/m2"), testing::with("macros_per_tile", "8"),
       testing::with("core.macros", "1")});
  return estimate_structure(spec, chip, workload, fidelity);
}

TransformerSpec nine_layers(TransformerSpec spec) {
  spec.n_layers = 9;
  return spec;
}

double joules(const Estimate& e, const std::string& component) {
  const auto found = e.ledger.leaves().find({component, "", -1, "static"});
  return found == e.ledger.leaves().end() ? 0.0 : found->second.energy.si();
}

/// Automatic keeps all nine layers, structure three.
TEST(GatedLayers, FewLayersGateAsAllOfThemDo) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    const Estimate all = estimated(nine_layers(spec), Fidelity::automatic);
    const Estimate few = estimated(nine_layers(spec), Fidelity::structure);
    ASSERT_EQ(all.fidelity, "events");
    EXPECT_EQ(few.makespan, all.makespan) << spec.name;
    EXPECT_EQ(few.wake_ups, all.wake_ups) << spec.name;
    EXPECT_NEAR(few.gated_share, all.gated_share, 1e-9) << spec.name;
    EXPECT_NEAR(joules(few, "leakage") / joules(all, "leakage"), 1.0, 1e-9) << spec.name;
    EXPECT_GT(few.gated_share, 0.5);
  }
}

/// With every layer kept and nothing thinned out, tile by tile.
TEST(GatedLayers, GateEveryTileAsTheFullScheduleDoes) {
  for (TransformerSpec spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    for (const char* wake : {"ahead", "on_demand"}) {
      const ChipSpec chip = testing::shipped_chip(
          {testing::with("gating", "idle_tiles"), testing::with("gating.wake", wake),
           testing::with("gating.wake_time", "3 ns"),
           testing::with("gating.rail_capacitance", "1e-6 F/m2"),
           testing::with("macros_per_tile", "4"), testing::with("core.macros", "1")});
      const Reduction all = keep_layers(spec, spec.n_layers);
      const BandGrid grid = band_grid(chip, {});
      const BandMapping laid = map_in_bands(build_network(spec), chip, grid);
      const Request request = resolve(spec, {9, 5, 2, {}});
      TokenPlan plan = plan_tokens(laid.mapping, request);
      GatedLayers layers(laid.mapping, laid.bands, all);
      layers.add(plan, request);
      plan.gating = gating_rule(laid.mapping, plan);
      const Schedule full = schedule(plan, request);
      const Gated gated = layers.over(full.makespan);
      EXPECT_EQ(gated.off, full.gated.off) << spec.name << wake;
      EXPECT_EQ(gated.woken, full.gated.woken) << spec.name << wake;
      EXPECT_GT(gated.wake_ups, std::ssize(gated.off)) << spec.name << wake;
    }
  }
}

TEST(GatedLayers, TilesInUseArePoweredOrGated) {
  const Estimate e = estimated(nine_layers(testing::tiny_mixtral()), Fidelity::structure);
  EXPECT_GT(e.wake_ups, 0);
  EXPECT_GT(e.gated_share, 0.0);
  EXPECT_LT(e.gated_share, 1.0);
}

TEST(GatedLayers, RefusesMoreStepsThanItCanTake) {
  EXPECT_THROW(estimated(nine_layers(testing::tiny_gpt()), Fidelity::shape, {30, 30, 1 << 16, {}}),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
