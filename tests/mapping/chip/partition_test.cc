// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/partition.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

StaticMatmul matrix(Index rows, Index columns) {
  StaticMatmul matmul;
  matmul.name = "m";
  matmul.rows = rows;
  matmul.columns = columns;
  return matmul;
}

/// Brute force: how many blocks hold each weight.
std::vector<int> cover(const StaticMatmul& matmul, const std::vector<Block>& blocks) {
  std::vector<int> count(static_cast<size_t>(matmul.weights()), 0);
  for (const Block& b : blocks) {
    for (Index r = b.first_row; r < b.first_row + b.rows; ++r) {
      for (Index c = b.first_column; c < b.first_column + b.columns; ++c) {
        ++count.at(static_cast<size_t>(r * matmul.columns + c));
      }
    }
  }
  return count;
}

TEST(Partition, StoresEveryWeightOnceForAnyShapeAndSplit) {
  for (const Index rows : {1, 7, 8, 9, 30}) {
    for (const Index columns : {1, 4, 5, 17}) {
      for (const char* split : {"max", "equal"}) {
        const auto blocks = partition_matmul(matrix(rows, columns), {8, 4}, split);
        EXPECT_EQ(std::ssize(blocks), ((rows + 7) / 8) * ((columns + 3) / 4));
        for (const int n : cover(matrix(rows, columns), blocks)) ASSERT_EQ(n, 1);
        for (const Block& b : blocks) {
          EXPECT_TRUE(b.rows >= 1 && b.rows <= 8 && b.columns >= 1 && b.columns <= 4);
        }
      }
    }
  }
}

TEST(Partition, SplitsRowsFullFirstOrEqually) {
  const auto full = partition_matmul(matrix(130, 16), {128, 16}, "max");
  EXPECT_EQ(full[0].rows, 128);
  EXPECT_EQ(full[1].rows, 2);
  const auto equal = partition_matmul(matrix(131, 16), {128, 16}, "equal");
  EXPECT_EQ(equal[0].rows, 66);
  EXPECT_EQ(equal[1].rows, 65);
}

TEST(Partition, KeepsTheRowTilesOfAColumnTileTogether) {
  const auto blocks = partition_matmul(matrix(20, 10), {8, 4}, "max");
  for (size_t i = 0; i < blocks.size(); ++i) {
    EXPECT_EQ(blocks[i].row_tile, static_cast<Index>(i) % 3);
    EXPECT_EQ(blocks[i].column_tile, static_cast<Index>(i) / 3);
  }
}

TEST(Partition, GivesGpt2SmallItsPublishedNumberOfArrays) {
  const Network network = build_network(testing::shipped_network("gpt2-small"));
  const Partition all = partition_network(network, {128, 16}, "max", "crossbar");
  const Partition body = partition_network(network, {128, 16}, "max", "digital");
  EXPECT_EQ(std::ssize(body.blocks), 41472);
  EXPECT_EQ(std::ssize(all.blocks), 60324);
  Index weights = 0;
  for (const Block& b : body.blocks) weights += b.rows * b.columns;
  EXPECT_EQ(weights, 84934656);
  EXPECT_EQ(weights, std::ssize(body.blocks) * 128 * 16);  // 100 % full
}

TEST(Partition, KeepsOnlyADecodersOutputMatrixDigital) {
  StaticMatmul head = matrix(4, 4);
  head.part = "head";
  EXPECT_FALSE(in_crossbars(head, "digital"));
  EXPECT_TRUE(in_crossbars(head, "crossbar"));
  head.once = true;
  EXPECT_TRUE(in_crossbars(head, "digital"));
}

TEST(Partition, RefusesEmptyMatricesAndUnknownSplits) {
  EXPECT_THROW(partition_matmul(matrix(0, 4), {8, 4}, "max"), ArgumentError);
  EXPECT_THROW(partition_matmul(matrix(4, 4), {8, 0}, "max"), ArgumentError);
  EXPECT_THROW(partition_matmul(matrix(4, 4), {8, 4}, "half"), ArgumentError);
}

}  // namespace
}  // namespace ohm
