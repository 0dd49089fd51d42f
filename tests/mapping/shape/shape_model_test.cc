// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_model.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/chip/fit.h"
#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/random_draw.h"

namespace ohm {
namespace {

/// Small networks, chips and workloads, drawn at random.
class Draw : public testing::RandomDraw {
 public:
  using RandomDraw::RandomDraw;

  TransformerSpec network() {
    TransformerSpec spec = one_of({testing::tiny_gpt(), testing::tiny_llama(),
                                   testing::tiny_mixtral(), testing::tiny_deepseek(),
                                   testing::tiny_bert(), testing::tiny_vit(), testing::tiny_t5()});
    spec.n_layers = number(spec.dense_layers + 1, 5);
    if (spec.n_decoder_layers > 0) spec.n_decoder_layers = number(1, 4);
    if (spec.n_experts > 0) return spec;
    spec.n_heads = one_of<Index>({2, 4, 8});
    spec.d_model = 8 * number(2, 9);
    spec.d_ff = number(9, 200);
    const bool adapts = !spec.is_latent() && spec.n_decoder_layers == 0;
    if (adapts && number(0, 2) == 0) adapt(spec);
    if (spec.family != "llama") return spec;
    if (number(0, 2) == 0) spec.sliding_window = number(3, 30);
    if (spec.sliding_window > 0 && number(0, 1) == 0) {
      spec.layer_types.assign(static_cast<size_t>(number(1, spec.n_layers)), "full_attention");
      spec.layer_types[static_cast<size_t>(number(0, std::ssize(spec.layer_types) - 1))] =
          "sliding_attention";
    }
    spec.score_cap = number(0, 1) == 0 ? 50 : 0;
    spec.output_cap = number(0, 1) == 0 ? 30 : 0;
    if (number(0, 2) == 0) spec.positions = "alibi";
    spec.output_norms = number(0, 1) == 0;
    spec.embedding_norm = number(0, 1) == 0;
    spec.block = spec.output_norms
                     ? "sequential"
                     : one_of<std::string>({"sequential", "parallel", "parallel_one_norm"});
    spec.head_norms = number(0, 1) == 1;
    spec.rope_dim = spec.positions == "rope" ? 2 * number(0, spec.head_size() / 2) : 0;
    return spec;
  }

  void adapt(TransformerSpec& spec) {
    spec.lora_rank = number(1, 20);
    spec.lora_placement = one_of<std::string>({"merged", "beside"});
    for (const char* part : {"qkv", "attn_out", "ffn_up", "ffn_gate", "ffn_down"}) {
      const bool there = part != std::string("ffn_gate") || spec.gated_ffn;
      if (there && number(0, 1) == 0) spec.lora_parts.emplace_back(part);
    }
    if (spec.lora_parts.empty()) spec.lora_parts = {"qkv"};
  }

  ChipSpec chip() {
    static const ChipSpec kShipped = testing::shipped_chip();
    ChipSpec chip = kShipped;
    chip.macro.array.n_wordlines = chip.macro.array.rows_active = number(16, 64);
    chip.macro.array.n_bitlines = 16 * number(1, 6);
    chip.macros_per_tile = one_of<Index>({3, 7, 16, 100, kAll});
    chip.mesh = chip.macros_per_tile == kAll ? MeshSpec{1, 1} : MeshSpec{40, 40};
    chip.row_split = one_of<std::string>({"max", "equal"});
    chip.head = one_of<std::string>({"crossbar", "digital"});
    chip.buffer.kv_share = one_of({0.0, 0.1, 0.5});
    chip.buffer.capacity = Bytes(static_cast<double>(number(100, 20000)));
    chip.kv_bits = one_of<Index>({2, 3, 4, 6, 8, 16});
    chip.digital.lanes = number(1, 64);
    chip.digital.attention_macs = number(1, 64);
    chip.gating.kind = one_of<std::string>({"none", "unused_tiles", "idle_tiles"});
    return chip;
  }

