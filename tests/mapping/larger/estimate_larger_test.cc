// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/estimate_larger.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/larger/rewriting.h"
#include "mapping/structure/layout.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using testing::with;

/// Two tiles of 24 arrays: less than tiny_gpt takes.
ChipSpec small(const std::string& larger, std::vector<Override> overrides = {}) {
  overrides.insert(overrides.end(), {with("larger", larger), with("mesh", "{columns: 2, rows: 1}"),
                                     with("macros_per_tile", "8"), with("core.macros", "1")});
  return testing::shipped_chip(overrides);
}

double seconds(Picoseconds time) {
  return static_cast<double>(time) * 1e-12;
}

Workload load(Index prompt, Index generate, Index batch = 1) {
  return {prompt, generate, batch, {}};
}

TEST(EstimateLarger, WhatFitsIsNotRewritten) {
  ChipSpec chip = testing::shipped_chip({with("larger", "reprogram")});
  chip.system.clear();
  const Estimate e = estimate_larger(testing::tiny_gpt(), chip, load(8, 4));
  EXPECT_FALSE(e.reprogramming.has_value());
}

TEST(EstimateLarger, RefusesByName) {
  const std::string text = error_text<ConfigError>(
      [] { estimate_larger(testing::tiny_gpt(), small("refuse"), load(8, 4)); });
  EXPECT_NE(text.find("needs"), std::string::npos);
  EXPECT_NE(text.find("larger: refuse"), std::string::npos);
}

TEST(EstimateLarger, EveryPassOfASingleSequenceTakesTheTimeOfWritingOnTop) {
  const Estimate held = estimate_larger(testing::tiny_gpt(), small("chips"), load(1, 5));
  const Estimate e = estimate_larger(testing::tiny_gpt(), small("reprogram"), load(1, 5));
  const Reprogramming& r = *e.reprogramming;
  EXPECT_GT(held.chips, 1);
  EXPECT_EQ(e.chips, 1);
  EXPECT_EQ(r.chips_instead, held.chips);
  EXPECT_EQ(r.parts, held.chips);
  EXPECT_EQ(r.passes, 5);
  EXPECT_NEAR(e.makespan.si(), held.makespan.si() + 5 * r.time.si(), 1e-11);
  EXPECT_NEAR(e.tpot.si(), held.tpot.si() + r.time.si(), 1e-11);
  EXPECT_GE(e.makespan, e.lower_bound);
  // every cell holds each part once per pass
  const double updates = 5.0 * static_cast<double>(r.parts) / e.makespan.si();
  EXPECT_NEAR(r.lifetime.si(), 1e6 / (2.9 * updates), 1e-6 * r.lifetime.si());
}

TEST(EstimateLarger, WhatIsBookedIsWhatIsWritten) {
  const ChipSpec chip = small("reprogram");
  const Estimate e = estimate_larger(testing::tiny_gpt(), chip, load(6, 5, 2));
  const WeightTotals weights = weight_totals(testing::tiny_gpt(), chip).front();
  const Cost cells = e.ledger.leaves().at({"weight_write", "", -1, "program"});
  const Cost bytes = e.ledger.leaves().at({"dram", "", -1, "program"});
  EXPECT_EQ(static_cast<double>(cells.count), 5 * weights.cells);
  EXPECT_EQ(static_cast<double>(bytes.count), 5 * weights.bytes.si());
  EXPECT_NEAR((cells.energy + bytes.energy) / e.reprogramming->energy, 5.0, 1e-12);
  Joules sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) sum += cost.energy;
  EXPECT_NEAR(e.energy / sum, 1.0, 1e-12);
  EXPECT_NEAR(e.power.si() * e.makespan.si(), e.energy.si(), 1e-9 * e.energy.si());
}

/// What many tokens pipeline takes longer in parts, at most by their number.
TEST(EstimateLarger, PartsWaitForEachOther) {
  const Estimate held = estimate_larger(testing::tiny_gpt(), small("chips"), load(20, 1, 2));
  const Estimate e = estimate_larger(testing::tiny_gpt(), small("reprogram"), load(20, 1, 2));
  const double computing = (e.makespan - e.reprogramming->time).si();
  EXPECT_GT(computing, held.makespan.si());
  EXPECT_LE(computing, static_cast<double>(e.reprogramming->parts) * held.makespan.si());
}

