// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/buffer_use.h"

#include <gtest/gtest.h>

#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Estimate estimated(const TransformerSpec& spec, const std::string& capacity,
                   const std::string& full, const Workload& workload) {
  return estimate(map_network(build_network(spec),
                              testing::shipped_chip({testing::with("buffer.capacity", capacity),
                                                     testing::with("buffer.when_full", full)})),
                  workload);
}

double dram_energy(const Estimate& e) {
  double sum = 0.0;
  for (const auto& [leaf, cost] : e.ledger.leaves()) {
    if (leaf.component == "dram" && leaf.phase != "static") sum += cost.energy.si();
  }
  return sum;
}

bool says(const Estimate& e, const std::string& words) {
  for (const std::string& each : e.assumptions) {
    if (each.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(BufferUse, IsStatedWhereBuffersAreBounded) {
  const Workload load{20, 5, 2, {}};
  const Estimate grow = estimated(testing::tiny_gpt(), "64 KiB", "grow", load);
  EXPECT_FALSE(grow.buffers.has_value());
  EXPECT_TRUE(says(grow, "not bounded"));
  const Estimate wait = estimated(testing::tiny_gpt(), "64 KiB", "wait", load);
  ASSERT_TRUE(wait.buffers.has_value());
  EXPECT_FALSE(says(wait, "not bounded"));
  EXPECT_GT(wait.buffers->peak, wait.buffers->need / 2);
  EXPECT_LE(wait.buffers->peak, wait.buffers->space);
  EXPECT_EQ(wait.buffers->in_pieces, 0);
  EXPECT_EQ(wait.buffers->spilled, 0);
}

/// A token needs more than the tiles have: it passes in pieces, and tokens behind it wait.
TEST(BufferUse, CountsTilesThatTokensPassThroughInPieces) {
  const Workload load{20, 1, 1, {}};
  const Estimate tight = estimated(testing::tiny_gpt(), "512 B", "wait", load);
  EXPECT_GT(tight.buffers->in_pieces, 0);
  EXPECT_GT(tight.buffers->need, tight.buffers->space);
  EXPECT_EQ(tight.buffers->peak, tight.buffers->space);
  EXPECT_GT(tight.schedule.stalls.at("buffer"), 0);
  EXPECT_GE(tight.makespan.si(), tight.lower_bound.si());
}

/// Every byte that is moved away and back is paid twice in the DRAM.
TEST(BufferUse, PaysForWhatEncodersMoveAwayAndBack) {
  const Workload load{40, {}, 2, {}};
  const Estimate small = estimated(testing::tiny_bert(), "4 KiB", "wait", load);
  const Estimate large = estimated(testing::tiny_bert(), "4 MiB", "wait", load);
  ASSERT_GT(small.buffers->spilled, 0);
  EXPECT_EQ(large.buffers->spilled, 0);
  const DramSpec dram = testing::shipped_chip().dram;
  const double kv = dram_energy(estimated(testing::tiny_bert(), "4 KiB", "grow", load));
  const std::int64_t bytes = small.buffers->spilled;
  EXPECT_NEAR(dram_energy(small) - kv,
              (dram_write_cost(bytes, dram).energy + dram_cost(bytes, dram).energy).si(),
              1e-9 * dram_energy(small));
}

/// Only tokens of its own sequence hold a token up at a barrier.
TEST(BufferUse, LetsTheSequencesOfAnEncoderOverlap) {
  const TransformerSpec bert = testing::shipped_network("bert-base");
  const Estimate one = estimated(bert, "64 KiB", "wait", {48, {}, 1, {}});
  const Estimate four = estimated(bert, "64 KiB", "wait", {48, {}, 4, {}});
  EXPECT_GT(four.schedule.stalls.at("buffer"), 0);
  EXPECT_LT(four.makespan.si(), 4.0 * 0.6 * one.makespan.si());
}

TEST(BufferUse, OfTwoPassesIsThatOfTheFullerOne) {
  const BufferUse first{3, 100, 200, 50, 2, 7}, second{5, 90, 95, 80, 1, 4};
  const BufferUse use = both(first, second);
  EXPECT_EQ(use.tile, 3);
  EXPECT_EQ(use.peak, 100);
  EXPECT_EQ(use.space, 200);
  EXPECT_EQ(use.need, 80);
  EXPECT_EQ(use.in_pieces, 2);
  EXPECT_EQ(use.spilled, 11);
}

}  // namespace
}  // namespace ohm