  Workload workload(const TransformerSpec& network) {
    if (network.is_image()) return {{}, {}, number(1, 3), {}};
    if (!network.is_decoder()) return {number(1, 20), {}, number(1, 3), {}};
    return {number(1, 20), number(1, 20), number(1, 3), {}};
  }

 private:
  static constexpr Index kAll = 100'000;  // macros: whatever is drawn, in one tile
};

/// Routers and links that no signal waits for.
void make_instant(ChipSpec& chip) {
  chip.noc.router_cycles = chip.noc.link_cycles = 0;
  chip.noc.flit_bits = 65536;
  chip.noc.clock = Hertz(1e13);
}

double of(const std::map<std::string, Cost>& costs, const std::string& component) {
  const auto at = costs.find(component);
  return at == costs.end() ? 0.0 : at->second.energy.si();
}

/// Both ways to cost a workload.
struct Both {
  Estimate events;
  ShapeEstimate shape;
  std::map<std::string, double> energy;  // of the shape, by component
  std::string drawn;
};

Both both(const TransformerSpec& spec, const ChipSpec& chip, const Workload& workload) {
  const Network network = build_network(spec);
  Both b{estimate(map_network(network, chip), workload), {}, {}, {}};
  MacroFigures figures(chip);
  b.shape = ShapeModel(network).evaluate(chip, figures, workload);
  b.energy = b.shape.energy_by_component(figures);
  const Request& r = b.events.request;
  b.drawn = fmt::format(
      "{} of {} layers, arrays {} x {}, {} in a tile, head {}, kv_share {} of {} bits, {}, {} + {} "
      "tokens, batch {}",
      spec.name, spec.n_layers, chip.macro.array.n_wordlines, chip.macro.array.n_bitlines,
      chip.macros_per_tile, chip.head, chip.buffer.kv_share, chip.kv_bits, chip.gating.kind,
      r.prompt, r.generate, r.batch);
  return b;
}

/// Half a picosecond: times are whole ones.
constexpr double kRounding = 5e-13;

void expect_bounds(const Both& b) {
  const bool one = b.events.request.batch == 1;
  EXPECT_LE(b.shape.ttft.si(), b.events.ttft.si() + kRounding);
  EXPECT_LE(b.shape.makespan.si(), b.events.makespan.si() + kRounding);
  EXPECT_LE(one ? b.shape.tpot.si() : 0.0, b.events.tpot.si() + kRounding);
  EXPECT_LE(b.shape.energy.total(), b.events.energy.si() * (1 + 1e-12));
}

/// What placement cannot change.
void expect_same_counts(const Both& b) {
  EXPECT_EQ(b.shape.macs, b.events.macs);
  EXPECT_EQ(b.shape.kv_bytes_in_dram, b.events.kv_bytes_in_dram);
  EXPECT_NEAR(b.shape.area / b.events.area, 1.0, 1e-12);
  EXPECT_NEAR(b.shape.utilisation, b.events.spatial_utilisation, 1e-12);
}

/// Energy is that of the events; of the network on chip and while the request lasts at most.
void expect_same_energy(const Both& b) {
  const auto theirs = b.events.ledger.by_component();
  double leaking = 0.0;
  for (const auto& [component, energy] : b.energy) {
    const double other = of(theirs, component);
    // bytes in the registers of a macro are whole ones for every operator
    const bool rounds = component.ends_with("register") || component == "control";
    if (component.starts_with("leakage")) {
      leaking += energy;
    } else if (component.starts_with("noc")) {
      EXPECT_LE(energy, other * (1 + 1e-12)) << component;
    } else {
      EXPECT_NEAR(energy, other, (rounds ? 5e-2 : 1e-9) * other) << component;
    }
  }
  EXPECT_LE(leaking, b.events.leakage_energy.si() * (1 + 1e-12));
}

TEST(ShapeModel, NeverBeatsEventsNorTheirEnergy) {
  Draw draw(1);
  for (int i = 0; i < 100 && !::testing::Test::HasFailure(); ++i) {
    const TransformerSpec spec = draw.network();
    const Both b = both(spec, draw.chip(), draw.workload(spec));
    SCOPED_TRACE(b.drawn);
    expect_bounds(b);
    expect_same_counts(b);
    expect_same_energy(b);
  }
}

TEST(ShapeModel, OfOneTokenAfterTheOtherEqualsEventsWhereNoStepsMeet) {
  Draw draw(2);
  for (int i = 0; i < 100 && !::testing::Test::HasFailure(); ++i) {
    TransformerSpec spec = draw.one_of({testing::tiny_gpt(), testing::tiny_bert()});
    spec.n_layers = draw.number(1, 5);
    spec.d_model = 8 * draw.number(2, 9);
    spec.d_ff = draw.number(9, 200);
    ChipSpec chip = draw.chip();
    if (chip.n_tiles() > 1) make_instant(chip);
    chip.buffer.kv_share = 1.0;
    chip.buffer.capacity = Bytes(1e9);  // no keys and values on their way to the memory
    const Workload workload{1, spec.is_decoder() ? draw.number(1, 30) : 0, 1, {}};
    const Both b = both(spec, chip, workload);
    SCOPED_TRACE(b.drawn);
    EXPECT_NEAR(b.shape.ttft.si(), b.events.ttft.si(), kRounding);
    EXPECT_NEAR(b.shape.tpot.si(), b.events.tpot.si(), kRounding);
    EXPECT_NEAR(b.shape.makespan.si(), b.events.makespan.si(), kRounding);
    expect_same_energy(b);
  }
}

/// A source of one token and one layer behind it: keys of more layers are made side by side.
TEST(ShapeModel, OfTwoStacksEqualsEventsWhereNoStepsMeet) {
  Draw draw(3);
  for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
    TransformerSpec spec = testing::tiny_t5();
    spec.n_layers = draw.number(1, 5);
    spec.n_decoder_layers = 1;
    spec.d_model = 8 * draw.number(2, 9);
    spec.d_ff = draw.number(9, 200);
    ChipSpec chip = draw.chip();
    if (chip.n_tiles() > 1) make_instant(chip);
    chip.buffer.kv_share = 1.0;
    chip.buffer.capacity = Bytes(1e9);
    const Both b = both(spec, chip, {1, draw.number(1, 30), 1, {}});
    SCOPED_TRACE(b.drawn);
    EXPECT_NEAR(b.shape.ttft.si(), b.events.ttft.si(), kRounding);
    EXPECT_NEAR(b.shape.tpot.si(), b.events.tpot.si(), kRounding);
    EXPECT_NEAR(b.shape.makespan.si(), b.events.makespan.si(), kRounding);
    expect_same_energy(b);
  }
}

TEST(ShapeModel, OfTwoStacksNeverBeatsEventsNorTheirEnergy) {
  Draw draw(4);
  for (int i = 0; i < 60 && !::testing::Test::HasFailure(); ++i) {
    TransformerSpec spec = testing::tiny_t5();
    spec.n_layers = draw.number(1, 4);
    spec.n_decoder_layers = draw.number(1, 4);
    spec.d_ff = draw.number(9, 200);
    ChipSpec chip = draw.chip();
    if (draw.number(0, 2) == 0) chip.map.matrices = {{"*cross.kv", "digital", "chip", 1}};
    const Both b =
        both(spec, chip, {draw.number(1, 40), draw.number(1, 20), draw.number(1, 4), {}});
    SCOPED_TRACE(b.drawn);
    expect_bounds(b);
    expect_same_counts(b);
    expect_same_energy(b);
  }
}

TEST(ShapeModel, RefusesWhatNoClosedFormDescribes) {
  ShapeModel model(build_network(testing::tiny_gpt()));
  for (const auto& [key, value] : std::vector<std::pair<std::string, std::string>>{
           {"attention.overlap", "turns"},
           {"attention", "attention_sram_cim_22nm"},
           {"larger", "refuse"},
           {"map.matrices", "[{match: '*qkv', redundancy: 2}]"}}) {
    const ChipSpec chip = testing::shipped_chip({testing::with(key, value)});
    EXPECT_THROW(model.evaluate(chip, {4, 2, 1, {}}), ArgumentError) << key;
  }
}

}  // namespace
}  // namespace ohm
