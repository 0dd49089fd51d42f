// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layout.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "core/error.h"
#include "mapping/chip/fit.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

constexpr const char* kLink =
    "link: {bandwidth: 64 GB/s, energy: 0.6 pJ/bit, latency: 2 ns, area: 0.01 mm2, "
    "beachfront: 0.01 mm, source: test}";

ChipSpec small(const std::string& system, const std::string& mesh = "{columns: 3, rows: 2}",
               std::vector<Override> more = {}, const std::string& macros = "4") {
  more.push_back(with("mesh", mesh));
  more.push_back(with("macros_per_tile", macros));
  more.push_back(with("system", system));
  return testing::shipped_chip(more);
}

std::string chips_of(const std::string& size = "") {
  return fmt::format("[{{{}{}}}]", size, kLink);
}

std::vector<TransformerSpec> several_layers() {
  std::vector<TransformerSpec> specs{testing::tiny_gpt(),     testing::tiny_llama(),
                                     testing::tiny_mixtral(), testing::tiny_deepseek(),
                                     testing::tiny_bert(),    testing::tiny_t5()};
  specs.push_back(testing::tiny_bert());
  specs.back().name = "tiny-masked-bert";
  specs.back().n_labels = 0;
  specs.back().masked_head = specs.back().tied_head = true;
  for (TransformerSpec& spec : specs) spec.n_layers = 7;
  specs[1].sliding_window = 6;
  specs[1].layer_types = {"sliding_attention", "sliding_attention", "full_attention"};
  return specs;
}

/// On one layout, events of a mapping and layers solved once are one and the same simulation.
TEST(Layout, OfAMappingIsThatOfLayersSolvedOnce) {
  const std::string packages = fmt::format("[{{columns: 1, rows: 2, {}}}, {{{}}}]", kLink, kLink);
  for (const std::string& system : {chips_of(), chips_of("columns: 2, "), packages}) {
    for (const char* mesh : {"{columns: 3, rows: 2}", "{columns: 4, rows: 5}"}) {
      const ChipSpec chip = small(system, mesh);
      for (const TransformerSpec& spec : several_layers()) {
        const Network network = build_network(spec);
        const Mapping mapping = map_network(network, chip);
        EXPECT_GT(mapping.chip.mesh.n_chips(), 1) << spec.name;
        EXPECT_TRUE(layout_of(network, chip).bands) << spec.name;
        EXPECT_EQ(mapping.verification.blocks, std::ssize(mapping.partition.blocks));
        EXPECT_EQ(fit(network, chip).chips, mapping.chip.mesh.n_chips()) << spec.name;
        EXPECT_EQ(fit(network, chip).tiles, mapping.placement.tiles_used) << spec.name;
        const Index generate = spec.is_decoder() ? 4 : 0;
        for (const Workload& load : {Workload{9, generate, 1, {}}, Workload{5, generate, 3, {}}}) {
          const Estimate mapped = estimate(mapping, load);
          const Estimate solved = estimate_structure(spec, chip, load);
          EXPECT_EQ(solved.fidelity, "events") << spec.name;
          EXPECT_EQ(mapped.chips, solved.chips) << spec.name;
          EXPECT_EQ(mapped.schedule.outputs, solved.schedule.outputs) << spec.name << mesh;
          EXPECT_EQ(mapped.schedule.makespan, solved.schedule.makespan) << spec.name;
          EXPECT_EQ(mapped.macs, solved.macs) << spec.name;
          EXPECT_EQ(mapped.kv_bytes_in_dram, solved.kv_bytes_in_dram) << spec.name;
          EXPECT_NEAR(mapped.energy / solved.energy, 1.0, 1e-9) << spec.name;
          EXPECT_NEAR(mapped.area / solved.area, 1.0, 1e-12) << spec.name;
          EXPECT_NEAR(mapped.chip_area / solved.chip_area, 1.0, 1e-12) << spec.name;
        }
      }
    }
  }
}

/// The chips, column by column, on which the layer's matrices lie.
Index columns_of_layer(const Mapping& mapping, int layer) {
  std::set<Index> columns;
  const Mesh& mesh = mapping.chip.mesh;
  for (const StoredBlock& stored : mapping.stored_blocks()) {
    if (mapping.network.matmuls[static_cast<size_t>(stored.block.matmul)].layer != layer) continue;
    columns.insert(stored.slot.tile % mesh.columns() / mapping.chip.spec.mesh.columns);
  }
  return std::ssize(columns);
}

