// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/kv_result.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "mapping/attention/engine_share.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/core/error_text.h"
#include "tests/mapping/attention/engine_builder.h"

namespace ohm {
namespace {

using testing::load;
using testing::mapped_with;
using testing::with;

Estimate on(const std::string& engine, const std::vector<Override>& overrides,
            const Workload& workload) {
  return estimate(mapped_with(testing::tiny_gpt(), engine, overrides), workload);
}

/// 29 tokens per request, 448 positions that take turns, 2.9 cycles per update, 1e6 cycles.
TEST(KvResult, LifetimeAtAStatedRateFollowsFromArithmetic) {
  const Estimate e = on("attention_rram_kv", {with("kv.requests", "50 Hz")}, load(20, 10));
  const KvLifetime& life = *e.kv_lifetime;
  EXPECT_FALSE(life.back_to_back);
  EXPECT_DOUBLE_EQ(life.positions, 448.0);
  EXPECT_DOUBLE_EQ(life.tokens_per_s, 50.0 * 29);
  EXPECT_NEAR(life.median.si(), 1e6 * 448 / (2.9 * 50 * 29), 1e-3);
}

TEST(KvResult, BackToBackRequestsFollowTheMakespan) {
  const Estimate e = on("attention_rram_kv", {}, load(20, 10, 3));
  const double rate = 3 * 29 / e.makespan.si();
  EXPECT_TRUE(e.kv_lifetime->back_to_back);
  EXPECT_NEAR(e.kv_lifetime->median.si(), 1e6 * 448 / (2.9 * rate),
              1e-9 * e.kv_lifetime->median.si());
}

TEST(KvResult, WithoutLevellingTheFirstPositionsWearOutFirst) {
  const Estimate e = on("attention_rram_kv",
                        {with("kv.requests", "50 Hz"), with("kv.levelling", "none")}, load(20, 10));
  EXPECT_NEAR(e.kv_lifetime->median.si(), 1e6 / (2.9 * 50), 1e-6);
}

TEST(KvResult, OnlyWritingWearsOut) {
  EXPECT_FALSE(on("attention_sram_cim_22nm", {}, load(20, 10)).kv_lifetime.has_value());
  const Estimate digital = estimate(
      map_network(build_network(testing::tiny_gpt()), testing::shipped_chip()), load(20, 10));
  EXPECT_FALSE(digital.kv_lifetime.has_value());
  EXPECT_NE(digital.kv_place.find("buffers"), std::string::npos);
}

/// 128 bytes per position of two layers; each byte of the memory is written in turn.
TEST(KvResult, AResistiveMemoryWearsOutByItsCapacity) {
  const Mapping m = map_network(
      build_network(testing::tiny_gpt()),
      testing::shipped_chip({with("kv", "{place: memory_rram, memories: [{memory: memory_rram}]}"),
                             with("kv.requests", "1 kHz")}));
  const Estimate e = estimate(m, load(20, 10));
  EXPECT_EQ(e.kv_bytes_in_dram, 29 * 128);
  const double bytes_per_s = 1000.0 * 29 * 128;
  EXPECT_NEAR(e.kv_lifetime->median.si() / (1e6 * 16.0 * 1073741824.0 / bytes_per_s), 1.0, 1e-9);
  double written = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.component == "kv_memory") written += cost.energy.si();
  }
  // 29 positions written at 2.3 pJ/bit; token t reads t + 1 of them
  EXPECT_NEAR(written, 8 * 128 * (29 * 2.3e-12 + 29 * 30 / 2 * 0.14e-12), 1e-15);
}

TEST(KvResult, AutoTakesTheBuffersWhileTheyHoldAll) {
  const std::string both = "{place: auto, memories: [{memory: dram_hbm3}]}";
  const auto place = [&](const std::string& share) {
    return estimate(
        map_network(build_network(testing::tiny_gpt()),
                    testing::shipped_chip({with("kv", both), with("buffer.kv_share", share)})),
        load(20, 10));
  };
  EXPECT_EQ(place("0.75").request.kv_memory, -1);
  const Estimate e = place("0");
  EXPECT_EQ(e.request.kv_memory, 0);
  EXPECT_NE(e.kv_place.find("dram_hbm3: the first that holds all"), std::string::npos);
}

TEST(KvResult, CapacitorsForgetUnlessRewritten) {
  const auto text = [](const std::vector<Override>& overrides) {
    return error_text<ArgumentError>([&] { on("attention_gain_cell", overrides, load(20, 10)); });
  };
  EXPECT_EQ(text({}), "");
  EXPECT_NE(text({with("attention.retention", "1 us")}).find("attention.refresh"),
            std::string::npos);
  EXPECT_EQ(text({with("attention.retention", "1 us"), with("attention.refresh", "rewrite")}), "");
}

