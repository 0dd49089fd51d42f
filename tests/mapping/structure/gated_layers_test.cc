// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_layers.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/estimate/estimate.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/random_draw.h"
#include "tests/mapping/structure/deep_grid.h"

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
      ComposedTimes times{{}, 0, 0, "events", true};
      layers.add(plan, request, times, 0.0);
      plan.gating = gating_rule(laid.mapping, plan);
      const Schedule full = schedule(plan, request);
      const Gated gated = layers.over(full.makespan);
      if (full.gated.waited > 0) {
        EXPECT_EQ(times.outputs, full.outputs) << spec.name << wake;
      }
      EXPECT_EQ(gated.off, full.gated.off) << spec.name << wake;
      EXPECT_EQ(gated.woken, full.gated.woken) << spec.name << wake;
      EXPECT_GT(gated.wake_ups, std::ssize(gated.off)) << spec.name << wake;
    }
  }
}

class Draw : public testing::RandomDraw {
 public:
  using RandomDraw::RandomDraw;

  TransformerSpec network() {
    TransformerSpec spec = one_of({testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_bert(),
                                   testing::tiny_mixtral(), testing::tiny_deepseek()});
    spec.n_layers = number(6, 12);
    if (spec.n_experts > 0) return spec;
    spec.d_model = 8 * number(2, 9);
    spec.d_ff = number(9, 200);
    return spec;
  }

  /// Chips side by side, whose tiles wake for gaps of some 30 ns to 3 us.
  ChipSpec chip() {
    static const ChipSpec kShipped = testing::shipped_chip(
        {testing::with("gating", "idle_tiles"), testing::with("buffer.when_full", "grow"),
         testing::with("system",
                       "[{link: {bandwidth: 64 GB/s, energy: 0.6 pJ/bit, latency: 2 ns, area: 0.01 "
                       "mm2, beachfront: 0.1 um, source: test}}]")});
    ChipSpec chip = kShipped;
    chip.macro.array.n_wordlines = chip.macro.array.rows_active = number(16, 64);
    chip.macro.array.n_bitlines = 16 * number(1, 6);
    chip.macros_per_tile = one_of<Index>({2, 5, 16});
    chip.mesh = {number(2, 5), number(2, 5)};
    chip.gating.rail_capacitance = FaradsPerSquareMetre(1e-3 * one_of({0.03, 0.1, 1.0}));
    chip.gating.wake_time = Seconds(1e-9 * one_of({0.0, 10.0, 50.0}));
    return chip;
  }

  Workload workload(const TransformerSpec& network) {
    if (!network.is_decoder()) return {number(2, 30), {}, number(1, 2), {}};
    return {number(1, 40), number(1, 8), number(1, 3), {}};
  }
};

/// Three periods of layers are kept, and their tiles copied for the others.
TEST(GatedLayers, GateTilesOfLayersLeftOutAsEventsOfAllLayersDo) {
  Draw draw(7);
  int left_out = 0;
  for (int i = 0; i < 16 && !::testing::Test::HasFailure(); ++i) {
    const TransformerSpec spec = draw.network();
    const ChipSpec chip = draw.chip();
    const Workload load = draw.workload(spec);
    SCOPED_TRACE(spec.name + " of " + std::to_string(spec.n_layers) + " layers");
    const Estimate all = estimate(map_network(build_network(spec), chip), load);
    const Estimate few = estimate_structure(spec, chip, load, Fidelity::structure);
    EXPECT_EQ(few.wake_ups, all.wake_ups);
    EXPECT_NEAR(joules(few, "leakage") / joules(all, "leakage"), 1.0, 1e-9);
    left_out += few.fidelity == "structure" ? 1 : 0;
  }
  EXPECT_GT(left_out, 8);
}

/// All layers of a network and the few that stand for them, and what events of all gate.
struct Sides {
  testing::Laid laid;
  Request request;
  Schedule all;

  Sides(const TransformerSpec& spec, const Workload& load, double break_even)
      : laid(
            testing::laid(spec, 14,
                          testing::shipped_chip({testing::with("gating", "idle_tiles"),
                                                 testing::with("macros_per_tile", "4"),
                                                 testing::with("mesh", "{columns: 3, rows: 2}")}))),
        request(resolve(spec, load)) {
    for (BandMapping* mapped : {&laid.few, &laid.all}) {
      mapped->mapping.chip.kinds.front().power.break_even = Seconds(break_even);
    }
    TokenPlan plan = plan_tokens(laid.all.mapping, request);
    plan.gating = gating_rule(laid.all.mapping, plan);
    all = schedule(plan, request);
  }

  Gated few(ComposedTimes times, double work) const {
    GatedLayers layers(laid.few.mapping, laid.few.bands, laid.reduction);
    layers.add(plan_tokens(laid.few.mapping, request), request, times, work);
    return layers.over(all.makespan);
  }

  ComposedTimes times() const {
    return compose_times(laid.few.mapping, plan_tokens(laid.few.mapping, request), laid.reduction,
                         request, Fidelity::structure);
  }
};

/// A token is away from three layers for less than the break-even time, from fourteen for longer.
TEST(GatedLayers, WaitsBetweenGeneratedTokensAreThoseOfAllLayers) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    const Sides first(spec, {1, 9, 1, {}}, 1.0);
    const double step = static_cast<double>(first.all.makespan) / 9e12;
    const Sides sides(spec, {1, 9, 1, {}}, 0.5 * step);
    EXPECT_GT(sides.all.gated.wake_ups, 8 * first.all.gated.wake_ups);
    for (const double work : {0.0, 1e12}) {  // of the kept layers, and of all
      const Gated few = sides.few(sides.times(), work);
      EXPECT_EQ(few.wake_ups, sides.all.gated.wake_ups) << spec.name << work;
      EXPECT_EQ(few.off_time(), sides.all.gated.off_time()) << spec.name << work;
    }
  }
}