/// At the batch that is stated, both ways cost the same energy per token.
TEST(EstimateLarger, BreakEvenIsWhereStreamingCostsAsMuch) {
  const ChipSpec chip = small("reprogram");
  const Estimate e = estimate_larger(testing::tiny_gpt(), chip, load(1, 2));
  const WeightTotals weights = weight_totals(testing::tiny_gpt(), chip).front();
  const Rewriting all = rewriting_of(weights, chip, 1, 1);
  const double standing =
      (e.leakage_energy / e.makespan).si();  // the preset's DRAM states no power
  const auto computing = [&](Index tokens) {
    return estimate_larger(testing::tiny_gpt(), small("chips"), load(tokens, 1)).makespan.si();
  };
  // a part's second token waits for its first: the other parts wait with it
  const double each = static_cast<double>(e.reprogramming->parts) * (computing(2) - computing(1));
  const double once = all.time().si() + computing(1) - each;
  const DigitalSpec& unit = chip.digital;
  const double multiply =
      weights.used / (2.0 * static_cast<double>(unit.attention_macs) * unit.clock.si());
  const double first =
      (all.energy().si() + standing * once) - (all.fetching.si() + standing * all.reading.si());
  const double gained = weights.used * unit.attention_mac_energy.si() + standing * multiply -
                        weights.mvms.si() - standing * each;
  const double tokens = e.reprogramming->streamed_energy;
  if (gained <= 0.0) {
    EXPECT_TRUE(std::isinf(tokens));
  } else {
    EXPECT_NEAR(tokens, first / gained, 1e-6 * tokens);
  }
}

/// Fewer chips stand still for as much longer as there are parts: what writing takes is never saved
/// token by token, only where chips that wait for the first one cost more than that.
TEST(EstimateLarger, TokensDoNotPayForWriting) {
  for (const Index batch : {1, 8, 64}) {
    for (const Index prompt : {1, 20}) {
      const Estimate e =
          estimate_larger(testing::tiny_gpt(), small("auto"), load(prompt, 2, batch));
      EXPECT_FALSE(e.reprogramming->taken);
      EXPECT_TRUE(std::isinf(e.reprogramming->chips_energy)) << prompt << " x " << batch;
    }
  }
}

TEST(EstimateLarger, NetworksOfOneTokenAreRewritten) {
  TransformerSpec network = testing::tiny_gpt();
  network.context = 1;
  EXPECT_TRUE(estimate_larger(network, small("reprogram"), load(1, 1)).reprogramming.has_value());
}

TEST(EstimateLarger, AutoTakesWhatCostsLessAndShowsBoth) {
  const Estimate e = estimate_larger(testing::tiny_gpt(), small("auto"), load(8, 4));
  const Estimate held = estimate_larger(testing::tiny_gpt(), small("chips"), load(8, 4));
  const Estimate rewritten = estimate_larger(testing::tiny_gpt(), small("reprogram"), load(8, 4));
  const bool taken = rewritten.energy_per_token < held.energy_per_token;
  EXPECT_EQ(e.reprogramming->taken, taken);
  EXPECT_EQ(e.energy_per_token, (taken ? rewritten : held).energy_per_token);
  EXPECT_NE(e.reprogramming->decision.find("J per token"), std::string::npos);
}

/// Products of a layer of tiny_t5: self-attention, feed-forward part, and one matrix across.
struct TinyT5 {
  TransformerSpec spec = testing::tiny_t5();
  double d = static_cast<double>(spec.d_model);
  double attention = 4.0 * d * d, across = d * d;
  double feed_forward = 2.0 * d * static_cast<double>(spec.d_ff);
  double encoders = static_cast<double>(spec.n_layers);
  double decoders = static_cast<double>(spec.n_decoder_layers);
  /// With keys and values for the second stack, which source tokens make.
  double source = encoders * (attention + feed_forward) + decoders * 2.0 * across;
  double answer = decoders * (attention + 2.0 * across + feed_forward) +
                  d * static_cast<double>(spec.vocabulary);
};

