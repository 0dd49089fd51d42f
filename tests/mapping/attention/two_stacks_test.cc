// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "mapping/attention/engine_share.h"
#include "mapping/estimate/estimate.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/token_flow.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/mapping/attention/engine_builder.h"

// Networks of two stacks on attention engines, against sums by hand.

namespace ohm {
namespace {

using testing::load;
using testing::with;

/// A network, a chip and a workload of which nothing but the two stacks is given.
struct Drawn {
  TransformerSpec spec;
  ChipSpec chip;
  Index source = 1, answer = 1, batch = 1;

  Index encoders() const { return spec.n_layers; }
  Index decoders() const { return spec.n_decoder_layers; }
  Workload workload() const { return load(source, answer, batch); }
  /// Queries times the keys that they see, over all layers and sequences.
  std::int64_t pairs() const {
    const Index own = answer * (answer + 1) / 2, across = answer * source;
    return batch * (encoders() * source * source + decoders() * (own + across));
  }
  /// Tokens whose keys and values are stored, over all layers and sequences.
  std::int64_t stored() const {
    return batch * (encoders() * source + decoders() * (source + answer));
  }
  Index width() const { return spec.n_heads * spec.head_dim; }
};

Drawn drawn(std::mt19937& random, const std::string& engine) {
  const auto between = [&](Index low, Index high) {
    return std::uniform_int_distribution<Index>(low, high)(random);
  };
  Drawn made{testing::tiny_t5(), testing::chip_with(engine)};
  made.spec.n_layers = between(1, 3);
  made.spec.n_decoder_layers = between(1, 4);
  made.spec.n_heads = between(1, 6);
  made.spec.head_dim = between(2, 20);
  made.source = between(1, 20);
  made.answer = between(1, 12);
  made.batch = between(1, 3);
  made.chip.macros_per_tile = 4 * between(1, 8);
  made.chip.attention.arrays = 4096;
  if (engine != "attention_rram_kv") {
    made.chip.attention.rows = between(2, 24);
    made.chip.attention.columns = between(2, 24);
  }
  return made;
}

struct Actions {
  std::int64_t products = 0, written = 0;
};

/// What the ledger says of operators whose names end so, in one array of one bit.
Actions actions_of(const Estimate& e, const std::string& ending) {
  Actions sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (!leaf.op.ends_with(ending)) continue;
    if (leaf.component == "attention_array") sum.products += cost.count;
    if (leaf.component == "kv_write") sum.written += cost.count;
  }
  return sum;
}

/// Elements in one cell, so that the ledger counts products and elements themselves.
ChipSpec whole_elements(ChipSpec chip) {
  chip.attention.weight_bits = chip.attention.input_bits = chip.kv_bits;
  return chip;
}

TEST(TwoStacks, ProductsAndWritesAreThoseOfTheClosedForm) {
  std::mt19937 random(11);
  for (int trial = 0; trial < 12; ++trial) {
    Drawn d = drawn(random, "attention_sram_cim_22nm");
    d.chip = whole_elements(d.chip);
    const Estimate e = estimate(map_network(build_network(d.spec), d.chip), d.workload());
    const Actions all = actions_of(e, "");
    EXPECT_EQ(all.products, 2 * d.pairs() * d.width()) << trial;
    EXPECT_EQ(all.written, 2 * d.stored() * d.width()) << trial;
    const std::int64_t across = d.batch * d.decoders() * d.answer * d.source * d.width();
    EXPECT_EQ(actions_of(e, "cross.scores").products, across) << trial;
    EXPECT_EQ(actions_of(e, "cross.values").products, across) << trial;
    EXPECT_EQ(actions_of(e, "cross.scores").written, 0) << trial;
    EXPECT_EQ(actions_of(e, "cross.kv").written, 2 * d.batch * d.decoders() * d.source * d.width())
        << trial;
    d.chip.attention = {};
    const Estimate digital = estimate(map_network(build_network(d.spec), d.chip), d.workload());
    EXPECT_EQ(e.macs, digital.macs) << trial;
  }
}

/// A bias is added to every score of a stack, and none across.
TEST(TwoStacks, EveryScoreOfAStackGetsItsBias) {
  const Mapping m = testing::mapped_with(testing::tiny_t5(), "attention_sram_cim_22nm",
                                         {with("attention.arrays", "1024")});
  const Estimate e = estimate(m, load(14, 5, 2));
  std::int64_t sums = 0, scores = 0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (!leaf.op.ends_with(".softmax")) continue;
    if (leaf.component == "residual") sums += cost.count;
    if (leaf.component == "softmax") scores += cost.count;
  }
  const std::int64_t within = 2 * (2 * 14 * 14 + 3 * 5 * 6 / 2), across = 2 * 3 * 5 * 14;
  EXPECT_EQ(sums, 4 * within);
  EXPECT_EQ(scores, 4 * (within + across));
}

