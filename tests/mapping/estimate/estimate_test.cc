// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/estimate.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/estimate/phases.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

Workload load(Index prompt, Index generate, Index batch = 1) {
  return {prompt, generate, batch, {}};
}

void expect_consistent(const Estimate& e) {
  double energy = 0.0, area = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    energy += cost.energy.si();
    area += cost.area.si();
    EXPECT_TRUE(leaf.phase == "static" || !leaf.op.empty());
  }
  EXPECT_NEAR(e.energy.si(), energy, 1e-9 * energy);
  EXPECT_NEAR(e.area.si(), area, 1e-9 * area);
  EXPECT_NEAR(e.power.si() * e.makespan.si(), e.energy.si(), 1e-9 * energy);
  EXPECT_LE(e.energy_low.si(), e.energy.si());
  EXPECT_GE(e.energy_high.si(), e.energy.si());
  EXPECT_GE(e.makespan.si(), e.lower_bound.si());
  EXPECT_GT(e.lower_bound.si(), 0.0);
  EXPECT_GT(e.temporal_utilisation, 0.0);
  EXPECT_LE(e.temporal_utilisation, 1.0);
}

TEST(Estimate, OfADecoderAddsUp) {
  const Estimate e = estimate(mapped(testing::tiny_gpt()), load(20, 10, 2));
  expect_consistent(e);
  EXPECT_NEAR(e.tokens_per_s, 20.0 / e.makespan.si(), 1e-6 * e.tokens_per_s);
  EXPECT_NEAR(e.energy_per_token.si(), e.energy.si() / 20.0, 1e-12 * e.energy.si());
  EXPECT_EQ(e.kv_bytes_per_token, 2 * 2 * 32);
  EXPECT_GT(e.tpot.si(), 0.0);
}

TEST(Estimate, OfGroupedQueriesAndGatesAddsUp) {
  const Estimate e = estimate(mapped(testing::tiny_llama()), load(20, 10));
  expect_consistent(e);
  EXPECT_EQ(e.kv_bytes_per_token, 2 * 2 * 16);
  const Index layer = 32 * (32 + 2 * 16) + 32 * 32 + 3 * 32 * 128;
  const Index attention = 2 * 2 * 32 * (29 * 30 / 2);
  EXPECT_EQ(e.macs, 29 * 2 * layer + 10 * 32 * 50 + attention);
}

TEST(Estimate, OfASlidingWindowAttendsToNoMoreThanTheWindow) {
  TransformerSpec spec = testing::tiny_llama();
  const Estimate all = estimate(mapped(spec), load(20, 10));
  spec.sliding_window = 4;
  const Estimate e = estimate(mapped(spec), load(20, 10));
  expect_consistent(e);
  EXPECT_EQ(all.macs - e.macs, 2 * 2 * 32 * (29 * 30 / 2 - (1 + 2 + 3 + 26 * 4)));
  EXPECT_LT(e.energy.si(), all.energy.si());
  EXPECT_LE(e.makespan.si(), all.makespan.si());
  spec.sliding_window = 29;  // as long as the sequence
  const Estimate same = estimate(mapped(spec), load(20, 10));
  EXPECT_EQ(same.macs, all.macs);
  EXPECT_EQ(same.makespan.si(), all.makespan.si());
  EXPECT_EQ(same.energy.si(), all.energy.si());
}

/// Two of three layers slide; keys and values all in the DRAM.
TEST(Estimate, OfLayersThatTakeTurnsKeepsAndReadsWhatEachSees) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 3;
  const auto chip = std::vector{testing::with("buffer.kv_share", "0")};
  const Estimate full = estimate(mapped(spec, chip), load(20, 10, 2));
  spec.sliding_window = 4;
  const Estimate all_slide = estimate(mapped(spec, chip), load(20, 10, 2));
  spec.layer_types = {"sliding_attention", "sliding_attention", "full_attention"};
  const Estimate e = estimate(mapped(spec, chip), load(20, 10, 2));
  expect_consistent(e);
  const Index each = 2 * 2 * 8;  // of a position: keys and values of two heads of 8 elements
  EXPECT_EQ(e.kv_bytes_per_token, 3 * each);
  EXPECT_EQ(e.kv_bytes_in_dram, 2 * (4 + 4 + 29) * each);
  EXPECT_EQ(full.kv_bytes_in_dram, 2 * 3 * 29 * each);
  const Index saved = 2 * 32 * (29 * 30 / 2 - (1 + 2 + 3 + 26 * 4));  // of one layer
  EXPECT_EQ(full.macs - e.macs, 2 * 2 * saved);
  EXPECT_EQ(full.macs - all_slide.macs, 2 * 3 * saved);
  const auto dram = [](const Estimate& of) { return of.ledger.by_component().at("dram").count; };
  // a layer that slides reads as many positions less, and writes as many
  EXPECT_EQ(dram(full) - dram(e), 2 * 2 * (29 * 30 / 2 - (1 + 2 + 3 + 26 * 4)) * each);
  EXPECT_LT(all_slide.makespan.si(), e.makespan.si());
  EXPECT_LT(e.makespan.si(), full.makespan.si());
}