/// Each pass of each stack takes the time of writing that stack on top.
TEST(EstimateLarger, TheFirstStackIsWrittenOnceAndTheSecondForEveryToken) {
  const TinyT5 t5;
  const ChipSpec chip = small("reprogram");
  const Estimate held = estimate_larger(t5.spec, small("chips"), load(1, 5));
  const Estimate e = estimate_larger(t5.spec, chip, load(1, 5));
  const Reprogramming& r = *e.reprogramming;
  const double per_weight = 8.0;  // cells: pairs, 2 bits of 8 each
  ASSERT_TRUE(r.source.has_value());
  EXPECT_EQ(r.source->writes, 1);
  EXPECT_EQ(r.source->passes, 1);
  EXPECT_EQ(r.writes, 5);
  EXPECT_EQ(r.passes, 5);
  EXPECT_EQ(r.source->cells, per_weight * t5.source);
  EXPECT_EQ(r.cells, per_weight * t5.answer);
  // what the keys of three layers wait for each other, they wait in every part
  const SourcePass& source = held.schedule.source;
  const double waited =
      static_cast<double>(r.source->parts - 1) * seconds(source.makespan - source.critical_path);
  EXPECT_NEAR(e.makespan.si(), held.makespan.si() + waited + r.source->time.si() + 5 * r.time.si(),
              1e-10);
  EXPECT_NEAR(e.ttft.si(), held.ttft.si() + waited + r.source->time.si() + r.time.si(), 1e-10);
  EXPECT_NEAR(e.tpot.si(), held.tpot.si() + r.time.si(), 1e-10);
  EXPECT_GE(e.makespan, e.lower_bound);
  const std::string said = e.assumptions.back();
  EXPECT_NE(said.find("of the second, written for each of 5 passes: "), std::string::npos) << said;
  const double share = t5.source / (t5.source + t5.answer);
  const Layout layout = layout_of(t5.spec, chip);
  const auto tiles = static_cast<double>(layout.tiles.front());  // two on a chip
  EXPECT_EQ(static_cast<double>(r.source->parts), std::ceil(std::ceil(share * tiles) / 2.0));
  EXPECT_EQ(static_cast<double>(r.parts), std::ceil(std::ceil((1.0 - share) * tiles) / 2.0));
  const double updates = static_cast<double>(r.source->parts + 5 * r.parts) / e.makespan.si();
  EXPECT_NEAR(r.lifetime.si(), 1e6 / (2.9 * updates), 1e-6 * r.lifetime.si());
}

TEST(EstimateLarger, OfTwoStacksTooWhatIsBookedIsWhatIsWritten) {
  const TinyT5 t5;
  const Estimate e = estimate_larger(t5.spec, small("reprogram"), load(6, 4, 3));
  const Cost cells = e.ledger.leaves().at({"weight_write", "", -1, "program"});
  const Cost bytes = e.ledger.leaves().at({"dram", "", -1, "program"});
  const Reprogramming& r = *e.reprogramming;
  EXPECT_EQ(static_cast<double>(cells.count), 8.0 * (t5.source + 4.0 * t5.answer));
  EXPECT_EQ(static_cast<double>(bytes.count), t5.source + 4.0 * t5.answer);
  const Joules written = r.source->energy + 4.0 * r.energy;
  EXPECT_NEAR((cells.energy + bytes.energy) / written, 1.0, 1e-12);
  Joules sum;
  for (const auto& [leaf, cost] : e.ledger.leaves()) sum += cost.energy;
  EXPECT_NEAR(e.energy / sum, 1.0, 1e-12);
}

/// Chips that hold one stack at a time write each of them once.
TEST(EstimateLarger, ASecondStackThatTheChipsHoldIsWrittenOnce) {
  const TransformerSpec t5 = testing::tiny_t5();
  const auto wide = [](const std::string& larger) {
    ChipSpec chip = small(larger);
    chip.mesh.rows = 7;
    return chip;
  };
  const Estimate held = estimate_larger(t5, wide("chips"), load(3, 6));
  const Estimate e = estimate_larger(t5, wide("reprogram"), load(3, 6));
  const Reprogramming& r = *e.reprogramming;
  ASSERT_EQ(held.chips, 2);
  EXPECT_EQ(r.source->parts, 1);
  EXPECT_EQ(r.parts, 1);
  EXPECT_EQ(r.writes, 1);
  EXPECT_EQ(r.passes, 6);
  EXPECT_NEAR(e.tpot.si(), held.tpot.si(), 1e-12);
  EXPECT_NEAR(e.makespan.si(), held.makespan.si() + (r.source->time + r.time).si(), 1e-10);
}

