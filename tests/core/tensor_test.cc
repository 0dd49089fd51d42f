// SPDX-License-Identifier: Apache-2.0
#include "core/tensor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using testing::ElementsAre;
constexpr Index largest = std::numeric_limits<Index>::max();

TEST(Shape, PrintsAsATuple) {
  EXPECT_EQ(to_string(Shape{64, 96}), "(64, 96)");
  EXPECT_EQ(to_string(Shape{7}), "(7,)");
  EXPECT_EQ(to_string(Shape{}), "()");
}

TEST(Shape, CountsElements) {
  EXPECT_EQ(element_count({}), 1);
  EXPECT_EQ(element_count({2, 3, 4}), 24);
  EXPECT_EQ(element_count({2, 0, 4}), 0);
}

TEST(Shape, RefusesWhatMemoryCannotAddress) {
  EXPECT_EQ(element_count({largest}), largest);
  EXPECT_EQ(element_count({largest / 4}, 4), largest / 4);
  EXPECT_THROW(element_count({largest / 4 + 1}, 4), ArgumentError);
  EXPECT_THROW(element_count({largest, 2}), ArgumentError);
  EXPECT_THROW(element_count({0, largest, 2}), ArgumentError);
  EXPECT_THROW(element_count({largest, 2, 0}), ArgumentError);
  EXPECT_THROW(element_count({3, -1}), ArgumentError);
  EXPECT_THROW(element_count({0, -1}), ArgumentError);
}

TEST(Tensor, DefaultIsEmpty) {
  const Tensor tensor;
  EXPECT_EQ(tensor.size(), 0);
  EXPECT_EQ(tensor.rank(), 1);
  EXPECT_EQ(tensor.shape, Shape{0});
}

TEST(Tensor, StartsAtZero) {
  EXPECT_THAT(Tensor(Shape{2, 2}).values, ElementsAre(0, 0, 0, 0));
}

TEST(Tensor, ScalarHasOneValueAndNoRows) {
  const Tensor scalar({}, {3.5f});
  EXPECT_EQ(scalar.size(), 1);
  EXPECT_EQ(scalar.rank(), 0);
  EXPECT_THROW(scalar.rows(), ArgumentError);
  EXPECT_THROW(scalar.row(0), ArgumentError);
  EXPECT_THROW(scalar.dim(0), ArgumentError);
}

TEST(Tensor, RowsRunAlongTheLastAxis) {
  Tensor tensor({2, 2, 3}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  EXPECT_EQ(tensor.rows(), 4);
  EXPECT_THAT(tensor.row(2), ElementsAre(6, 7, 8));
  tensor.row(3)[0] = -1;
  EXPECT_EQ(tensor.values[9], -1);
  EXPECT_THROW(tensor.row(4), ArgumentError);
  EXPECT_THROW(tensor.row(-1), ArgumentError);
}

TEST(Tensor, RowsMayBeEmpty) {
  const Tensor no_columns(Shape{3, 0});
  EXPECT_EQ(no_columns.rows(), 3);
  EXPECT_TRUE(no_columns.row(2).empty());
  EXPECT_EQ(Tensor(Shape{0, 3}).rows(), 0);
}

TEST(Tensor, AxesCountFromTheEndToo) {
  const Tensor tensor(Shape{2, 5});
  EXPECT_EQ(tensor.dim(1), 5);
  EXPECT_EQ(tensor.dim(-1), 5);
  EXPECT_EQ(tensor.dim(-2), 2);
  EXPECT_THROW(tensor.dim(2), ArgumentError);
  EXPECT_THROW(tensor.dim(-3), ArgumentError);
}

TEST(Tensor, RefusesValuesThatDoNotFillTheShape) {
  EXPECT_EQ(error_text<ArgumentError>([] {
              Tensor({2, 3}, {1, 2, 3});
            }),
            "tensor of shape (2, 3): got 3 values; expected 6");
  EXPECT_THROW(Tensor(Shape{-1}), ArgumentError);
  EXPECT_THROW(Tensor(Shape{largest / 2}), ArgumentError);
}

TEST(Matrix, StoresRowsOneAfterAnother) {
  Matrix<std::int32_t> matrix(2, 3, 7);
  matrix(1, 0) = 1;
  EXPECT_THAT(matrix.values, ElementsAre(7, 7, 7, 1, 7, 7));
  EXPECT_THAT(matrix.row(1), ElementsAre(1, 7, 7));
  matrix.row(0)[2] = 9;
  EXPECT_EQ(matrix(0, 2), 9);
  EXPECT_EQ(matrix.size(), 6);
}

TEST(Matrix, MayHaveNoRowsOrColumns) {
  EXPECT_EQ(Matrix<float>(0, 5).size(), 0);
  EXPECT_TRUE(Matrix<float>(5, 0).row(4).empty());
  EXPECT_EQ(Matrix<float>(), Matrix<float>(0, 0));
}

TEST(Matrix, RefusesImpossibleSizes) {
  EXPECT_THROW(Matrix<float>(-1, 3), ArgumentError);
  EXPECT_THROW(Matrix<float>(3, -1), ArgumentError);
  EXPECT_THROW(Matrix<float>(Index{1} << 31, Index{1} << 31), ArgumentError);
  EXPECT_THROW(Matrix<float>(largest, largest), ArgumentError);
}

TEST(Matrix, IsMadeFromATensorOfRankTwo) {
  const Matrix<float> matrix = to_matrix(Tensor({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(matrix.rows, 2);
  EXPECT_EQ(matrix(1, 0), 3);
  EXPECT_THROW(to_matrix(Tensor(Shape{4})), ArgumentError);
}

}  // namespace
}  // namespace ohm