/// As many queries as there are keys: an encoder's layer, written by another pass.
TEST(TwoStacks, CrossAttentionOfAsManyTokensMultipliesWhatAnEncoderDoes) {
  const Mapping m = testing::mapped_with(testing::tiny_t5(), "attention_sram_cim_22nm",
                                         {with("attention.arrays", "1024")});
  const Estimate e = estimate(m, load(14, 14));
  EXPECT_EQ(actions_of(e, "h.3.cross.scores").products, actions_of(e, "h.1.attn.scores").products);
  EXPECT_EQ(actions_of(e, "h.3.cross.kv").written, actions_of(e, "h.1.attn.scores").written);
  EXPECT_GT(actions_of(e, "h.1.attn.scores").written, 0);
}

/// Every byte that is multiplied with has come to the tiles, and has been written there once.
TEST(TwoStacks, WhatArrivesIsWhatIsWritten) {
  std::mt19937 random(12);
  for (int trial = 0; trial < 6; ++trial) {
    Drawn d = drawn(random, "attention_sram_cim_22nm");
    d.chip = whole_elements(d.chip);
    const Mapping m = map_network(build_network(d.spec), d.chip);
    std::int64_t bytes = 0;
    for (const Transfer& t : m.transfers) {
      if (t.kind != TransferKind::keys) continue;
      const Index tokens = d.batch * (reads_source(m.network, t.from) ? d.source : d.answer);
      for (const std::int64_t each : t.bytes) bytes += tokens * each;
    }
    ASSERT_EQ(d.chip.kv_bits, 8);
    EXPECT_EQ(bytes, actions_of(estimate(m, d.workload()), "").written) << trial;
  }
}

Picoseconds engine_work(const Mapping& m, const Request& pass) {
  const TokenPlan plan = plan_tokens(m, pass);
  const auto work = resource_work(plan, pass);
  const Schedule events = schedule(plan, pass);
  Picoseconds sum = 0;
  for (size_t r = 0; r < work.size(); ++r) {
    EXPECT_EQ(events.busy[r], work[r]) << plan.resources[r].name();
    if (plan.resources[r].kind == ResourceKind::attention) sum += work[r];
  }
  return sum;
}

Picoseconds ps(Seconds time) {
  return static_cast<Picoseconds>(std::llround(time.si() * 1e12));
}

/// A layer's engine is occupied by every product of a token and by every token that is written.
TEST(TwoStacks, EnginesAreOccupiedByEachPassForWhatItWritesAndMultiplies) {
  std::mt19937 random(13);
  for (const char* engine : {"attention_sram_cim_22nm", "attention_rram_kv"}) {
    for (int trial = 0; trial < 4; ++trial) {
      const Drawn d = drawn(random, engine);
      const Mapping m = map_network(build_network(d.spec), d.chip);
      Picoseconds first = 0, second = 0;
      for (int layer = 0; layer < d.spec.layers_of_both_stacks(); ++layer) {
        const Index tiles =
            std::ssize(m.placement.attention[static_cast<size_t>(layer)].tiles) * d.batch;
        const Picoseconds write = ps(engine_write_time(m, layer));
        const Picoseconds both = ps(engine_product_time(m, layer, AttentionProduct::scores)) +
                                 ps(engine_product_time(m, layer, AttentionProduct::values));
        const bool encodes = layer < d.encoders();
        first += tiles * d.source * (write + (encodes ? both : 0));
        second += encodes ? 0 : tiles * d.answer * (write + 2 * both);
      }
      const Request request = resolve(d.spec, d.workload());
      EXPECT_EQ(engine_work(m, first_stack_of(request)), first) << engine << trial;
      EXPECT_EQ(engine_work(m, request), second) << engine << trial;
    }
  }
}

