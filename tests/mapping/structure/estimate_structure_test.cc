// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/estimate_structure.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Closed forms of the published sizes: 80 layers of queries, keys, output and gated feed-forward.
constexpr Index kLlama70bWeights =
    80 * (8192 * (8192 + 2 * 1024) + 8192 * 8192 + 3 * 8192 * Index{28672}) + 8192 * Index{128256};

TEST(EstimateStructure, OfSeventyBillionWeightsMatchesTheArithmetic) {
  const TransformerSpec spec = testing::shipped_network("llama-3-70b");
  const Estimate e = estimate_structure(spec, testing::shipped_chip(), {1, 1, 1, {}});
  EXPECT_EQ(e.macs, kLlama70bWeights + 80 * 2 * 8192);
  EXPECT_EQ(e.kv_bytes_per_token, 160 * 1024);
  const ChipSpec narrow = testing::shipped_chip({testing::with("kv_bits", "4")});
  EXPECT_EQ(estimate_structure(spec, narrow, {1, 1, 1, {}}).kv_bytes_per_token, 80 * 1024);
  EXPECT_NEAR(e.spatial_utilisation, 1.0, 1e-9);
  EXPECT_EQ(e.fidelity, "structure");
  EXPECT_TRUE(e.exact);
  EXPECT_GE(e.makespan.si(), e.lower_bound.si());
  EXPECT_GT(e.chips, 100);
  EXPECT_NEAR(e.ledger.total().energy.si(), e.energy.si(), 1e-9 * e.energy.si());
}

/// Closed forms know no waiting between steps: two thirds of it, here.
TEST(EstimateStructure, OfALongPromptSimulatesSomeOfItsTokens) {
  const TransformerSpec spec = testing::shipped_network("llama-3-8b");
  const ChipSpec chip = testing::shipped_chip();
  const Workload load{2048, 2, 1, {}};
  const Estimate some = estimate_structure(spec, chip, load);
  const Estimate none = estimate_structure(spec, chip, load, Fidelity::shape);
  EXPECT_EQ(some.fidelity, "structure");
  EXPECT_FALSE(some.exact);
  EXPECT_GT(some.stride, 4);
  EXPECT_NEAR(some.ttft.si(), 13.52e-3, 1e-3);  // all tokens through all layers, in seconds
  EXPECT_LT(none.ttft.si(), 0.7 * some.ttft.si());
  EXPECT_EQ(some.macs, none.macs);
  EXPECT_GE(some.makespan.si(), some.lower_bound.si());
}

/// Chips of six tiles of four macros, of which layers are laid in bands.
ChipSpec several_chips(std::vector<Override> more = {}) {
  more.push_back(testing::with("mesh", "{columns: 3, rows: 2}"));
  more.push_back(testing::with("macros_per_tile", "4"));
  more.push_back(testing::with("system", "[{link: link_ucie_3d}]"));
  return testing::shipped_chip(more);
}

TEST(EstimateStructure, WithoutCrossbarsUsesNoShareOfThem) {
  const ChipSpec chip =
      several_chips({testing::with("head", "digital"),
                     testing::with("map.matrices", "[{match: '*', on: digital}]")});
  for (const Fidelity fidelity : {Fidelity::automatic, Fidelity::shape}) {
    const Estimate e = estimate_structure(testing::tiny_gpt(), chip, {3, 2, 1, {}}, fidelity);
    EXPECT_EQ(e.spatial_utilisation, 0.0);
    EXPECT_EQ(e.temporal_utilisation, 0.0);
  }
}

TEST(EstimateStructure, CostsTheSameWhateverTheFidelity) {
  TransformerSpec spec = testing::tiny_deepseek();
  spec.n_layers = 7;
  const ChipSpec chip = several_chips();
  const Workload load{10, 6, 2, {}};
  const Estimate all = estimate_structure(spec, chip, load);
  const Estimate few = estimate_structure(spec, chip, load, Fidelity::shape);
  EXPECT_EQ(all.fidelity, "events");
  EXPECT_EQ(few.fidelity, "shape");
  EXPECT_EQ(all.macs, few.macs);
  EXPECT_EQ(all.chips, few.chips);
  EXPECT_NEAR(all.area / few.area, 1.0, 1e-12);
  const auto a = all.ledger.by_component(), b = few.ledger.by_component();
  for (const auto& [component, cost] : a) {
    EXPECT_EQ(cost.count, b.at(component).count) << component;
    if (component == "leakage") continue;
    EXPECT_NEAR(cost.energy.si(), b.at(component).energy.si(), 1e-9 * cost.energy.si())
        << component;
  }
  EXPECT_LE(few.makespan.si(), all.makespan.si());
}