/// Four norms in a layer, and a tanh for each score and each of the vocabulary's outputs.
TEST(Estimate, OfNormsOfOutputsAndCapsCountsTheirElements) {
  TransformerSpec spec = testing::tiny_llama();
  const Estimate plain = estimate(mapped(spec), load(20, 10));
  spec.output_norms = true;
  spec.score_cap = 50;
  spec.output_cap = 30;
  const Estimate e = estimate(mapped(spec), load(20, 10));
  expect_consistent(e);
  const auto more = [&](const std::string& component) {
    return e.ledger.by_component().at(component).count -
           plain.ledger.by_component().at(component).count;
  };
  EXPECT_EQ(more("norm"), 2 * 2 * 29 * 32);
  EXPECT_EQ(more("activation"), 2 * 4 * (29 * 30 / 2) + 10 * 50);
  EXPECT_EQ(more("softmax"), 0);
  EXPECT_EQ(e.macs, plain.macs);
  EXPECT_GT(e.makespan.si(), plain.makespan.si());
}

/// As many heads of keys as of queries, stated or not, is the same network.
TEST(Estimate, OfGroupsOfOneHeadIsThatOfFullAttention) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_kv_heads = 0;
  const Estimate full = estimate(mapped(spec), load(20, 10));
  spec.n_kv_heads = spec.n_heads;
  spec.head_dim = 8;
  const Estimate stated = estimate(mapped(spec), load(20, 10));
  EXPECT_EQ(stated.energy.si(), full.energy.si());
  EXPECT_EQ(stated.makespan.si(), full.makespan.si());
  spec.n_kv_heads = 1;
  EXPECT_LT(estimate(mapped(spec), load(20, 10)).energy.si(), full.energy.si());
}

TEST(Estimate, OfOneSequenceSplitsIntoFirstTokenAndTheRest) {
  const Estimate e = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  EXPECT_NEAR(e.ttft.si() + 9.0 * e.tpot.si(), e.makespan.si(), 1e-9 * e.makespan.si());
  const Estimate one = estimate(mapped(testing::tiny_gpt()), load(20, 1));
  EXPECT_EQ(one.tpot.si(), 0.0);
  EXPECT_DOUBLE_EQ(one.ttft.si(), e.ttft.si());
}

const std::string kPower = "[{name: regulator, power: 2 mW, area: 1000 um2, source: test}]";

TEST(Estimate, PublishedPartsOfCoresTilesAndChipAddUp) {
  const Estimate bare = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  for (const std::string where : {"core.parts", "tile.parts", "parts"}) {
    const Mapping mapping = mapped(testing::tiny_gpt(), {testing::with(where, kPower)});
    const Estimate e = estimate(mapping, load(20, 10));
    expect_consistent(e);
    EXPECT_EQ(e.makespan, bare.makespan);
    const Cost part = e.ledger.leaves().at({"regulator", "", -1, "static"});
    EXPECT_GT(part.energy.si(), 0.0) << where;
    EXPECT_NEAR((e.energy - bare.energy) / part.energy, 1.0, 1e-6) << where;
    EXPECT_NEAR((e.area - bare.area) / part.area, 1.0, 1e-6) << where;
    EXPECT_LE(part.energy.si(), part.energy_high.si());
  }
}

