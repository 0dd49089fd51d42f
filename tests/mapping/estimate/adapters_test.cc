// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "mapping/chip/fit.h"
#include "mapping/estimate/estimate.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/mapping/chip_builder.h"

/// Low-rank adapters from the network to its cost.

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

Workload load(Index prompt, Index generate, Index batch = 1) {
  return {prompt, generate, batch, {}};
}

TransformerSpec adapted(TransformerSpec spec, Index rank = 4) {
  spec.lora_rank = rank;
  spec.lora_parts = {"qkv", "attn_out", "ffn_up", "ffn_down"};
  return spec;
}

TEST(Adapters, MergedOnesCostNothing) {
  const Estimate alone = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  const Estimate merged = estimate(mapped(adapted(testing::tiny_gpt())), load(20, 10));
  EXPECT_EQ(merged.makespan.si(), alone.makespan.si());
  EXPECT_EQ(merged.energy.si(), alone.energy.si());
  EXPECT_EQ(merged.macs, alone.macs);
}

/// Each passes d_in · r + r · d_out weights and adds d_out elements, wherever it lives.
TEST(Adapters, BesideTheirMatricesCountProductsAndSums) {
  const Estimate alone = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  TransformerSpec spec = adapted(testing::tiny_gpt());
  spec.lora_placement = "beside";
  const Index sides = (32 + 96) + (32 + 32) + (32 + 128) + (128 + 32);
  const Index sums = 96 + 32 + 128 + 32;
  for (const std::string rule : {"[]", "[{match: '*_lora_*', on: digital}]"}) {
    const Mapping mapping = mapped(spec, {testing::with("map.matrices", rule)});
    const Estimate e = estimate(mapping, load(20, 10));
    EXPECT_GE(e.makespan.si(), e.lower_bound.si());
    EXPECT_EQ(e.macs - alone.macs, 29 * 2 * 4 * sides);
    const auto more = [&](const std::string& component) {
      return e.ledger.by_component().at(component).count -
             alone.ledger.by_component().at(component).count;
    };
    EXPECT_EQ(more("residual"), 29 * 2 * sums);
    EXPECT_EQ(more("dequantise"), 29 * 2 * (4 * 4 + sums));
    EXPECT_EQ(more("dram"), rule == "[]" ? 0 : 29 * 2 * 4 * sides);  // 8 bits per weight
    EXPECT_GT(e.makespan.si(), alone.makespan.si());
    EXPECT_EQ(mapping.verification.weights, 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128) + 32 * 50 +
                                                (rule == "[]" ? 2 * 4 * sides : 0));
  }
}

/// llama stores q, k and v apart: three A, each with what it quantises, and three B.
TEST(Adapters, OfMatricesThatTheFamilyStoresApartCountForEach) {
  const Estimate alone = estimate(mapped(testing::tiny_llama()), load(20, 10));
  TransformerSpec spec = testing::tiny_llama();
  spec.lora_rank = 4;
  spec.lora_parts = {"qkv"};
  spec.lora_placement = "beside";
  const Index merged = spec.query_width() + 2 * spec.kv_width();
  const Estimate e = estimate(mapped(spec), load(20, 10));
  EXPECT_GE(e.makespan.si(), e.lower_bound.si());
  EXPECT_EQ(e.macs - alone.macs, 29 * 2 * 4 * (3 * 32 + merged));
  const auto more = [&](const std::string& component) {
    return e.ledger.by_component().at(component).count -
           alone.ledger.by_component().at(component).count;
  };
  EXPECT_EQ(more("residual"), 29 * 2 * merged);
  EXPECT_EQ(more("dequantise"), 29 * 2 * (3 * 4 + merged));
  EXPECT_EQ(more("quantise"), 29 * 2 * 3 * (32 + 4));
}

std::vector<Override> in_sram() {
  return {testing::with("macros", "[{name: sram, macro: digital_mac_22nm}]"),
          testing::with("map.matrices", "[{match: '*_lora_*', macro: sram}]")};
}

TransformerSpec beside(TransformerSpec spec, Index rank = 4) {
  spec = adapted(std::move(spec), rank);
  spec.lora_placement = "beside";
  return spec;
}