TEST(Layout, TensorParallelSpreadsEveryLayerOverSoManyChips) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  for (const Index chips : {1, 2, 3}) {
    const std::string number = fmt::format("{}", chips);
    const ChipSpec asked =
        small(chips_of(), "{columns: 3, rows: 2}", {with("map.tensor_parallel", number)}, "1");
    const Mapping mapping = map_network(network, asked);
    EXPECT_EQ(mapping.chip.mesh.columns(), 3 * chips);
    for (int layer = 0; layer < 7; ++layer) EXPECT_EQ(columns_of_layer(mapping, layer), chips);
    const ChipSpec given =
        small(chips_of("columns: " + number + ", "), "{columns: 3, rows: 2}", {}, "1");
    EXPECT_EQ(fit(network, asked).chips, fit(network, given).chips);
    const Workload load{9, 4, 2, {}};
    const Estimate mapped = estimate(mapping, load), solved = estimate_structure(spec, asked, load),
                   wide = estimate_structure(spec, given, load);
    EXPECT_EQ(mapped.schedule.outputs, solved.schedule.outputs);
    EXPECT_EQ(mapped.schedule.outputs, wide.schedule.outputs);
    EXPECT_NEAR(mapped.energy / wide.energy, 1.0, 1e-12);
  }
}

TEST(Layout, TensorParallelOfWhatOneChipHoldsTakesSeveral) {
  const TransformerSpec spec = testing::shipped_network("gpt2-small");
  const ChipSpec chip = testing::shipped_chip(
      {with("map.tensor_parallel", "2"), with("mesh", "{columns: 8, rows: 40}")}, "rram_22nm_llm");
  const Network network = build_network(spec);
  EXPECT_EQ(fit(network, chip).chips, 2);
  EXPECT_EQ(estimate_structure(spec, chip, {4, 2, 1, {}}).chips, 2);
  ChipSpec unjoined = chip;
  unjoined.system.clear();
  EXPECT_EQ(estimate_structure(spec, unjoined, {4, 2, 1, {}}).chips, 2);
  EXPECT_THAT(error_text<ConfigError>([&] { map_network(network, unjoined); }),
              ::testing::HasSubstr("map.tensor_parallel: 2: nothing says what joins the chips"));
}

TEST(Layout, TensorParallelSaysWhatItCannotFollow) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  const auto text = [&](const std::string& number, const std::string& key = "map.context",
                        const std::string& value = "64") {
    return error_text<ConfigError>([&] {
      map_network(network, small(chips_of(), "{columns: 3, rows: 2}",
                                 {with("map.tensor_parallel", number), with(key, value)}, "1"));
    });
  };
  EXPECT_THAT(text("64"), ::testing::HasSubstr("which reaches over"));
  EXPECT_THAT(text("cheapest"), ::testing::HasSubstr("is found for a workload"));
  EXPECT_THAT(text("2", "map.packing", "edge_blocks"),
              ::testing::HasSubstr("map.tensor_parallel: 2 beside map.packing"));
  EXPECT_THAT(text("2", "map.placement", "snake"), ::testing::HasSubstr("fills chip after chip"));
  EXPECT_THAT(text("2", "system", chips_of("columns: 3, ")),
              ::testing::HasSubstr("in a system of 3 chips in a row"));
  const std::string packages = fmt::format("[{{columns: 2, rows: 2, {}}}, {{{}}}]", kLink, kLink);
  EXPECT_THAT(text("3", "system", packages), ::testing::HasSubstr("expected a multiple"));
  EXPECT_THAT(text("2", "system", fmt::format("[{{{}}}, {{{}}}]", kLink, kLink)),
              ::testing::HasSubstr("auto at the last level only"));
  EXPECT_THAT(text("2", "system", chips_of("rows: 3, ")),
              ::testing::AllOf(::testing::HasSubstr("map.tensor_parallel: 2: network tiny-llama"),
                               ::testing::HasSubstr("or say auto")));
}

/// One chip in a row is what a chip alone is, whatever else is asked of it.
TEST(Layout, TensorParallelOfOneChipIsTheChip) {
  const Network network = build_network(testing::tiny_gpt());
  const auto chip = [](const char* number) {
    return testing::shipped_chip({with("map.tensor_parallel", number),
                                  with("map.packing", "edge_blocks"),
                                  with("macros_per_tile", "4")});
  };
  EXPECT_EQ(fit(network, chip("1")).tiles, fit(network, chip("auto")).tiles);
  EXPECT_EQ(map_network(network, chip("1")).placement.tiles_used,
            map_network(network, chip("auto")).placement.tiles_used);
}