TEST(Estimate, PartsOfTheChipDrawTheirPowerForTheWholeMakespan) {
  const Mapping mapping = mapped(testing::tiny_gpt(), {testing::with("parts", kPower)});
  const Estimate e = estimate(mapping, load(20, 10));
  const Cost part = e.ledger.leaves().at({"regulator", "", -1, "static"});
  EXPECT_NEAR(part.energy.si(), 2e-3 * e.makespan.si(), 1e-9 * part.energy.si());
  EXPECT_NEAR(part.area.si(), 1e-9, 1e-18);
}

TEST(Estimate, SaysWhatAMatrixEngineLacks) {
  const auto refusal = [](const std::vector<Override>& overrides) -> std::string {
    return error_text<ArgumentError>(
        [&] { estimate(mapped(testing::tiny_gpt(), overrides), load(2, 1)); });
  };
  EXPECT_NE(refusal({testing::with("digital", "digital_none")}).find("no vector lanes"),
            std::string::npos);
  EXPECT_NE(refusal({testing::with("dram", "dram_none")}).find("no memory beside it"),
            std::string::npos);
}

TEST(Estimate, OfEncodersAddsUp) {
  for (const TransformerSpec& spec : {testing::tiny_bert(), testing::tiny_vit()}) {
    const Estimate e = estimate(mapped(spec), {});
    expect_consistent(e);
    EXPECT_EQ(e.tpot.si(), 0.0);
    EXPECT_EQ(e.kv_bytes_per_token, 0);
    EXPECT_DOUBLE_EQ(e.ttft.si(), e.makespan.si());
    EXPECT_NEAR(e.tokens_per_s, static_cast<double>(spec.context) / e.makespan.si(),
                1e-9 * e.tokens_per_s);
  }
}

TEST(Estimate, OfGpt2SmallIsWithinItsBounds) {
  const Estimate e = estimate(mapped(testing::shipped_network("gpt2-small")), load(128, 8));
  expect_consistent(e);
  EXPECT_EQ(e.kv_bytes_per_token, 18432);
  // tokens 0 … 134 pass, 8 of them through the head
  EXPECT_EQ(e.macs,
            135 * Index{84934656} + 8 * Index{768 * 50257} + Index{2 * 12 * 768} * (135 * 136 / 2));
  EXPECT_GT(e.reticles, 1.0);
  EXPECT_EQ(e.kv_bytes_in_dram, 0);
}

TEST(Estimate, LeakageFollowsMakespanAndGating) {
  const Estimate on =
      estimate(mapped(testing::tiny_gpt(), {testing::with("gating", "none")}), load(20, 10));
  const Estimate off = estimate(mapped(testing::tiny_gpt()), load(20, 10));
  const Mapping m = mapped(testing::tiny_gpt());
  EXPECT_NEAR(on.leakage_energy.si() / off.leakage_energy.si(),
              676.0 / static_cast<double>(m.placement.tiles_used), 1e-9);
  EXPECT_NEAR(
      off.leakage_energy.si(),
      static_cast<double>(m.placement.tiles_used) * m.chip.power.on.si() * off.makespan.si(),
      1e-18);
}

TEST(Estimate, RefusesKeysAndValuesBeyondTheDram) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("buffer.kv_share", "0"),
                                                 testing::with("dram.capacity", "1 kB")});
  EXPECT_THROW(estimate(m, load(20, 1)), ArgumentError);
  EXPECT_NO_THROW(estimate(m, load(7, 1)));  // 7 × 128 bytes
  EXPECT_EQ(estimate(m, load(7, 1)).kv_bytes_in_dram, 7 * 128);
}

TEST(Estimate, RefusesWorkloadsThatDoNotSuitTheNetwork) {
  const Mapping m = mapped(testing::tiny_gpt());
  EXPECT_THROW(estimate(m, load(0, 1)), ArgumentError);
  EXPECT_THROW(estimate(m, load(65, 1)), ArgumentError);
  EXPECT_THROW(estimate(m, load(5, 0)), ArgumentError);
  EXPECT_THROW(estimate(m, load(5, 1, 0)), ArgumentError);
}

TEST(Estimate, IsTheSameEveryTime) {
  const Mapping m = mapped(testing::tiny_gpt());
  const Estimate a = estimate(m, load(20, 10, 3)), b = estimate(m, load(20, 10, 3));
  EXPECT_EQ(a.energy.si(), b.energy.si());
  EXPECT_EQ(a.makespan.si(), b.makespan.si());
  EXPECT_EQ(a.ledger.leaves().size(), b.ledger.leaves().size());
}

