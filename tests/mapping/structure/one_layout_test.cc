// SPDX-License-Identifier: Apache-2.0
// One network on one chip has one layout, whoever asks: small ones, drawn at random.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <regex>

#include "core/error.h"
#include "mapping/chip/fit.h"
#include "mapping/estimate/estimate.h"
#include "mapping/shape/shape_model.h"
#include "mapping/structure/estimate_structure.h"
#include "mapping/structure/layout.h"
#include "tests/core/error_text.h"
#include "tests/mapping/macros/kinds_builder.h"
#include "tests/mapping/random_draw.h"

namespace ohm {
namespace {

class Draw : public testing::RandomDraw {
 public:
  using RandomDraw::RandomDraw;

  TransformerSpec network() {
    TransformerSpec spec =
        one_of({testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_mixtral(),
                testing::tiny_deepseek(), testing::tiny_bert(), testing::tiny_t5()});
    spec.n_layers = number(spec.dense_layers + 1, 6);
    if (spec.n_experts > 0) return spec;
    spec.d_model = 8 * number(2, 9);
    spec.n_heads = one_of<Index>({2, 4});
    spec.d_ff = number(9, 200);
    return spec;
  }

  ChipSpec chip() {
    static const ChipSpec kShipped = testing::shipped_chip();
    static const ChipSpec kOfTwoKinds =
        testing::shipped_chip(testing::with_slc("[{match: '*attn*', macro: slc}]"));
    ChipSpec chip = number(0, 3) == 0 ? kOfTwoKinds : kShipped;
    for (MacroKindSpec& kind : chip.macros) kind.tiles = one_of<Index>({0, 0, 3});
    chip.macro.array.n_wordlines = chip.macro.array.rows_active = number(16, 64);
    chip.macro.array.n_bitlines = 16 * number(1, 6);
    chip.macros_per_tile = one_of<Index>({2, 5, 16});
    chip.mesh = {number(2, 7), number(2, 7)};
    if (number(0, 2) == 0) chip.mesh = {number(4, 12), number(10, 60)};
    chip.row_split = one_of<std::string>({"max", "equal"});
    chip.head = one_of<std::string>({"crossbar", "digital"});
    chip.map.placement = one_of<std::string>({"auto", "auto", "snake", "bands", "bands"});
    chip.map.packing = one_of<std::string>({"none", "none", "edge_blocks"});
    chip.system = system();
    if (!chip.system.empty() && number(0, 3) == 0) {
      chip.dram_at = {grows(chip.system) ? 0 : n_chips(chip.system) - 1};
    }
    chip.buffer.kv_share = one_of({0.0, 0.1, 0.5});
    chip.buffer.capacity = Bytes(static_cast<double>(number(100, 20000)));
    return chip;
  }

  /// Of a chip with the further kind `slc`: for one layer, or for two.
  std::vector<MatrixRule> rules_for_some(const TransformerSpec& network) {
    std::vector<MatrixRule> rules;
    for (Index n = number(1, 2); n > 0; --n) {
      MatrixRule rule;
      rule.match = fmt::format("h.{}.{}", number(0, network.n_layers - 1),
                               one_of<std::string>({"*", "ffn*", "attn*"}));
      switch (number(0, 2)) {
        case 0:
          rule.redundancy = number(2, 8);
          break;
        case 1:
          rule.macro = "slc";
          break;
        default:
          rule.on = "digital";
      }
      rules.push_back(rule);
    }
    return rules;
  }

  ChipSpec chip_of_two_kinds() {
    ChipSpec drawn = chip();
    static const ChipSpec kOfTwoKinds = testing::shipped_chip(testing::with_slc("[]"));
    drawn.macros = kOfTwoKinds.macros;
    drawn.map.matrices.clear();
    drawn.map.packing = "none";
    drawn.dram_at.clear();
    return drawn;
  }

  SystemSpec of_few_rows() { return {level(LevelSpec::kAuto, number(1, 2))}; }

  Workload workload(const TransformerSpec& network) {
    if (!network.is_decoder()) return {number(1, 9), {}, number(1, 2), {}};
    return {number(1, 9), number(1, 4), number(1, 2), {}};
  }

 private:
  LevelSpec level(Index columns, Index rows) {
    static const SystemSpec kShipped =
        testing::shipped_chip({testing::with("system",
                                             "[{link: {bandwidth: 64 GB/s, energy: 0.6 pJ/bit, "
                                             "latency: 2 ns, area: 0.01 mm2, static_power: 1 uW, "
                                             "beachfront: 0.1 um, source: test}}]")})
            .system;
    LevelSpec level = kShipped.front();
    level.columns = columns;
    level.rows = rows;
    return level;
  }

  SystemSpec system() {
    constexpr Index kAuto = LevelSpec::kAuto;
    switch (number(0, 5)) {
      case 0:
        return {};
      case 1:
        return {level(number(1, 3), kAuto)};
      case 2:
        return {level(kAuto, number(1, 6))};
      case 3:
        return {level(number(1, 5), number(1, 8))};
      case 4:
        return {level(1, number(1, 3)), level(kAuto, kAuto)};
      default:
        return {level(kAuto, kAuto)};
    }
  }
};

/// A network, a chip, and whether the one is mapped on the other.
struct Drawn {
  TransformerSpec spec;
  ChipSpec chip;
  Network network;
  Fit found;
  std::optional<Mapping> mapping;
  std::string refusal;