/// 20 tokens of a source and 10 of the answer are written into each layer of the second stack,
/// those of the source into each of the first.
TEST(KvResult, OfTwoStacksTheSecondWearsOutByPromptAndAnswer) {
  const Mapping m = mapped_with(testing::tiny_t5(), "attention_rram_kv",
                                {with("kv.requests", "50 Hz"), with("macros_per_tile", "4096")});
  const KvLifetime life = *estimate(m, load(20, 10)).kv_lifetime;
  EXPECT_DOUBLE_EQ(life.tokens_per_s, 50.0 * (20 + 10));
  EXPECT_NEAR(life.median.si(), 1e6 * life.positions / (2.9 * 50 * 30), 1e-3);
  EXPECT_DOUBLE_EQ(life.positions, static_cast<double>(engine_positions(m, 4)));
}

/// Two layers write 20 positions, three 20 and 10, of 64 bytes each; what is read of them has been
/// written.
TEST(KvResult, OfTwoStacksAMemoryIsWrittenByBoth) {
  const Mapping m = map_network(
      build_network(testing::tiny_t5()),
      testing::shipped_chip({with("kv", "{place: memory_rram, memories: [{memory: memory_rram}]}"),
                             with("kv.requests", "1 kHz")}));
  const Estimate e = estimate(m, load(20, 10));
  const double positions = 2 * 20 + 3 * (20 + 10);
  EXPECT_EQ(e.kv_bytes_in_dram, 3 * 30 * 64);
  const double bytes_per_s = 1000.0 * 64 * positions;
  EXPECT_NEAR(e.kv_lifetime->median.si() / (1e6 * 16.0 * 1073741824.0 / bytes_per_s), 1.0, 1e-9);
  double joules = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.component == "kv_memory") joules += cost.energy.si();
  }
  const double read = 2 * 20 * 20 + 3 * (10 * 11 / 2 + 10 * 20);
  EXPECT_NEAR(joules, 8 * 64 * (positions * 2.3e-12 + read * 0.14e-12), 1e-15);
  const Estimate once =
      estimate_structure(testing::tiny_t5(), m.chip.spec, load(20, 10), Fidelity::structure);
  EXPECT_NEAR(once.kv_lifetime->median / e.kv_lifetime->median, 1.0, 1e-9);
}

/// A layer that slides writes as much for each token as one that does not, and holds less of it.
TEST(KvResult, LayersThatTakeTurnsWearTheMemoryOutLikeOthers) {
  TransformerSpec spec = testing::tiny_gpt();
  spec.family = "llama";
  const auto life = [&] {
    const Mapping m =
        map_network(build_network(spec),
                    testing::shipped_chip(
                        {with("kv", "{place: memory_rram, memories: [{memory: memory_rram}]}"),
                         with("kv.requests", "1 kHz")}));
    return estimate(m, load(20, 10)).kv_lifetime->median.si();
  };
  const double full = life();
  spec.sliding_window = 4;
  EXPECT_NEAR(life() / full, 1.0, 1e-9);
  spec.layer_types = {"sliding_attention", "full_attention"};
  EXPECT_NEAR(life() / full, 1.0, 1e-9);
}

/// Layers that slide keep their 16 positions in the buffers, the others write what is beyond: each
/// token's bytes are those of four layers, whatever the mean over all eight holds.
TEST(KvResult, OnlyTheLayersThatSpillWearTheMemoryOut) {
  constexpr Index kTokens = 120;
  TransformerSpec spec = testing::tiny_gpt();
  spec.family = "llama";
  spec.n_layers = 8;
  spec.context = 256;
  spec.sliding_window = 16;
  spec.layer_types = {"sliding_attention", "full_attention"};
  const ChipSpec chip = testing::shipped_chip(
      {with("dram", "memory_rram"), with("kv.requests", "1 kHz"), with("buffer.capacity", "4 KiB"),
       with("map.attention_tiles", "1"), with("macros_per_tile", "8"), with("core.macros", "1")});
  const Mapping m = map_network(build_network(spec), chip);
  for (const Estimate& e :
       {estimate(m, load(kTokens - 9, 10)),
        estimate_structure(spec, chip, load(kTokens - 9, 10), Fidelity::structure)}) {
    const auto spilled = static_cast<double>(e.kv_bytes_in_dram);
    EXPECT_GT(spilled, 0.0);
    EXPECT_EQ(e.kv_bytes_in_dram % (4 * 64), 0);  // bytes of a position in four layers
    EXPECT_LT(spilled, 4 * 64 * kTokens);
    ASSERT_TRUE(e.kv_lifetime.has_value());
    // 1e6 cycles of 16 GiB, at 1000 requests per second
    EXPECT_NEAR(e.kv_lifetime->median.si() / (1e6 * 16.0 * 1073741824.0 / (1000.0 * spilled)), 1.0,
                1e-9);
  }
}

}  // namespace
}  // namespace ohm