TEST(Estimate, OfTheTrainedShapeEqualsTheCountByHand) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.name = "trained";
  spec.n_layers = 3;
  spec.d_model = 96;
  spec.d_ff = 384;
  spec.vocabulary = 64;
  spec.tied_head = false;
  const Estimate e = estimate(mapped(spec), load(1, 1));
  // 4 weight slices × 8 input bits per output and row tile of 128; only ffn.down (384) has three:
  // 32 × (3 × (288 + 96 + 384 + 3 × 96) + 64) = 103,424
  const auto by = e.ledger.by_component();
  EXPECT_EQ(by.at("adc").count, 103'424);
  // 0.8472 pJ per conversion: the survey's fit at 8 bits, 22 nm, 1 GS/s
  EXPECT_NEAR(by.at("adc").energy.si(), 87.62e-9, 87.62e-12);
}

TEST(Estimate, RefusesMoreStepsThanItCanSimulate) {
  try {
    estimate(mapped(testing::tiny_gpt()), load(32, 32, 1 << 20));
    FAIL() << "too many steps";
  } catch (const ArgumentError& error) {
    EXPECT_NE(std::string(error.what()).find("lower prompt, generate or batch"), std::string::npos);
  }
}

/// tiny-gpt takes 40 tiles of one macro, along the snake.
std::vector<Override> tiny_chips(const std::string& columns, const std::string& system) {
  return {testing::with("mesh.columns", columns), testing::with("mesh.rows", "1"),
          testing::with("macros_per_tile", "1"), testing::with("map.placement", "snake"),
          testing::with("system", system)};
}

TEST(Estimate, OfASystemOfOneChipIsThatOfTheChip) {
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_bert()}) {
    const Index generate = spec.family == "bert" ? 0 : 9;
    const Estimate alone = estimate(mapped(spec, tiny_chips("50", "[]")), load(12, generate));
    const Estimate one = estimate(
        mapped(spec, tiny_chips("50", "[{link: link_hypertransport_isaac}]")), load(12, generate));
    EXPECT_EQ(one.makespan.si(), alone.makespan.si());
    EXPECT_EQ(one.energy.si(), alone.energy.si());
    EXPECT_EQ(one.energy_high.si(), alone.energy_high.si());
    EXPECT_EQ(one.area.si(), alone.area.si());
    EXPECT_EQ(one.chip_area.si(), alone.chip_area.si());
    EXPECT_EQ(one.assumptions, alone.assumptions);
    ASSERT_EQ(one.schedule.events.size(), alone.schedule.events.size());
    for (size_t i = 0; i < one.schedule.events.size(); ++i) {
      EXPECT_EQ(one.schedule.events[i].start, alone.schedule.events[i].start);
      EXPECT_EQ(one.schedule.events[i].resource, alone.schedule.events[i].resource);
    }
  }
}

TEST(Estimate, OfSeveralChipsBooksEveryByteOverTheirLinks) {
  const Mapping mapping =
      mapped(testing::tiny_gpt(),
             tiny_chips("5",
                        "[{columns: 2, rows: 2, link: link_hypertransport_isaac}, "
                        "{columns: 1, rows: 2, link: link_ucie_standard, links_per_edge: 2}]"));
  const Estimate e = estimate(mapping, load(12, 9));
  expect_consistent(e);
  EXPECT_EQ(e.chips, 8);
  for (size_t k = 0; k < 2; ++k) {
    std::int64_t bytes = 0;
    for (size_t i = 0; i < mapping.transfers.size(); ++i) {
      const Operator& op = mapping.network.op(mapping.transfers[i].vertex);
      for (const Phase& phase : phases_of(e.request)) {
        bytes +=
            mapping.routes[i].crossing_bytes[k] * runs_of(mapping.network, op, e.request, phase);
      }
    }
    EXPECT_GT(bytes, 0);
    const LevelSpec& level = mapping.chip.spec.system[k];
    const Cost booked = e.ledger.by_component().at(link_component(static_cast<Index>(k)));
    EXPECT_NEAR(booked.energy.si(), static_cast<double>(bytes) * level.link.energy.si(),
                1e-12 * booked.energy.si());
    // each byte occupies one link once: rounding is below 1 ps per transfer
    const double wide = static_cast<double>(level.links_per_edge) * level.link.bandwidth.si();
    EXPECT_NEAR(booked.busy.si(), static_cast<double>(bytes) / wide, 1e-3 * booked.busy.si());
    EXPECT_NEAR(booked.area.si(), mapping.chip.link_area(static_cast<Index>(k)).si(), 1e-15);
  }
}