  explicit Drawn(Draw& draw) : Drawn(draw.network(), draw.chip()) {}
  Drawn(TransformerSpec drawn, ChipSpec on)
      : spec(std::move(drawn)), chip(std::move(on)), network(build_network(spec)) {}

  /// Whether there is a layout at all: bands beside packing have none.
  bool is_told() {
    const std::string told = error_text<ConfigError>([&] { found = fit(network, chip); });
    refusal = error_text<ConfigError>([&] { mapping = map_network(network, chip); });
    if (told.empty()) return true;
    EXPECT_EQ(told, refusal);
    return false;
  }

  std::string text() const {
    std::string system;
    for (const LevelSpec& level : chip.system) {
      system += fmt::format(" of {} x {}", level.columns, level.rows);
    }
    return fmt::format("{} of {} layers, mesh {} x {}{}, {} in a tile, {}, {}, head {}: {}",
                       spec.name, spec.n_layers, chip.mesh.columns, chip.mesh.rows, system,
                       chip.macros_per_tile, chip.map.placement, chip.map.packing, chip.head,
                       refusal);
  }
};

/// How often what is compared came about.
struct Seen {
  int mapped = 0, refused = 0, on_several = 0, in_bands = 0, packed = 0, lacking = 0, solved = 0;
};

void expect_fit_is_map(const Drawn& d, Seen& seen) {
  EXPECT_EQ(d.found.fits(), d.mapping.has_value());
  ++(d.mapping ? seen.mapped : seen.refused);
  if (!d.mapping) {
    seen.lacking += d.found.lacking.empty() ? 0 : 1;
    EXPECT_NE(d.refusal.find(d.found.lacking), std::string::npos);
    return;
  }
  EXPECT_EQ(d.found.arrays, d.mapping->arrangement.arrays);
  EXPECT_EQ(d.found.tiles, d.mapping->placement.tiles_used);
  EXPECT_EQ(d.found.system_chips, d.mapping->chip.mesh.n_chips());
  EXPECT_TRUE(d.found.lacking.empty());
  seen.on_several += d.found.chips > 1 ? 1 : 0;
  seen.in_bands += layout_of(d.network, d.chip).bands ? 1 : 0;
  seen.packed += d.found.arrays < std::ssize(d.mapping->partition.blocks) ? 1 : 0;
}

TEST(OneLayout, FitSaysWhatMapTakes) {
  Draw draw(1);
  Seen seen;
  for (int i = 0; i < 300 && !::testing::Test::HasFailure(); ++i) {
    Drawn d(draw);
    const bool told = d.is_told();
    SCOPED_TRACE(d.text());
    if (told) expect_fit_is_map(d, seen);
  }
  for (const int n : {seen.mapped, seen.refused, seen.on_several, seen.in_bands, seen.packed}) {
    EXPECT_GT(n, 20);
  }
  EXPECT_GT(seen.lacking, 0);
}

void expect_same(const Estimate& events, const Estimate& solved) {
  EXPECT_EQ(solved.fidelity, "events");
  EXPECT_EQ(events.chips, solved.chips);
  EXPECT_EQ(events.schedule.outputs, solved.schedule.outputs);
  EXPECT_EQ(events.schedule.makespan, solved.schedule.makespan);
  EXPECT_EQ(events.macs, solved.macs);
  EXPECT_EQ(events.kv_bytes_in_dram, solved.kv_bytes_in_dram);
  EXPECT_NEAR(events.energy / solved.energy, 1.0, 1e-9);
  EXPECT_NEAR(events.area / solved.area, 1.0, 1e-12);
  EXPECT_NEAR(events.chip_area / solved.chip_area, 1.0, 1e-12);
  EXPECT_NEAR(events.spatial_utilisation, solved.spatial_utilisation, 1e-12);
}

/// Bounds of the same tiles.
void expect_bounds(const Estimate& events, const ShapeEstimate& shape, const Fit& found) {
  EXPECT_EQ(shape.arrays, found.arrays);
  EXPECT_EQ(shape.tiles, found.tiles);
  EXPECT_EQ(shape.chips, found.system_chips);
  EXPECT_EQ(shape.macs, events.macs);
  EXPECT_NEAR(shape.area / events.area, 1.0, 1e-9);
  EXPECT_LE(shape.ttft.si(), events.ttft.si() + 1e-12);
  EXPECT_LE(shape.makespan.si(), events.makespan.si() + 1e-12);
  EXPECT_LE(shape.energy.total(), events.energy.si() * (1 + 1e-12));
}

TEST(OneLayout, IsThatOfEventsOfLayersSolvedOnceAndOfClosedForms) {
  Draw draw(2);
  int one = 0, several = 0;
  for (int i = 0; i < 120 && !::testing::Test::HasFailure(); ++i) {
    Drawn d(draw);
    d.chip.map.packing = "none";
    if (!d.is_told() || !d.mapping) continue;
    const Workload load = draw.workload(d.spec);
    SCOPED_TRACE(d.text());
    const Estimate events = estimate(*d.mapping, load);
    if (d.spec.n_decoder_layers == 0 && d.chip.macros.empty()) {
      expect_bounds(events, ShapeModel(d.network).evaluate(d.chip, load), d.found);
    }
    if (layout_of(d.network, d.chip).apart) continue;
    expect_same(events, estimate_structure(d.spec, d.chip, load));
    const Estimate forms = estimate_structure(d.spec, d.chip, load, Fidelity::shape);
    EXPECT_EQ(forms.chips, events.chips);
    if (forms.exact) {
      EXPECT_EQ(forms.schedule.outputs, events.schedule.outputs);
    }
    ++(d.found.chips == 1 ? one : several);
  }
  EXPECT_GT(one, 15);
  EXPECT_GT(several, 15);
}

/// With the rows that the refusal names there is room.
void follow_advice(const Drawn& d) {
  ChipSpec mended = d.chip;
  std::smatch rows;
  ASSERT_TRUE(std::regex_search(d.found.lacking, rows, std::regex("give .* (\\d+) rows")));
  Index& there = d.chip.system.empty() ? mended.mesh.rows : mended.system.back().rows;
  ASSERT_GT(std::stol(rows[1]), there);
  there = std::stol(rows[1]);
  EXPECT_TRUE(fit(d.network, mended).fits());
  --there;
  EXPECT_FALSE(fit(d.network, mended).fits());
}

/// What map() refuses for want of rows, layers solved once refuse with the same sentence; what is
/// too large for the chips there are takes more of them.
TEST(OneLayout, IsRefusedByAllAlike) {
  Draw draw(3);
  int lacking = 0, larger = 0;
  for (int i = 0; i < 500 && !::testing::Test::HasFailure(); ++i) {
    Drawn d(draw);
    d.chip.map.packing = "none";
    if (i % 2 == 0) {
      d.chip.map.placement = "bands";
      d.chip.system = draw.of_few_rows();
      for (MacroKindSpec& kind : d.chip.macros) kind.tiles = MacroKindSpec::kAuto;
    }
    d.chip.dram_at.clear();
    if (!d.is_told() || d.mapping || layout_of(d.network, d.chip).apart) continue;
    SCOPED_TRACE(d.text());
    const Workload load{2, d.spec.is_decoder() ? 2 : 0, 1, {}};
    Estimate solved;
    const std::string refused =
        error_text<ConfigError>([&] { solved = estimate_structure(d.spec, d.chip, load); });
    const bool lacks = !d.found.lacking.empty() && !d.chip.system.empty();
    EXPECT_EQ(refused, lacks ? d.refusal : "");
    if (!d.found.lacking.empty()) {
      follow_advice(d);
    }
    if (!lacks) {
      EXPECT_EQ(solved.chips, d.found.chips);
    }
    ++(lacks ? lacking : larger);
  }
  EXPECT_GT(lacking, 4);
  EXPECT_GT(larger, 10);
}

/// A deeper network on a chip whose rules treat one or two layers apart.
Drawn drawn_with_rules(Draw& draw) {
  TransformerSpec spec = draw.network();
  if (spec.n_decoder_layers == 0) spec.n_layers += 5;
  ChipSpec chip = draw.chip_of_two_kinds();
  chip.map.matrices = draw.rules_for_some(spec);
  return {std::move(spec), std::move(chip)};
}

/// What is kept of layers that rules treat apart is counted as fit counts it; what cannot be left
/// out is refused by the rules' key, whatever else is the matter.
TEST(OneLayout, OfLayersThatRulesTreatApartCountsEachAsItIs) {
  Draw draw(4);
  int all = 0, few = 0, refused = 0;
  for (int i = 0; i < 70 && !::testing::Test::HasFailure(); ++i) {
    Drawn d = drawn_with_rules(draw);
    if (!d.is_told() || layout_of(d.network, d.chip).apart || !d.found.lacking.empty()) continue;
    SCOPED_TRACE(d.text() + " rule for " + d.chip.map.matrices.front().match);
    const Workload load{3, d.spec.is_decoder() ? 2 : 0, 1, {}};
    const Estimate whole = estimate_structure(d.spec, d.chip, load);
    EXPECT_EQ(whole.chips, d.found.fits() ? d.found.system_chips : d.found.chips);
    if (d.mapping) expect_same(estimate(*d.mapping, load), whole);
    ++all;
    Estimate solved;
    const std::string refusal = error_text<ArgumentError>(
        [&] { solved = estimate_structure(d.spec, d.chip, load, Fidelity::structure); });
    if (refusal.empty()) {
      EXPECT_EQ(solved.chips, whole.chips);
      EXPECT_NEAR(solved.area / whole.area, 1.0, 1e-9);
      ++few;
    } else {
      EXPECT_NE(refusal.find("map.matrices: rules treat 'h."), std::string::npos) << refusal;
      ++refused;
    }
  }
  for (const int n : {all, few, refused}) EXPECT_GT(n, 5);
}

}  // namespace
}  // namespace ohm
