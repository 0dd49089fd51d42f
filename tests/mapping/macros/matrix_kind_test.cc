// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/matrix_kind.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "core/error.h"
#include "mapping/chip/fit.h"
#include "mapping/estimate/estimate.h"
#include "mapping/estimate/peak.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/core/error_text.h"
#include "tests/mapping/macros/kinds_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::mapped_with_slc;
using testing::shipped_chip;
using testing::with;
using testing::with_slc;

const char* const kRules = "[{match: h.*.attn.out, macro: slc}, {match: h.1.ffn.*, redundancy: 3}]";

const StaticMatmul& named(const Network& network, const std::string& name) {
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.name == name) return matmul;
  }
  throw ArgumentError("no matrix " + name);
}

TEST(MatrixKind, TheLastRuleThatMatchesCounts) {
  const ChipSpec chip = shipped_chip(with_slc(
      "[{match: h.*, macro: slc}, {match: h.*.ffn.*, redundancy: 2}, {match: h.1.ffn.*}]"));
  const Network network = build_network(testing::tiny_gpt());
  const MatrixKind qkv = kind_of(named(network, "h.0.attn.qkv"), chip);
  EXPECT_TRUE(qkv.in_crossbars);
  EXPECT_EQ(qkv.macro, 1);
  EXPECT_EQ(qkv.redundancy, 1);
  const MatrixKind up = kind_of(named(network, "h.0.ffn.up"), chip);
  EXPECT_TRUE(up.in_crossbars);
  EXPECT_EQ(up.macro, 0);
  EXPECT_EQ(up.redundancy, 2);
  EXPECT_FALSE(kind_of(named(network, "h.1.ffn.up"), chip).in_crossbars);
}

/// Costs of the expert in the middle stand for its group's.
TEST(MatrixKind, CostsWantExpertsThatTakeTurnsAlike) {
  TransformerSpec spec = testing::tiny_mixtral();
  spec.n_experts = 8;
  const Network network = build_network(spec);
  const auto chip = [](const std::string& match) {
    return shipped_chip({with("map.matrices", "[{match: " + match + ", on: digital}]")});
  };
  require_alike_experts(network, chip("h.*.ffn.expert*"));
  require_alike_experts(network, chip("h.1.*"));
  for (const char* one : {"'*expert3.*'", "h.0.ffn.expert6.up"}) {
    EXPECT_THAT(error_text<ConfigError>([&] {
                  estimate_structure(spec, chip(one), {3, 2, 1, {}});
                }),
                HasSubstr("rules treat 'h.0.ffn.expert"));
    EXPECT_THAT(error_text<ConfigError>([&] {
                  estimate(map_network(network, chip(one)), {3, 2, 1, {}});
                }),
                HasSubstr("such as h.*.ffn.expert*"));
  }
}

TEST(MatrixKind, RefusesReplicasOfWhatIsExact) {
  EXPECT_THAT(error_text<ConfigError>([] {
                shipped_chip({with("map.matrices", "[{match: h.*, on: digital, redundancy: 2}]")});
              }),
              HasSubstr("map.matrices[0].redundancy"));
}

/// ceil(rows / 128) × ceil(columns / weights per row) by hand: differential pairs of 4 and 7 cells
/// give 16 and 9 weights per row of 128 bitlines.
Index arrays_by_hand(const StaticMatmul& matmul) {
  const bool slc = matmul.name.ends_with("attn.out");
  const Index per_row = slc ? 9 : 16;
  const Index replicas = matmul.name.starts_with("h.1.ffn") ? 3 : 1;
  return replicas * ((matmul.rows + 127) / 128) * ((matmul.columns + per_row - 1) / per_row);
}

