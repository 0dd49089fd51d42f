// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/structure_assumptions.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

bool say(const std::vector<std::string>& assumptions, const std::string& text) {
  return std::any_of(assumptions.begin(), assumptions.end(),
                     [&](const std::string& each) { return each.find(text) != std::string::npos; });
}

TEST(StructureAssumptions, SayWhatTimesAre) {
  const ChipSpec chip = testing::shipped_chip();
  Estimate estimate;
  estimate.fidelity = "structure";
  estimate.exact = true;
  EXPECT_FALSE(say(structure_assumptions(chip, chip.system, estimate), "times of a prompt"));
  estimate.exact = false;
  EXPECT_TRUE(say(structure_assumptions(chip, chip.system, estimate), "events of the layers kept"));
  estimate.stride = 16;
  EXPECT_TRUE(
      say(structure_assumptions(chip, chip.system, estimate), "one token in 16"));
  EXPECT_FALSE(say(structure_assumptions(chip, chip.system, estimate), "steps of the batch"));
  estimate.request.batch = 2;
  estimate.request.generate = 2;
  EXPECT_TRUE(say(structure_assumptions(chip, chip.system, estimate), "steps of the batch"));
  estimate.fidelity = "shape";
  EXPECT_TRUE(say(structure_assumptions(chip, chip.system, estimate), "no later than"));
  estimate.exact = true;
  EXPECT_TRUE(say(structure_assumptions(chip, chip.system, estimate), "equal to those of events"));
}

TEST(StructureAssumptions, SayWhatTheChipLeavesOpen) {
  ChipSpec chip = testing::shipped_chip({testing::with("gating", "unused_tiles")});
  chip.system.clear();
  const SystemSpec joined(1);
  EXPECT_TRUE(say(structure_assumptions(chip, joined, {}), "does not say what joins"));
  EXPECT_FALSE(say(structure_assumptions(chip, {}, {}), "joins"));
  EXPECT_FALSE(say(structure_assumptions(chip, {}, {}), "wake"));
  chip.gating.kind = "idle_tiles";
  EXPECT_TRUE(say(structure_assumptions(chip, {}, {}), "wake"));
}

}  // namespace
}  // namespace ohm
