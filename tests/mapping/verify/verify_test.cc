// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

/// A correct mapping whose parts can be spoilt.
struct Case {
  Network network = build_network(testing::tiny_gpt());
  Capacities capacities{"test", 36, 8, 20, 7, "crossbar"};
  std::vector<Block> blocks;
  std::vector<Slot> slots;

  Case() {
    const Partition partition = partition_network(network, {20, 7}, "equal", "crossbar");
    blocks = partition.blocks;
    slots = place(network, partition, testing::chip_on({6, 6}, 8)).slots;
  }
  std::string violation() const {
    return error_text<SolveError>([&] { verify(network, capacities, blocks, slots); });
  }
};

TEST(Verify, AcceptsWhatTheMapperMakesAndSaysWhatItChecked) {
  const Case c;
  const Verification report = verify(c.network, c.capacities, c.blocks, c.slots);
  EXPECT_EQ(report.blocks, std::ssize(c.blocks));
  EXPECT_EQ(report.weights, 2 * (32 * 96 + 32 * 32 + 2 * 32 * 128) + 32 * 50);
  EXPECT_GE(report.checked.size(), 5u);
  EXPECT_FALSE(report.assumed.empty());
}

TEST(Verify, FindsABlockThatIsMissing) {
  Case c;
  c.blocks.erase(c.blocks.begin() + 3);
  c.slots.erase(c.slots.begin() + 3);
  EXPECT_THAT(c.violation(), HasSubstr("stored nowhere"));
}

TEST(Verify, FindsTheLastBlockMissing) {
  Case c;
  c.blocks.pop_back();
  c.slots.pop_back();
  EXPECT_THAT(c.violation(), HasSubstr("stored nowhere"));
}

TEST(Verify, FindsABlockThatIsStoredTwice) {
  Case c;
  c.blocks.push_back(c.blocks[5]);
  c.slots.push_back({35, 7});
  EXPECT_THAT(c.violation(), HasSubstr("overlaps"));
}

TEST(Verify, FindsTwoBlocksInOneSlot) {
  Case c;
  c.slots[4] = c.slots[9];
  EXPECT_THAT(c.violation(), HasSubstr("used twice"));
}

TEST(Verify, FindsATileThatDoesNotExist) {
  Case c;
  c.slots[0].tile = 36;
  EXPECT_THAT(c.violation(), HasSubstr("tile 36"));
  c.slots[0].tile = -1;
  EXPECT_THAT(c.violation(), HasSubstr("tile -1"));
}

TEST(Verify, FindsASlotThatDoesNotExist) {
  Case c;
  c.slots[0].slot = 8;
  EXPECT_THAT(c.violation(), HasSubstr("slot 8"));
}

TEST(Verify, FindsABlockLargerThanAnArray) {
  Case c;
  c.capacities.array_rows = 15;
  EXPECT_THAT(c.violation(), HasSubstr("an array holds"));
  c.capacities = {"test", 36, 8, 20, 6, "crossbar"};
  EXPECT_THAT(c.violation(), HasSubstr("an array holds"));
}

TEST(Verify, FindsABlockOutsideItsMatrix) {
  Case c;
  c.blocks.back().columns += 1;  // the last column tile of the head is narrow
  EXPECT_THAT(c.violation(), HasSubstr("weights"));
}

TEST(Verify, FindsABlockThatWasMoved) {
  Case c;
  c.blocks[2].first_row += 1;
  EXPECT_NE(c.violation(), "");
  c = Case();
  c.blocks[2].first_column -= 1;
  EXPECT_NE(c.violation(), "");
}

TEST(Verify, FindsABlockOfAnotherMatrix) {
  Case c;
  c.blocks[0].matmul = 99;
  EXPECT_THAT(c.violation(), HasSubstr("matrices"));
  c.blocks[0].matmul = 1;
  EXPECT_NE(c.violation(), "");
}

TEST(Verify, FindsAWrongTileNumber) {
  Case c;
  c.blocks[0].row_tile = 1;
  EXPECT_THAT(c.violation(), HasSubstr("row tile"));
}

TEST(Verify, FindsBlocksWithoutSlots) {
  Case c;
  c.slots.pop_back();
  EXPECT_THAT(c.violation(), HasSubstr("slots"));
}

TEST(Verify, FindsADigitalHeadInCrossbars) {
  Case c;
  c.capacities.head = "digital";
  EXPECT_THAT(c.violation(), HasSubstr("is digital and has blocks"));
}

}  // namespace
}  // namespace ohm