/// A sixth of the tokens, and a twelfth.
TEST(GatedLayers, ShortenedPromptsPowerTilesForAboutAsLong) {
  for (TransformerSpec spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    spec.context = 300;
    const Sides sides(spec, {300, 1, 1, {}}, 1e-7);
    ComposedTimes times = sides.times();
    times.exact = false;
    times.carried = 99;
    times.shortening = Shortening{6, 1};
    const Gated few = sides.few(times, 0.0);
    const auto powered = [&](const Gated& gated) {
      return static_cast<double>(sides.all.makespan) * static_cast<double>(gated.off.size()) -
             gated.off_time();
    };
    EXPECT_NEAR(powered(few) / powered(sides.all.gated), 1.0, 0.1) << spec.name;
  }
}

/// Nobody wakes a tile before the request is there: what waits for it at first is as late as in
/// events of a mapping, where the DRAM answers sooner than tiles wake.
TEST(GatedLayers, FirstStepsWaitForTilesThatWake) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_llama()}) {
    const auto chip = [](const char* wake_time) {
      return testing::shipped_chip({testing::with("gating", "idle_tiles"),
                                    testing::with("gating.wake_time", wake_time),
                                    testing::with("dram.latency", "0 s")});
    };
    const Workload load{7, 1, 2, {}};
    const Estimate mapped = estimate(map_network(build_network(spec), chip("1 us")), load);
    const Estimate solved = estimate_structure(spec, chip("1 us"), load);
    EXPECT_EQ(solved.fidelity, "events");
    EXPECT_EQ(solved.ttft, mapped.ttft) << spec.name;
    EXPECT_EQ(solved.makespan, mapped.makespan) << spec.name;
    EXPECT_GT(solved.ttft, estimate_structure(spec, chip("0 s"), load).ttft) << spec.name;
    EXPECT_FALSE(estimate_structure(spec, chip("1 us"), load, Fidelity::shape).exact) << spec.name;
  }
}

/// Tiles that answers need wake while sources pass, and those that both need stay on between.
TEST(GatedLayers, OfTwoStacksOnlyTheFirstPassWaits) {
  const TransformerSpec spec = testing::tiny_t5();
  const auto chip = [](const char* wake_time) {
    return testing::shipped_chip(
        {testing::with("gating", "idle_tiles"), testing::with("gating.wake_time", wake_time),
         testing::with("gating.rail_capacitance", "1e-6 F/m2"),
         testing::with("macros_per_tile", "4"), testing::with("core.macros", "1"),
         testing::with("dram.latency", "0 s")});
  };
  for (const Workload& load : {Workload{7, 1, 2, {}}, Workload{5, 4, 1, {}}}) {
    const Estimate mapped = estimate(map_network(build_network(spec), chip("1 us")), load);
    const Estimate solved = estimate_structure(spec, chip("1 us"), load);
    const Estimate awake = estimate_structure(spec, chip("0 s"), load);
    ASSERT_EQ(solved.chips, 1);
    EXPECT_EQ(solved.schedule.outputs, mapped.schedule.outputs);
    EXPECT_EQ(solved.schedule.gated.off, mapped.schedule.gated.off);
    EXPECT_EQ(solved.schedule.gated.woken, mapped.schedule.gated.woken);
    const Picoseconds late = solved.schedule.source.makespan - awake.schedule.source.makespan;
    EXPECT_GT(late, 0);
    EXPECT_EQ(solved.schedule.makespan, awake.schedule.makespan + late);
  }
}

/// Waits of a microsecond are not gated: nothing that the source needed goes off before answers.
TEST(GatedLayers, WhatBothStacksNeedWakesOnce) {
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("gating", "idle_tiles"), testing::with("gating.wake_time", "1 ms")});
  const TransformerSpec spec = testing::tiny_t5();
  const Mapping mapping = map_network(build_network(spec), chip);
  const Estimate e = estimate(mapping, {7, 3, 1, {}});
  const auto tiles = static_cast<std::int64_t>(e.schedule.gated.woken.size());
  EXPECT_EQ(e.wake_ups, tiles);
  for (const std::int64_t woken : e.schedule.gated.woken) EXPECT_EQ(woken, 1);
  EXPECT_EQ(estimate_structure(spec, chip, {7, 3, 1, {}}).wake_ups, tiles);
}

/// Layers left out wait as those kept do.
TEST(GatedLayers, LayersLeftOutAreAsLateAsThoseThatWait) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 40;
  const Workload load{1, 4, 1, {}};
  const auto chip = [&](const char* wake_time) {
    return testing::shipped_chip(
        {testing::with("gating", "idle_tiles"), testing::with("gating.wake_time", wake_time),
         testing::with("dram.latency", "0 s"), testing::with("mesh", "{columns: 1, rows: 2}"),
         testing::with("macros_per_tile", "4"), testing::with("system", "[{link: link_ucie_3d}]")});
  };
  const auto times = [&](const char* wake_time) {
    return estimate_structure(spec, chip(wake_time), load, Fidelity::structure);
  };
  const Estimate late = times("1 us"), early = times("0 s");
  ASSERT_EQ(late.fidelity, "structure");
  EXPECT_TRUE(early.exact);
  EXPECT_EQ(late.ttft, estimate(map_network(build_network(spec), chip("1 us")), load).ttft);
  EXPECT_GT(late.ttft, early.ttft);
  EXPECT_LT(late.ttft.si(), early.ttft.si() + 1.01e-6);
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
