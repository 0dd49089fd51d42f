// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_copies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "mapping/chip/packing.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

/// Two or three copies of each matrix, packed into shared arrays; parts can be spoilt.
struct Case {
  Network network = build_network(testing::tiny_gpt());
  Capacities capacities{"test", 100, 8, 20, 7, "crossbar"};
  std::vector<Index> copies;
  std::vector<StoredBlock> stored;

  Case() {
    const Partition partition = partition_network(network, {20, 7}, "equal", "crossbar");
    std::vector<PackingItem> items;
    for (const StaticMatmul& matmul : network.matmuls) {
      copies.push_back(2 + matmul.id % 2);
      for (Index copy = 0; copy < copies.back(); ++copy) {
        for (const Block& b : partition.blocks) {
          if (b.matmul != matmul.id) continue;
          stored.push_back({b, copy, {}, 0, 0, matmul.id % 3});
          items.push_back({b.rows, b.columns, b.matmul * 100 + b.row_tile, matmul.id % 3});
        }
      }
    }
    const Packing packing = pack(items, {20, 7}, Sharing::in_turn);
    for (size_t i = 0; i < stored.size(); ++i) {
      const PackedSpot& spot = packing.spots[i];
      stored[i].slot = {spot.array / 8, spot.array % 8};
      stored[i].first_row = spot.first_row;
      stored[i].first_column = spot.first_column;
    }
  }
  std::string violation() const {
    return error_text<SolveError>([&] { verify_copies(network, capacities, stored, copies); });
  }
};

TEST(VerifyCopies, AcceptsWhatThePackerMakesAndSaysWhatItChecked) {
  const Case c;
  const Verification report = verify_copies(c.network, c.capacities, c.stored, c.copies);
  Index weights = 0;
  for (const StaticMatmul& matmul : c.network.matmuls) {
    weights += matmul.weights() * c.copies[static_cast<size_t>(matmul.id)];
  }
  EXPECT_EQ(report.weights, weights);
  EXPECT_EQ(report.blocks, std::ssize(c.stored));
  EXPECT_GE(report.checked.size(), 5u);
  EXPECT_FALSE(report.assumed.empty());
}

TEST(VerifyCopies, FindsAMissingBlock) {
  Case c;
  c.stored.erase(c.stored.begin() + 5);
  EXPECT_THAT(c.violation(), HasSubstr("of its"));
}

TEST(VerifyCopies, FindsAMissingCopy) {
  Case c;
  ++c.copies[1];
  EXPECT_THAT(c.violation(), HasSubstr("stored nowhere"));
}

TEST(VerifyCopies, FindsACopyTooMany) {
  Case c;
  --c.copies[1];
  EXPECT_THAT(c.violation(), HasSubstr("copies"));
}

TEST(VerifyCopies, FindsAWeightStoredTwiceInOneCopy) {
  Case c;
  StoredBlock again = c.stored.front();
  again.slot = {99, 7};
  c.stored.push_back(again);
  EXPECT_THAT(c.violation(), HasSubstr("a weight is stored twice"));
}

TEST(VerifyCopies, FindsACellThatIsUsedTwice) {
  Case c;
  c.stored[3].slot = c.stored[4].slot;
  c.stored[3].first_row = c.stored[4].first_row;
  c.stored[3].first_column = c.stored[4].first_column;
  EXPECT_THAT(c.violation(), HasSubstr("a cell is used twice"));
}

TEST(VerifyCopies, FindsSettingsThatCannotShareAnArray) {
  Case c;
  size_t i = 0, j = 0;
  while (j == i || !(c.stored[i].slot == c.stored[j].slot)) {
    if (++j == c.stored.size()) j = ++i;
  }
  c.stored[i].setting = 7;
  EXPECT_THAT(c.violation(), HasSubstr("setting"));
}

TEST(VerifyCopies, FindsWhatLiesOutside) {
  for (const auto spoil : std::vector<void (*)(StoredBlock&)>{
           [](StoredBlock& s) { s.first_row = 20; }, [](StoredBlock& s) { s.first_column = -1; },
           [](StoredBlock& s) { s.first_row = std::numeric_limits<Index>::max(); },
           [](StoredBlock& s) { s.slot.tile = 100; }, [](StoredBlock& s) { s.slot.slot = 8; },
           [](StoredBlock& s) { s.slot.slot = -1; }, [](StoredBlock& s) { s.block.matmul = 1000; },
           [](StoredBlock& s) { s.block.rows = 0; },
           [](StoredBlock& s) { s.block.first_column = 1000; },
           [](StoredBlock& s) { s.copy = -1; }}) {
    Case c;
    spoil(c.stored[2]);
    EXPECT_NE(c.violation(), "");
  }
}

TEST(VerifyCopies, WantsACountOfCopiesForEachMatrix) {
  Case c;
  c.copies.pop_back();
  EXPECT_THAT(c.violation(), HasSubstr("counts of copies"));
}

}  // namespace
}  // namespace ohm