/// Rows that are given are there, however wide the chips stand.
TEST(Layout, TensorParallelCountsAllRowsOfASystem) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  for (const char* number : {"auto", "2", "3"}) {
    const ChipSpec chip = small(chips_of("rows: 40, "), "{columns: 3, rows: 2}",
                                {with("map.tensor_parallel", number)}, "1");
    const Mapping mapping = map_network(network, chip);
    EXPECT_EQ(fit(network, chip).system_chips, mapping.chip.mesh.n_chips()) << number;
    EXPECT_EQ(fit(network, chip).chips, estimate_structure(spec, chip, {4, 2, 1, {}}).chips);
  }
}

TEST(Layout, OfFewLayersIsThatOfAll) {
  for (const char* name : {"gpt2-xl", "llama-3-8b", "mixtral-8x7b", "gemma-3-1b", "opt-350m"}) {
    const TransformerSpec spec = testing::shipped_network(name);
    const Network all = build_network(spec);
    const Reduction two = keep_layers(spec, 2);
    const Network few = build_network(two.spec);
    for (const char* on : {"rram_22nm", "rram_22nm_llm"}) {
      const ChipSpec chip = testing::shipped_chip({}, on);
      const Layout whole = layout_of(all, chip), reduced = layout_of(few, chip, &two);
      EXPECT_EQ(whole.chips, reduced.chips) << name << on;
      EXPECT_EQ(whole.rows, reduced.rows) << name << on;
      EXPECT_EQ(whole.grid.columns, reduced.grid.columns) << name << on;
      EXPECT_EQ(whole.grid.ways, reduced.grid.ways) << name << on;
      const Layout counted = layout_of(spec, chip);
      EXPECT_EQ(whole.arrays, counted.arrays) << name << on;
      EXPECT_EQ(whole.tiles, counted.tiles) << name << on;
      EXPECT_EQ(whole.holds, counted.holds) << name << on;
      EXPECT_EQ(fit(all, chip).chips,
                estimate_structure(spec, chip, {1, 1, 1, {}}, Fidelity::shape).chips)
          << name << on;
    }
  }
}

TEST(Layout, IsCountedInAllLayersWhereRulesOrPackingTreatThemApart) {
  const TransformerSpec spec = testing::shipped_network("gpt2-small");
  const Index plain = layout_of(spec, testing::shipped_chip()).arrays.front();
  for (const auto& key : {with("map.matrices", "[{match: h.7.*, on: digital}]"),
                          with("map.packing", "edge_blocks")}) {
    const ChipSpec chip = testing::shipped_chip({key});
    const Layout whole = layout_of(build_network(spec), chip), counted = layout_of(spec, chip);
    EXPECT_EQ(whole.arrays, counted.arrays) << key.value;
    EXPECT_EQ(whole.tiles, counted.tiles) << key.value;
    EXPECT_LT(counted.arrays.front(), plain) << key.value;
  }
}

TEST(Layout, OfANetworkOnOneChipIsTheSnake) {
  const ChipSpec chip = testing::shipped_chip({}, "rram_22nm_llm");
  const TransformerSpec spec = testing::shipped_network("gpt2-small");
  const Layout layout = layout_of(build_network(spec), chip);
  EXPECT_FALSE(layout.bands || layout.apart);
  EXPECT_EQ(layout.chips, 1);
  EXPECT_EQ(estimate_structure(spec, chip, {4, 2, 1, {}}, Fidelity::structure).chips, 1);
}

TEST(Layout, OfWhatBandsCannotDoIsTheSnakeAndLayersSolvedOnceSayWhich) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"map.placement", "snake"}, {"map.packing", "edge_blocks"}}) {
    const ChipSpec chip = small(chips_of(), "{columns: 3, rows: 2}", {with(key, value)});
    const Layout layout = layout_of(network, chip);
    EXPECT_FALSE(layout.bands);
    ASSERT_TRUE(layout.apart);
    EXPECT_EQ(layout.apart->key, key);
    EXPECT_GT(map_network(network, chip).chip.mesh.n_chips(), 1);
    EXPECT_THAT(error_text<ArgumentError>([&] {
                  estimate_structure(spec, chip, {4, 2, 1, {}});
                }),
                ::testing::HasSubstr(key + ": only a mapping"));
  }
}

