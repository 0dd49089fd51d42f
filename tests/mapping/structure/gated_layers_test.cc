// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_layers.h"

#include <gtest/gtest.h>

#include "core/error.h"
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