TEST(MatrixKind, ArraysAndTilesAreCountedKindByKind) {
  const std::vector<Override> four{with("macros_per_tile", "4")};
  const Mapping m = mapped_with_slc(kRules, four);
  std::map<bool, Index> arrays;
  for (const StaticMatmul& matmul : m.network.matmuls) {
    EXPECT_EQ(m.partition.size(matmul.id), arrays_by_hand(matmul)) << matmul.name;
    arrays[matmul.name.ends_with("attn.out")] += arrays_by_hand(matmul);
  }
  const Index slc = (arrays[true] + 3) / 4, own = (arrays[false] + 3) / 4;
  EXPECT_EQ(m.placement.tiles_of(1), slc);
  EXPECT_EQ(m.placement.tiles_of(0), own);
  EXPECT_EQ(m.placement.tiles_used, slc + own);
  EXPECT_EQ(m.chip.kind(1).tiles, slc);
  const Fit f = fit(m.network, m.chip.spec);
  EXPECT_EQ(f.tiles, slc + own);
  ASSERT_EQ(f.kinds.size(), 2u);
  EXPECT_EQ(f.kinds[1].arrays, arrays[true]);
  EXPECT_EQ(f.kinds[1].tiles, slc);
  EXPECT_DOUBLE_EQ(f.area.si(), static_cast<double>(slc) * m.chip.kind(1).tile_area.si() +
                                    static_cast<double>(own) * m.chip.kind(0).tile_area.si());
  EXPECT_NEAR(f.chip_area.si(), m.chip.area().si(), 1e-12 * f.chip_area.si());
}

TEST(MatrixKind, ATileHoldsOneKindAndEveryReplicaItsOwnArrays) {
  for (const char* packing : {"none", "edge_blocks"}) {
    const Mapping m =
        mapped_with_slc(kRules, {with("macros_per_tile", "4"), with("map.packing", packing),
                                 with("map.placement", "anneal"), with("map.moves", "2000")});
    std::map<Index, Index> kind_of_tile;
    std::map<std::pair<Index, Index>, std::set<Index>> replicas;
    for (const StoredBlock& s : m.stored_blocks()) {
      const auto& matmul = m.network.matmuls[static_cast<size_t>(s.block.matmul)];
      EXPECT_EQ(s.setting, matmul.name.ends_with("attn.out") ? 1 : 0);
      EXPECT_EQ(kind_of_tile.emplace(s.slot.tile, s.setting).first->second, s.setting);
      replicas[{s.block.matmul, s.block.row_tile}].insert(s.block.replica);
    }
    for (const auto& [key, seen] : replicas) {
      const auto& matmul = m.network.matmuls[static_cast<size_t>(key.first)];
      EXPECT_EQ(seen.size(), matmul.name.starts_with("h.1.ffn") ? 3u : 1u);
    }
    EXPECT_EQ(kind_of_tile, m.tile_kinds());
  }
}

TEST(MatrixKind, ARuleThatMatchesNothingAndAKindWithoutRoomAreErrors) {
  EXPECT_THAT(error_text<ConfigError>([] { mapped_with_slc("[{match: x.*, macro: slc}]"); }),
              HasSubstr("map.matrices: 'x.*' matches no matrix"));
  const std::string few =
      "[{name: slc, macro: {weight: {slice_bits: [1, 1, 1, 1, 1, 1, 1]}}, tiles: 1}]";
  const auto chip = [&](const std::string& macros, const std::string& matrices) {
    return shipped_chip(
        {with("macros_per_tile", "4"), with("macros", macros), with("map.matrices", matrices)});
  };
  const Network network = build_network(testing::tiny_gpt());
  EXPECT_THAT(error_text<ConfigError>(
                  [&] { map_network(network, chip(few, "[{match: h.*.ffn.*, macro: slc}]")); }),
              HasSubstr("macros[0].tiles: network tiny-gpt needs"));
  EXPECT_NO_THROW(map_network(network, chip(few, "[{match: h.0.attn.out, macro: slc}]")));
}

std::string operation(const Leaf& leaf) {
  return leaf.op;
}

/// Energy of the macros of one operator: its leaves but those of tile and network.
Joules macro_energy(const Estimate& e, const std::string& op) {
  const std::set<std::string> others{"buffer",     "quantise", "dequantise", "accumulate",
                                     "tile_wires", "noc_link", "noc_router"};
  Joules sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (operation(leaf) == op && !others.contains(leaf.component)) sum += cost.energy;
  }
  return sum;
}

Cost one(const Estimate& e, const std::string& component, const std::string& op) {
  Cost sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.op == op && leaf.component == component) sum += cost;
  }
  return sum;
}