/// Macros of 128 x 16 weights: A takes one, B one for every 16 outputs.
TEST(Adapters, InMacrosOfTheirOwnTakeTheArraysOfTheirShapes) {
  const ChipSpec chip = testing::shipped_chip(in_sram());
  const Fit of = fit(build_network(beside(testing::tiny_gpt())), chip);
  ASSERT_EQ(of.kinds.size(), 2u);
  EXPECT_EQ(of.kinds[1].name, "sram");
  EXPECT_EQ(of.kinds[1].arrays, 2 * (4 + 96 / 16 + 32 / 16 + 128 / 16 + 32 / 16));
  const Index sides = (32 + 96) + (32 + 32) + (32 + 128) + (128 + 32);
  const Fit alone = fit(build_network(testing::tiny_gpt()), testing::shipped_chip());
  EXPECT_EQ(of.crossbar_weights - alone.crossbar_weights, 2 * 4 * sides);
  EXPECT_EQ(of.kinds[0].arrays, alone.arrays);
}

TEST(Adapters, InMacrosOfTheirOwnLeaveTheArraysOfTheBaseAlone) {
  const auto energy = [](const Estimate& e, const std::string& suffix) {
    double sum = 0.0;
    for (const auto& [leaf, cost] : e.ledger.leaves()) {
      if (leaf.op.ends_with(suffix) && leaf.component == "adc") sum += cost.energy.si();
    }
    return sum;
  };
  const Estimate alone = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  const Estimate e = estimate(mapped(beside(testing::tiny_gpt()), in_sram()), load(20, 10));
  EXPECT_GT(energy(alone, "attn.qkv"), 0.0);
  EXPECT_DOUBLE_EQ(energy(e, "attn.qkv"), energy(alone, "attn.qkv"));
  EXPECT_EQ(energy(e, "attn.qkv_lora_b"), 0.0);  // exact integers, no converter
  const Index sides = (32 + 96) + (32 + 32) + (32 + 128) + (128 + 32);
  EXPECT_EQ(e.macs - alone.macs, 29 * 2 * 4 * sides);
}

TEST(Adapters, OfLayersSolvedOnceAreThoseOfAllEvents) {
  for (const TransformerSpec& base : {testing::tiny_gpt(), testing::tiny_llama()}) {
    TransformerSpec spec = beside(base, 6);
    spec.n_layers = 9;
    if (spec.gated_ffn) spec.lora_parts.emplace_back("ffn_gate");
    std::vector<Override> small{testing::with("macros_per_tile", "4"),
                                testing::with("mesh", "{columns: 3, rows: 2}"),
                                testing::with("system", "[{link: link_ucie_3d}]")};
    for (const bool sram : {false, true}) {
      if (sram) small.insert(small.end(), {in_sram()[0], in_sram()[1]});
      const ChipSpec chip = testing::shipped_chip(small);
      const Estimate all = estimate_structure(spec, chip, load(1, 12));
      const Estimate few = estimate_structure(spec, chip, load(1, 12), Fidelity::structure);
      EXPECT_EQ(all.fidelity, "events");
      EXPECT_EQ(few.fidelity, "structure");
      EXPECT_EQ(all.macs, few.macs);
      EXPECT_NEAR(all.makespan / few.makespan, 1.0, 1e-12);
      EXPECT_NEAR(all.energy / few.energy, 1.0, 1e-9);
    }
  }
}

/// A path beside the base is as long as its two products, which start together with it.
TEST(Adapters, OfAnyRankTakeLongerThanNone) {
  const Estimate alone = estimate(mapped(testing::tiny_llama()), load(4, 4));
  double before = alone.energy.si();
  for (const Index rank : {1, 8, 64}) {
    const Estimate e = estimate(mapped(beside(testing::tiny_llama(), rank)), load(4, 4));
    EXPECT_GT(e.tpot.si(), alone.tpot.si());
    EXPECT_GT(e.energy.si(), before);
    before = e.energy.si();
  }
}

}  // namespace
}  // namespace ohm