TEST(Estimate, OfSeveralChipsIsSlowerWhereTheirLinksAre) {
  const auto time = [](const std::string& columns, const std::string& link) {
    return estimate(mapped(testing::tiny_gpt(), tiny_chips(columns, "[{link: " + link + "}]")),
                    load(12, 9))
        .makespan.si();
  };
  EXPECT_GT(time("14", "link_serdes_pcie5"), time("14", "link_ucie_standard"));
  EXPECT_GT(time("14", "link_serdes_pcie5"), time("42", "link_serdes_pcie5"));
}

TEST(Estimate, OfSeveralChipsReadsKeysAndValuesBesideThem) {
  std::vector<Override> chips = tiny_chips("20", "[{link: link_ucie_standard}]");
  chips.push_back(testing::with("buffer.kv_share", "0"));
  const Estimate e = estimate(mapped(testing::tiny_gpt(), chips), load(12, 9));
  expect_consistent(e);
  int memories = 0;
  for (size_t r = 0; r < e.schedule.resources.size(); ++r) {
    if (e.schedule.resources[r].kind != ResourceKind::dram) continue;
    EXPECT_GT(e.schedule.busy[r], 0);
    ++memories;
  }
  EXPECT_EQ(memories, 2);
  // the first chip attends to one layer and, on 2 of 16 tiles, to the other: 56 % of all bytes
  chips.push_back(
      testing::with("dram.capacity", std::to_string(e.kv_bytes_in_dram * 6 / 10) + " B"));
  EXPECT_NO_THROW(estimate(mapped(testing::tiny_gpt(), chips), load(12, 9)));
  chips.back() = testing::with("dram.capacity", std::to_string(e.kv_bytes_in_dram * 4 / 10) + " B");
  EXPECT_THROW(estimate(mapped(testing::tiny_gpt(), chips), load(12, 9)), ArgumentError);
}

TEST(Estimate, OfOneDramForSeveralChipsLoadsTheirLinks) {
  std::vector<Override> chips = tiny_chips("20", "[{link: link_ucie_standard}]");
  chips.push_back(testing::with("buffer.kv_share", "0"));
  const Estimate own = estimate(mapped(testing::tiny_gpt(), chips), load(12, 9));
  chips.push_back(testing::with("dram_at", "[0]"));
  const Estimate shared = estimate(mapped(testing::tiny_gpt(), chips), load(12, 9));
  expect_consistent(shared);
  EXPECT_GT(shared.makespan.si(), own.makespan.si());
  const double energy = shared.ledger.by_component().at("dram").energy.si();
  EXPECT_EQ(energy, own.ledger.by_component().at("dram").energy.si());
  // keys and values of the second layer, read on 14 of 16 tiles of the other chip
  std::int64_t bytes = 0;
  for (const auto& [leaf, cost] : own.ledger.leaves()) {
    if (leaf.component == "dram" && leaf.layer == 1) bytes += cost.count;
  }
  const auto links = [](const Estimate& e) { return e.ledger.by_component().at("chip_link"); };
  EXPECT_NEAR(static_cast<double>(links(shared).count - links(own).count),
              14.0 / 16.0 * static_cast<double>(bytes), 3.0);
}

TEST(Estimate, OfBertBaseOnSeveralSmallChipsAddsUp) {
  const Mapping mapping =
      mapped(testing::shipped_network("bert-base"),
             {testing::with("mesh.columns", "10"), testing::with("mesh.rows", "10"),
              testing::with("system", "[{link: link_ucie_advanced}]")});
  EXPECT_EQ(mapping.chip.mesh.n_chips(), 5);
  const Estimate e = estimate(mapping, load(16, 0));
  expect_consistent(e);
  EXPECT_GT(e.ledger.by_component().at("chip_link").energy.si(), 0.0);
  EXPECT_EQ(e.macs, estimate(mapped(testing::shipped_network("bert-base")), load(16, 0)).macs);
}

}  // namespace
}  // namespace ohm