/// Six chips hold the tiles one behind the other, but not every layer on rows of its own.
TEST(Layout, OfChipsWithoutRoomForBandsIsTheSnake) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  const Layout grown = layout_of(network, small(chips_of()));
  Index fewest = 1;
  while (!fit(network, small(chips_of(fmt::format("columns: 1, rows: {}, ", fewest)))).fits()) {
    ++fewest;
  }
  ASSERT_LT(fewest, grown.chips);
  const ChipSpec chip = small(chips_of(fmt::format("columns: 1, rows: {}, ", fewest)));
  const Layout layout = layout_of(network, chip);
  EXPECT_FALSE(layout.bands);
  EXPECT_EQ(layout.apart->key, "system");
  EXPECT_EQ(map_network(network, chip).chip.mesh.n_chips(), fewest);
  EXPECT_THROW(estimate_structure(spec, chip, {4, 2, 1, {}}), ArgumentError);
  ChipSpec asked = chip;
  asked.map.placement = "bands";
  EXPECT_THROW(map_network(network, asked), ConfigError);
  asked.map.packing = "edge_blocks";
  EXPECT_THAT(error_text<ConfigError>([&] { map_network(network, asked); }),
              ::testing::HasSubstr("map.placement: bands beside map.packing"));
}

/// Seven layers and an output matrix in two rows of chips of two tiles each, however many columns.
TEST(Layout, OfBandsThatLackRowsSaysHowManyAndIsRefusedAlikeByAll) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 7;
  const Network network = build_network(spec);
  const auto refused_with = [&](const ChipSpec& chip) {
    const std::string sentence = error_text<ConfigError>([&] { map_network(network, chip); });
    EXPECT_FALSE(fit(network, chip).fits());
    EXPECT_EQ(fit(network, chip).lacking, sentence);
    return sentence;
  };
  const std::vector<Override> bands{with("map.placement", "bands")};
  const ChipSpec wide = small(chips_of("rows: 2, "), "{columns: 3, rows: 2}", bands);
  const std::string sentence = refused_with(wide);
  EXPECT_THAT(sentence, ::testing::HasSubstr("needs 8 rows of tiles, so that every layer has its "
                                             "own, and there are 4, 4 too few: give the last level "
                                             "of system 4 rows (or auto), or say snake"));
  EXPECT_EQ(sentence, error_text<ConfigError>([&] {
              estimate_structure(spec, wide, {4, 2, 1, {}});
            }));
  const ChipSpec enough = small(chips_of("rows: 4, "), "{columns: 3, rows: 2}", bands);
  EXPECT_TRUE(fit(network, enough).fits());
  EXPECT_EQ(map_network(network, enough).chip.mesh.rows(), 8);
  const ChipSpec flat = small("[]", "{columns: 60, rows: 7}", bands);
  EXPECT_THAT(refused_with(flat), ::testing::HasSubstr("there are 7, 1 too few: give mesh 8 rows"));
  EXPECT_TRUE(fit(network, small("[]", "{columns: 60, rows: 8}", bands)).fits());
}

TEST(Layout, OfManyArraysOnOneChipIsBandsWhereRowsSuffice) {
  const Network network = build_network(testing::shipped_network("llama-3-8b"));
  const auto on = [&](const char* mesh) {
    return layout_of(network, testing::shipped_chip({with("mesh", mesh)}));
  };
  const Layout room = on("{columns: 240, rows: 240}"), none = on("{columns: 2000, rows: 20}");
  EXPECT_TRUE(room.bands && room.holds);
  EXPECT_FALSE(room.apart);
  EXPECT_FALSE(none.bands);
  EXPECT_EQ(none.apart->key, "mesh");
}

TEST(Layout, OfBandsThatAreAskedForTakesOneChipWhereTheyFit) {
  TransformerSpec spec = testing::tiny_gpt();
  const Network network = build_network(spec);
  ChipSpec chip = small("[]", "{columns: 6, rows: 40}");
  chip.map.placement = "bands";
  const Estimate mapped = estimate(map_network(network, chip), {9, 4, 1, {}});
  const Estimate solved = estimate_structure(spec, chip, {9, 4, 1, {}});
  EXPECT_EQ(mapped.schedule.outputs, solved.schedule.outputs);
  EXPECT_EQ(mapped.chips, 1);
  chip.map.duplication = "throughput";
  EXPECT_THAT(error_text<ConfigError>([&] { map_network(network, chip); }),
              ::testing::HasSubstr("map.placement: bands beside map.duplication"));
}

}  // namespace
}  // namespace ohm