/// What sources and answers pipeline waits for the parts of its own stack.
TEST(EstimateLarger, PartsOfEachStackWaitForEachOther) {
  const TransformerSpec t5 = testing::tiny_t5();
  const Estimate held = estimate_larger(t5, small("chips"), load(20, 3, 2));
  const Estimate e = estimate_larger(t5, small("reprogram"), load(20, 3, 2));
  const Reprogramming& r = *e.reprogramming;
  const double sources = seconds(held.schedule.source.makespan);
  const double writing = (r.source->time + 3.0 * r.time).si();
  const double computing = e.makespan.si() - writing;
  EXPECT_GT(computing, held.makespan.si());
  EXPECT_LE(computing, static_cast<double>(r.source->parts) * sources +
                           static_cast<double>(r.parts) * (held.makespan.si() - sources));
}

TEST(EstimateLarger, AutoComparesTwoStacksToo) {
  const TransformerSpec t5 = testing::tiny_t5();
  const Estimate e = estimate_larger(t5, small("auto"), load(8, 4));
  const Estimate held = estimate_larger(t5, small("chips"), load(8, 4));
  const Estimate rewritten = estimate_larger(t5, small("reprogram"), load(8, 4));
  EXPECT_EQ(e.reprogramming->taken, rewritten.energy_per_token < held.energy_per_token);
  EXPECT_EQ(e.energy_per_token, std::min(held.energy_per_token, rewritten.energy_per_token));
}

/// As one stack: a pass that lets weights stay costs what a share of writing them does.
TEST(EstimateLarger, BreakEvenOfEachStackIsThatOfItsPass) {
  const TransformerSpec t5 = testing::tiny_t5();
  const ChipSpec chip = small("reprogram");
  const Estimate held = estimate_larger(t5, small("chips"), load(4, 3));
  const Estimate e = estimate_larger(t5, chip, load(4, 3));
  const std::vector<WeightTotals> weights = weight_totals(t5, chip);
  const double standing = (e.leakage_energy / e.makespan).si();
  const DigitalSpec& unit = chip.digital;
  const double rate = 2.0 * static_cast<double>(unit.attention_macs) * unit.clock.si();
  const auto pairs = {std::pair(*e.reprogramming->source, weights.front()),
                      std::pair(RewrittenStack(*e.reprogramming), weights.back())};
  for (const auto& [stack, of] : pairs) {
    const Rewriting all = rewriting_of(of, chip, 1, 1);
    const bool is_source = of.weights == weights.front().weights;
    // four source tokens at once; one answer alone, and two behind sources that take no more room
    double first = seconds(held.schedule.source.critical_path);
    double each = (seconds(held.schedule.source.makespan) - first) / 3.0;
    if (!is_source) {
      const auto answered = [&](const Workload& workload) {
        const Schedule s = estimate_larger(t5, small("chips"), workload).schedule;
        return seconds(s.makespan - s.source.makespan);
      };
      first = answered(load(4, 1));
      each = answered(load(1, 1, 2)) - answered(load(1, 1));
    }
    each *= static_cast<double>(stack.parts);
    const double once = all.time().si() + first - each;
    const double multiply = of.used / rate;
    const double ahead =
        (all.energy().si() + standing * once) - (all.fetching.si() + standing * all.reading.si());
    const double gained = of.used * unit.attention_mac_energy.si() + standing * multiply -
                          of.mvms.si() - standing * each;
    if (gained <= 0.0) {
      EXPECT_TRUE(std::isinf(stack.streamed_energy));
    } else {
      EXPECT_NEAR(stack.streamed_energy, ahead / gained, 1e-6 * stack.streamed_energy);
    }
  }
}

/// Cells of keys and values rest while weights are written, and are as much fewer as chips are.
TEST(EstimateLarger, KeysAndValuesAreWrittenAsSeldomAsPassesFollowEachOther) {
  const std::vector<Override> cells{with("attention", "attention_rram_kv")};
  for (const TransformerSpec& spec : {testing::tiny_gpt(), testing::tiny_t5()}) {
    const Estimate held = estimate_larger(spec, small("chips", cells), load(6, 4, 2));
    const Estimate e = estimate_larger(spec, small("reprogram", cells), load(6, 4, 2));
    ASSERT_TRUE(e.kv_lifetime && e.kv_lifetime->back_to_back) << spec.name;
    const KvLifetime& life = *e.kv_lifetime;
    const double tokens = held.kv_lifetime->tokens_per_s * held.makespan.si();  // of a request
    EXPECT_NEAR(life.tokens_per_s * e.makespan.si(), tokens, 1e-9 * tokens) << spec.name;
    const double crowded = static_cast<double>(held.chips) / static_cast<double>(e.chips);
    EXPECT_NEAR(life.positions * crowded, held.kv_lifetime->positions, 1e-6) << spec.name;
    EXPECT_NEAR(life.rewrites.si() * e.makespan.si(),
                crowded * held.kv_lifetime->rewrites.si() * held.makespan.si(),
                1e-9 * life.rewrites.si() * e.makespan.si())
        << spec.name;
    const double cycles = life.rewrites.si() * life.cycles_per_update;
    EXPECT_NEAR(life.median.si() * cycles / life.endurance, 1.0, 1e-9) << spec.name;
  }
}