TEST(MatrixKind, ReplicasMultiplyTheEnergyOfTheirMacrosAndNothingElse) {
  const Workload load{8, 4, 1, {}};
  const std::vector<Override> four{with("macros_per_tile", "4")};
  const Estimate plain = estimate(mapped_with_slc("[]", four), load);
  const Estimate thrice =
      estimate(mapped_with_slc("[{match: h.1.ffn.up, redundancy: 3}]", four), load);
  EXPECT_NEAR(macro_energy(thrice, "h.1.ffn.up") / macro_energy(plain, "h.1.ffn.up"), 3.0, 1e-12);
  EXPECT_EQ(macro_energy(thrice, "h.0.ffn.up"), macro_energy(plain, "h.0.ffn.up"));
  EXPECT_EQ(one(thrice, "dequantise", "h.1.ffn.up").energy,
            one(plain, "dequantise", "h.1.ffn.up").energy);
  // 32 rows in one row tile: nothing to add up but the three replicas of 128 outputs, 11 tokens
  EXPECT_EQ(one(plain, "accumulate", "h.1.ffn.up").count, 0);
  EXPECT_EQ(one(thrice, "accumulate", "h.1.ffn.up").count, 2 * 128 * 11);
  EXPECT_GT(thrice.area, plain.area);
  EXPECT_EQ(thrice.macs, plain.macs);
}

TEST(MatrixKind, AKindCostsWhatAChipOfThatKindAloneCosts) {
  const Workload load{8, 4, 1, {}};
  const Estimate mixed = estimate(mapped_with_slc("[{match: h.0.attn.out, macro: slc}]"), load);
  const Estimate alone = estimate(
      map_network(build_network(testing::tiny_gpt()),
                  shipped_chip({with("macro.weight.slice_bits", "[1, 1, 1, 1, 1, 1, 1]")})),
      load);
  EXPECT_NEAR(macro_energy(mixed, "h.0.attn.out") / macro_energy(alone, "h.0.attn.out"), 1.0,
              1e-12);
  const Estimate plain = estimate(mapped_with_slc("[]"), load);
  EXPECT_NE(macro_energy(mixed, "h.0.attn.out"), macro_energy(plain, "h.0.attn.out"));
  EXPECT_EQ(macro_energy(mixed, "h.1.attn.out"), macro_energy(plain, "h.1.attn.out"));
}

TEST(MatrixKind, AFurtherKindThatNobodyTakesChangesNothing) {
  const Workload load{8, 4, 2, {}};
  const Network network = build_network(testing::tiny_gpt());
  for (const char* gating : {"unused_tiles", "idle_tiles"}) {
    const std::vector<Override> base{with("macros_per_tile", "8"), with("gating", gating)};
    const Estimate plain = estimate(map_network(network, shipped_chip(base)), load);
    const Estimate kinds = estimate(map_network(network, shipped_chip(with_slc("[]", base))), load);
    EXPECT_EQ(kinds.energy, plain.energy);
    EXPECT_EQ(kinds.area, plain.area);
    EXPECT_EQ(kinds.makespan, plain.makespan);
    EXPECT_EQ(kinds.spatial_utilisation, plain.spatial_utilisation);
  }
}

TEST(MatrixKind, AreaAndLeakageAreThoseOfTheTilesOfEachKind) {
  const Mapping m = mapped_with_slc(kRules, {with("macros_per_tile", "4")});
  const Estimate e = estimate(m, {8, 4, 1, {}});
  double area = 0.0, power = 0.0;
  for (Index k = 0; k < 2; ++k) {
    const auto tiles = static_cast<double>(m.placement.tiles_of(k));
    area += tiles * m.chip.kind(k).tile_area.si();
    power += tiles * m.chip.kind(k).power.on.si();
  }
  EXPECT_NEAR(e.area.si(), area, 1e-12 * area);
  const Index off = m.chip.mesh.size() - m.placement.tiles_used;
  power += static_cast<double>(off) * m.chip.kind(0).power.off.si();
  EXPECT_NEAR(e.leakage_energy.si(), power * e.makespan.si(), 1e-9 * e.leakage_energy.si());
}