/// A single source token and a single answer: two layers write, then three what they see of the
/// source, on one tile one after the other, then their own.
TEST(TwoStacks, TheAnswerWaitsUntilTheSourceIsWritten) {
  const auto makespan = [](const std::string& pulse) {
    const Mapping m = testing::mapped_with(
        testing::tiny_t5(), "attention_rram_kv",
        {with("macro.device.programming.pulse_time", pulse), with("macros_per_tile", "4096")});
    EXPECT_EQ(m.placement.tiles_used, 1);
    return estimate(m, load(1, 1)).schedule.makespan;
  };
  EXPECT_EQ(makespan("3 us") - makespan("1 us"), (2 + 3 + 3) * 17040000);
}

/// On one tile, where tokens follow each other, nobody waits for anybody.
TEST(TwoStacks, ClosedFormsEqualEventsOfAnswersOnOneTile) {
  std::mt19937 random(14);
  for (int trial = 0; trial < 8; ++trial) {
    Drawn d = drawn(random, trial % 2 == 0 ? "attention_sram_cim_22nm" : "attention_rram_kv");
    d.chip.macros_per_tile = 4096;
    d.chip.attention.arrays = 1 << 18;
    d.batch = 1;
    const Mapping m = map_network(build_network(d.spec), d.chip);
    ASSERT_EQ(m.placement.tiles_used, 1);
    const Request request = resolve(d.spec, d.workload());
    const TokenPlan plan = plan_tokens(m, request);
    EXPECT_EQ(flow_tokens({plan}, request).outputs, schedule(plan, request).outputs) << trial;
  }
}

TEST(TwoStacks, ClosedFormsNeverBeatEvents) {
  std::mt19937 random(15);
  for (int trial = 0; trial < 12; ++trial) {
    const Drawn d = drawn(random, trial % 2 == 0 ? "attention_sram_cim_22nm" : "attention_rram_kv");
    const Mapping m = map_network(build_network(d.spec), d.chip);
    const Request request = resolve(d.spec, d.workload());
    for (const Request& pass : passes_of(request)) {
      const TokenPlan plan = plan_tokens(m, pass);
      const Schedule events = schedule(plan, pass);
      EXPECT_GE(events.makespan, events.bounds.lower()) << trial;
      if (!pass.decoder) continue;
      const FlowTimes flow = flow_tokens({plan}, pass);
      for (size_t i = 0; i < flow.outputs.size(); ++i) {
        EXPECT_LE(flow.outputs[i], events.outputs[i]) << trial << " output " << i;
      }
    }
  }
}

/// On the layout that both take, layers solved once are all layers.
TEST(TwoStacks, LayersSolvedOnceAreAllOfThem) {
  for (const char* engine : {"attention_sram_cim_22nm", "attention_rram_kv"}) {
    const ChipSpec chip = testing::chip_with(
        engine, {with("mesh", "{columns: 6, rows: 40}"), with("macros_per_tile", "4"),
                 with("map.placement", "bands"), with("attention.arrays", "1024")});
    const TransformerSpec spec = testing::tiny_t5();
    const Mapping m = map_network(build_network(spec), chip);
    for (const Workload& workload : {load(9, 4), load(5, 4, 3)}) {
      const Estimate all = estimate(m, workload), once = estimate_structure(spec, chip, workload);
      EXPECT_EQ(all.schedule.outputs, once.schedule.outputs) << engine;
      EXPECT_EQ(all.schedule.makespan, once.schedule.makespan) << engine;
      EXPECT_EQ(all.macs, once.macs) << engine;
      EXPECT_NEAR(all.energy / once.energy, 1.0, 1e-9) << engine;
      const Estimate closed = estimate_structure(spec, chip, workload, Fidelity::shape);
      EXPECT_LE(closed.makespan.si(), all.makespan.si() * (1 + 1e-12)) << engine;
      EXPECT_EQ(closed.macs, all.macs) << engine;
    }
  }
}

}  // namespace
}  // namespace ohm