/// Gain cells keep what is read until the last token for 5 ms, not for passes of writing weights.
TEST(EstimateLarger, KeysThatAreForgottenMeanwhileAreRefused) {
  const std::vector<Override> cells{with("attention", "attention_gain_cell"),
                                    with("attention.arrays", "256")};
  const TransformerSpec spec = testing::tiny_gpt();
  EXPECT_FALSE(estimate_larger(spec, small("chips", cells), load(6, 30)).reprogramming);
  EXPECT_THROW(estimate_larger(spec, small("reprogram", cells), load(6, 30)), ArgumentError);
  EXPECT_FALSE(estimate_larger(spec, small("auto", cells), load(6, 30)).reprogramming->taken);
}

/// Arrays that hold the keys of one request are not asked to hold two.
TEST(EstimateLarger, OneRequestIsNotRefusedForTheRoomOfTwo) {
  const std::vector<Override> cells{with("attention", "attention_rram_kv"),
                                    with("attention.arrays", "16")};
  const TransformerSpec t5 = testing::tiny_t5();
  Index most = 2;
  for (Index source = 3; source <= t5.context; ++source) {
    try {
      estimate_larger(t5, small("chips", cells), load(source, 1));
      most = source;
    } catch (const ArgumentError&) {
      break;
    }
  }
  EXPECT_THROW(estimate_larger(t5, small("chips", cells), load(most, 1, 2)), ArgumentError);
  EXPECT_TRUE(estimate_larger(t5, small("reprogram", cells), load(most, 1)).reprogramming);
}

TEST(EstimateLarger, LinksBetweenChipsStandAsLongAsChipsDo) {
  const TransformerSpec spec = testing::tiny_gpt();
  const std::vector<Override> powered{
      with("system", "[{columns: 2, rows: 1, link: link_ucie_standard}]"),
      with("system[0].link.static_power", "1 W")};
  const auto of_links = [](const Estimate& e) {
    double energy = 0.0;
    for (const auto& [leaf, cost] : e.ledger.leaves()) {
      if (leaf.component == "chip_link" && leaf.phase == "static") energy += cost.energy.si();
    }
    return energy;
  };
  const Estimate held = estimate_larger(spec, small("chips", powered), load(6, 4));
  const Estimate e = estimate_larger(spec, small("reprogram", powered), load(6, 4));
  ASSERT_GT(of_links(held), 0.0);
  const double chips = static_cast<double>(e.chips) / static_cast<double>(held.chips);
  EXPECT_NEAR(of_links(e) / e.makespan.si(), chips * of_links(held) / held.makespan.si(),
              1e-9 * of_links(e) / e.makespan.si());
}

TEST(EstimateLarger, SaysWhereMemoriesAreTooSmallForTheWeights) {
  const auto says = [](const char* capacity) {
    const Estimate e = estimate_larger(
        testing::tiny_gpt(), small("reprogram", {with("dram.capacity", capacity)}), load(6, 4));
    return std::any_of(e.assumptions.begin(), e.assumptions.end(), [](const std::string& each) {
      return each.find("comes from elsewhere") != std::string::npos;
    });
  };
  EXPECT_FALSE(says("1 GB"));
  EXPECT_TRUE(says("20 kB"));
}

TEST(EstimateLarger, DigitalMacrosAreNotRewritten) {
  ChipSpec chip = small("reprogram", {with("macro", "digital_mac_22nm")});
  EXPECT_THROW(estimate_larger(testing::tiny_t5(), chip, load(8, 1)), ConfigError);
}

}  // namespace
}  // namespace ohm
