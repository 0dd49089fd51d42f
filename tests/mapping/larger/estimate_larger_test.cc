// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/estimate_larger.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/larger/rewriting.h"
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
  const WeightTotals weights = weight_totals(testing::tiny_gpt(), chip);
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
  const WeightTotals weights = weight_totals(testing::tiny_gpt(), chip);
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

TEST(EstimateLarger, DigitalMacrosAndTwoStacksAreNotRewritten) {
  EXPECT_THROW(estimate_larger(testing::tiny_t5(), small("reprogram"), {Index{8}, {}, 1, {}}),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