/// Three of 26 layers' runs are kept whole, the others stand for them.
TEST(EstimateStructure, OfLayersThatTakeTurnsIsThatOfAllEvents) {
  for (const std::string pattern : {"sssssf", "sf", "ffffffffffsssss", "sffsfsssfsfsffsff"}) {
    TransformerSpec spec = testing::tiny_llama();
    spec.n_layers = 26;
    spec.sliding_window = 6;
    for (const char c : pattern) {
      spec.layer_types.push_back(c == 's' ? "sliding_attention" : "full_attention");
    }
    spec.score_cap = 50;
    spec.output_norms = true;
    const ChipSpec chip = several_chips();
    for (const Workload& load : {Workload{1, 20, 1, {}}, Workload{12, 8, 1, {}}}) {
      const Estimate all = estimate_structure(spec, chip, load);
      const Estimate few = estimate_structure(spec, chip, load, Fidelity::structure);
      EXPECT_EQ(all.fidelity, "events");
      EXPECT_EQ(all.macs, few.macs) << pattern;
      EXPECT_EQ(all.kv_bytes_in_dram, few.kv_bytes_in_dram) << pattern;
      EXPECT_EQ(all.ledger.by_component().at("softmax").count,
                few.ledger.by_component().at("softmax").count);
      EXPECT_NEAR(all.tpot / few.tpot, 1.0, 1e-12) << pattern;
      if (*load.prompt > 1 && !few.exact) continue;
      EXPECT_NEAR(all.makespan / few.makespan, 1.0, 1e-12) << pattern;
      EXPECT_NEAR(all.energy / few.energy, 1.0, 1e-9) << pattern;
    }
  }
}

TEST(EstimateStructure, AModelPricesManyWorkloadsAsOneByOne) {
  const TransformerSpec spec = testing::shipped_network("llama-3-8b");
  StructureModel model(spec, testing::shipped_chip());
  for (const Workload& load :
       {Workload{4, 3, 1, {}}, Workload{9, 2, 3, {}}, Workload{4, 3, 1, {}}}) {
    const Estimate again = model.estimate(load);
    const Estimate once = estimate_structure(spec, testing::shipped_chip(), load);
    EXPECT_EQ(again.makespan.si(), once.makespan.si());
    EXPECT_EQ(again.energy.si(), once.energy.si());
    EXPECT_EQ(again.chips, once.chips);
    EXPECT_EQ(again.macs, once.macs);
  }
}

TEST(EstimateStructure, DecodingAloneIsTheDecodingOfTheWhole) {
  const TransformerSpec spec = testing::shipped_network("llama-3-8b");
  StructureModel model(spec, testing::shipped_chip());
  const Workload load{30, 5, 1, {}};
  const Estimate whole = model.estimate(load), alone = model.decoding(load);
  EXPECT_TRUE(alone.exact);
  EXPECT_NEAR(alone.tpot.si() / whole.tpot.si(), 1.0, 1e-9);
  EXPECT_LT(alone.makespan.si(), whole.makespan.si());
  EXPECT_LT(alone.macs, whole.macs);
  Joules decoded, all;
  for (const auto& [leaf, cost] : alone.ledger.leaves()) {
    EXPECT_TRUE(leaf.phase == "decode" || leaf.phase == "static") << leaf.phase;
    if (leaf.phase == "decode") decoded += cost.energy;
  }
  for (const auto& [leaf, cost] : whole.ledger.leaves()) {
    if (leaf.phase == "decode") all += cost.energy;
  }
  EXPECT_NEAR(decoded / all, 1.0, 1e-12);
}

TEST(EstimateStructure, DecodingAloneWantsADecoder) {
  StructureModel encoder(testing::shipped_network("bert-base"), testing::shipped_chip());
  EXPECT_THROW(encoder.decoding({16, 0, 1, {}}), ArgumentError);
}

/// Without the first stack's pass; with four answered tokens, the same as behind five outputs.
TEST(EstimateStructure, DecodingOfTwoStacksIsTheSecondPass) {
  StructureModel model(testing::shipped_network("t5-small"), testing::shipped_chip());
  const Estimate whole = model.estimate({30, 9, 1, {}}), alone = model.decoding({30, 9, 1, {}});
  EXPECT_TRUE(alone.exact);
  EXPECT_NEAR(alone.tpot.si() / whole.tpot.si(), 1.0, 1e-9);
  EXPECT_LT(alone.makespan.si(), whole.makespan.si());
  const Estimate begun = model.estimate({30, 5, 1, {}}), later = model.decoding({30, 5, 1, {}}, 4);
  EXPECT_NEAR(4 * later.tpot.si(), whole.makespan.si() - begun.makespan.si(), 1e-11);
  EXPECT_EQ(later.macs, whole.macs - begun.macs);
}

TEST(EstimateStructure, OfBandsThatReachBeyondTheChipStaysWithinIt) {
  const ChipSpec chip =
      testing::shipped_chip({testing::with("mesh", "{columns: 24, rows: 5}")}, "rram_22nm_llm");
  const Estimate e = estimate_structure(testing::shipped_network("t5-small"), chip, {8, 2, 1, {}},
                                        Fidelity::structure);
  EXPECT_EQ(e.chips, 1);
  EXPECT_GT(e.energy.si(), 0.0);
}