TEST(MatrixKind, BitsOfAKindSetTheBytesThatMove) {
  const std::string macros =
      "[{name: four, macro: {weight: {bits: 4, slice_bits: [2, 2]}, "
      "input: {bits: 4}}}]";
  const Mapping m = map_network(
      build_network(testing::tiny_gpt()),
      shipped_chip({with("macros_per_tile", "2"), with("macros", macros),
                    with("map.matrices", "[{match: h.0.ffn.up, macro: four, redundancy: 2}]")}));
  const StaticMatmul& up = named(m.network, "h.0.ffn.up");
  // 4 + 4 bits and 64 terms: 32 rows twice
  EXPECT_EQ(m.chip.widths.partial_sum_bits(up), 14);
  for (const Transfer& t : m.transfers) {
    if (m.network.op(t.vertex).matmul != up.id || t.kind != TransferKind::input) continue;
    for (const std::int64_t bytes : t.bytes) EXPECT_EQ(bytes, 16);
  }
}

TEST(MatrixKind, CopiesKeepToTheTilesThereAre) {
  for (const char* goal : {"throughput", "latency"}) {
    const Mapping m = mapped_with_slc(
        kRules, {with("macros_per_tile", "4"), with("mesh.columns", "8"), with("mesh.rows", "8"),
                 with("macros",
                      "[{name: slc, macros_per_tile: 6, macro: {weight: {slice_bits: [1, 1, 1, 1, "
                      "1, 1, 1]}}}]"),
                 with("map.duplication", goal)});
    EXPECT_GT(m.placement.tiles_used, 32) << goal;
    EXPECT_LE(m.placement.tiles_used, 64) << goal;
  }
}

TEST(MatrixKind, ThePeakCountsTheTilesThatTheChipIsMadeWith) {
  const std::string macros =
      "[{name: slc, tiles: 76, macro: {weight: {slice_bits: [1, 1, 1, 1, 1, 1, 1]}}}]";
  const Peak mixed = peak(compile_chip(shipped_chip({with("macros", macros)})));
  const Peak own = peak(compile_chip(shipped_chip()));
  const Peak slc =
      peak(compile_chip(shipped_chip({with("macro.weight.slice_bits", "[1, 1, 1, 1, 1, 1, 1]")})));
  const auto chip = [](const Peak& p) { return p.levels[3]; };
  EXPECT_NEAR(chip(mixed).ops_per_s, (600 * chip(own).ops_per_s + 76 * chip(slc).ops_per_s) / 676,
              1e-9 * chip(own).ops_per_s);
  EXPECT_NEAR(chip(mixed).area().si(),
              (600 * chip(own).area().si() + 76 * chip(slc).area().si()) / 676,
              1e-9 * chip(own).area().si());
}

TEST(MatrixKind, LayersSolvedOnceAgreeWithAllOfThem) {
  const ChipSpec chip = shipped_chip(
      with_slc("[{match: h.*.attn.out, macro: slc}, {match: h.*.ffn.up, redundancy: 2}]",
               {with("macros_per_tile", "4")}));
  TransformerSpec spec = testing::tiny_gpt();
  spec.n_layers = 6;
  const Workload load{1, 8, 1, {}};  // one token after the other: exact
  const Estimate few = estimate_structure(spec, chip, load, Fidelity::structure);
  ASSERT_TRUE(few.exact);
  const Estimate all = estimate_structure(spec, chip, load, Fidelity::automatic);
  EXPECT_NEAR(few.energy.si(), all.energy.si(), 1e-9 * all.energy.si());
  EXPECT_NEAR(few.area.si(), all.area.si(), 1e-12 * all.area.si());
  EXPECT_NEAR(few.spatial_utilisation, all.spatial_utilisation, 1e-12);
  // bands begin on fresh tiles, so that area is no less than that of a packed chip
  const Estimate packed = estimate(map_network(build_network(spec), chip), load);
  EXPECT_GE(few.area, packed.area);
  EXPECT_NEAR(macro_energy(few, "h.5.ffn.up") / macro_energy(packed, "h.5.ffn.up"), 1.0, 1e-9);
}

TEST(MatrixKind, TheShippedMixFitsGpt2Small) {
  const Network network = build_network(testing::shipped_network("gpt2-small"));
  const ChipSpec chip = shipped_chip({}, "rram_slc_mlc");
  const Fit f = fit(network, chip);
  EXPECT_EQ(f.kinds[1].arrays, 12 * 6 * 86);  // 768 outputs, 9 in a row
  EXPECT_EQ(f.kinds[0].arrays, 60324 - 12 * 6 * 48);
  EXPECT_TRUE(f.fits());
  EXPECT_EQ(map_network(network, chip).placement.tiles_used, f.tiles);
}

}  // namespace
}  // namespace ohm