TEST(EstimateStructure, TakesEveryKindOfNetwork) {
  for (const char* name : {"mixtral-8x7b", "t5-small", "bitnet-b1.58-2b-4t", "opt-350m"}) {
    const Estimate e =
        estimate_structure(testing::shipped_network(name), testing::shipped_chip(), {4, 3, 1, {}});
    EXPECT_GT(e.energy.si(), 0.0) << name;
    EXPECT_GE(e.makespan.si(), e.lower_bound.si()) << name;
  }
}

TEST(EstimateStructure, TakesTheLinksOfTheSystem) {
  const auto estimate_with = [](const std::string& latency) {
    return estimate_structure(
        testing::shipped_network("llama-3-8b"),
        testing::shipped_chip({testing::with(
            "system",
            "[{link: {bandwidth: 64 GB/s, energy: 0.6 pJ/bit, latency: " + latency +
                ", area: 0.1 mm2, beachfront: 0.1 mm, source: test}, links_per_edge: 50}]")}),
        {1, 2, 1, {}});
  };
  const Estimate near = estimate_with("1 ns"), far = estimate_with("1 us");
  EXPECT_GT(near.ledger.by_component().at("chip_link").count, 0);
  EXPECT_GT(near.ledger.by_component().at("chip_link").area.si(), 0.0);
  EXPECT_EQ(near.chips, far.chips);
  // every layer takes two chips, between which its inputs, sums, heads and values go and return
  EXPECT_GT(far.tpot.si() - near.tpot.si(), 32 * 1e-6);
  EXPECT_EQ(near.ledger.by_component().at("chip_link").count,
            far.ledger.by_component().at("chip_link").count);
}

TEST(EstimateStructure, SaysWhatJoinsChipsThatDoNotSay) {
  const auto says_so = [](const char* network) {
    const Estimate e = estimate_structure(testing::shipped_network(network),
                                          testing::shipped_chip(), {1, 2, 1, {}});
    return std::any_of(e.assumptions.begin(), e.assumptions.end(), [](const std::string& each) {
      return each.find("link_ucie_standard") != std::string::npos;
    });
  };
  EXPECT_TRUE(says_so("llama-3.2-3b"));
  EXPECT_FALSE(says_so("gpt2-small"));
}

TEST(EstimateStructure, CountsGoodPackagesWhereTheChipHasAYield) {
  const ChipSpec chip = testing::shipped_chip(
      {testing::with("mesh", "{columns: 8, rows: 8}"),
       testing::with("yield", "{kind: poisson, defect_density: 0.1 /cm2, source: test}")});
  EXPECT_TRUE(estimate_structure(testing::shipped_network("llama-3.2-1b"), chip, {1, 2, 1, {}})
                  .package.has_value());
}

/// On one chip nothing is left out: gating and buffers are those of all tiles as well.
TEST(EstimateStructure, OfOneChipIsThatOfItsMapping) {
  const TransformerSpec spec = testing::shipped_network("gpt2-small");
  for (const std::vector<Override>& more :
       {std::vector<Override>{},
        {testing::with("gating", "idle_tiles")},
        {testing::with("buffer.when_full", "wait"), testing::with("buffer.capacity", "16 KiB")}}) {
    const ChipSpec chip = testing::shipped_chip(more);
    const Mapping mapping = map_network(build_network(spec), chip);
    for (const Workload& load : {Workload{12, 4, 1, {}}, Workload{3, 3, 2, {}}}) {
      const Estimate events = ohm::estimate(mapping, load);
      const Estimate solved = estimate_structure(spec, chip, load, Fidelity::structure);
      EXPECT_EQ(solved.fidelity, "events");
      EXPECT_EQ(events.schedule.outputs, solved.schedule.outputs);
      EXPECT_NEAR(events.energy / solved.energy, 1.0, 1e-9);
      EXPECT_NEAR(events.leakage_energy / solved.leakage_energy, 1.0, 1e-9);
      EXPECT_NEAR(events.area / solved.area, 1.0, 1e-12);
    }
  }
}

TEST(EstimateStructure, RefusesActivityMatrixByMatrix) {
  EXPECT_THROW(
      estimate_structure(testing::tiny_gpt(), testing::shipped_chip(), {4, 3, 1, {{}, {}}}),
      ArgumentError);
}

/// Where a step has waited for space, what layers left out add is no longer exact.
TEST(EstimateStructure, SaysWhereBuffersHoldTokensBack) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 12;
  const auto run = [&](const std::string& capacity, const Workload& load) {
    return estimate_structure(spec,
                              several_chips({testing::with("buffer.when_full", "wait"),
                                             testing::with("buffer.capacity", capacity)}),
                              load, Fidelity::structure);
  };
  const Estimate large = run("1 GB", {20, 1, 1, {}}), small = run("1 KiB", {20, 1, 1, {}});
  EXPECT_FALSE(large.schedule.stalls.contains("buffer"));
  ASSERT_TRUE(small.buffers.has_value());
  EXPECT_GT(small.schedule.stalls.at("buffer"), 0);
  EXPECT_FALSE(small.exact);
  EXPECT_GE(small.makespan.si(), small.lower_bound.si());
  EXPECT_LE(small.buffers->peak, small.buffers->space);
}

}  // namespace
}  // namespace ohm
