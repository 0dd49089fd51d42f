// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/weight_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

WeightSpec spec(const std::string& encoding, Index bits, std::vector<Index> slices) {
  return {bits, encoding, std::move(slices), "bitlines", "column"};
}

TEST(WeightEncoding, SlicesCoverTheStoredIntegerWithoutGaps) {
  for (const auto& s :
       {spec("differential", 8, {2, 2, 2, 2}), spec("differential_two_sided", 8, {1, 2, 2, 2}),
        spec("offset_column", 6, {1, 1, 1, 1, 1, 1}), spec("centre_offset", 8, {4, 2, 2}),
        spec("isaac_flip", 4, {1, 3}), spec("differential", 5, {3, 1})}) {
    const Index largest = (Index{1} << magnitude_bits(s)) - 1;
    for (Index magnitude = 0; magnitude <= largest; ++magnitude) {
      double sum = 0.0;
      for (const WeightSlice& slice : weight_slices(s)) {
        sum += slice.scale * static_cast<double>(slice.digit(magnitude));
        EXPECT_LE(slice.digit(magnitude), slice.top);
      }
      ASSERT_EQ(sum, static_cast<double>(magnitude)) << s.encoding;
    }
  }
}

TEST(WeightEncoding, TheSignBitOfTwosComplementCountsNegatively) {
  const auto slices = weight_slices(spec("twos_complement", 8, {1, 3, 4}));
  EXPECT_EQ(slices.back().scale, -128.0);
  EXPECT_EQ(slices.front().scale, 1.0);
  EXPECT_THAT(slicing_problem(spec("twos_complement", 8, {2, 2, 2, 2})),
              testing::HasSubstr("start slice_bits with 1"));
  EXPECT_THAT(slicing_problem(spec("twos_complement", 8, {1, 4, 4})),
              testing::HasSubstr("remove it"));
}

TEST(WeightEncoding, ATwoSidedPairHasALevelForEveryHalfDigit) {
  EXPECT_EQ(weight_slices(spec("differential_two_sided", 8, {7})).front().top_level(), 254);
}

TEST(WeightEncoding, XnorStoresOneBitOnTwoWordlines) {
  const WeightSpec one = spec("xnor", 1, {1});
  EXPECT_EQ(wordlines_per_input(one), 2);
  EXPECT_EQ(n_sides(one), 1);
  EXPECT_EQ(weight_range(one).low, -1);
  EXPECT_THAT(slicing_problem(spec("xnor", 2, {1, 1})), testing::HasSubstr("weight.bits: 1"));
  EXPECT_THAT(slicing_problem(spec("differential", 1, {1})),
              testing::HasSubstr("use encoding xnor"));
}

TEST(WeightEncoding, OneSliceSpansTheWholeCellHoweverWideItIsDeclared) {
  EXPECT_EQ(weight_slices(spec("differential", 8, {7})).front().top, 127);
  EXPECT_EQ(weight_slices(spec("differential", 8, {8})).front().top, 127);
}

TEST(WeightEncoding, TheMostSignificantSliceMayHaveLevelsToSpare) {
  const auto slices = weight_slices(spec("differential", 8, {2, 2, 2, 2}));
  EXPECT_EQ(slices.back().top, 3);
  EXPECT_EQ(slices.back().shift, 6);
  EXPECT_EQ(weight_slices(spec("differential", 8, {1, 2, 2, 2})).back().top, 1);
}

TEST(WeightEncoding, TheMostNegativeIntegerFitsWhereTheCellsHaveRoom) {
  EXPECT_EQ(weight_range(spec("differential", 8, {2, 2, 2, 2})).low, -128);
  EXPECT_EQ(weight_range(spec("differential", 8, {1, 2, 2, 2})).low, -127);
  EXPECT_EQ(weight_range(spec("differential", 8, {7})).low, -127);
  EXPECT_EQ(weight_range(spec("offset_column", 8, {8})).low, -128);
}

TEST(WeightEncoding, RefusesSlicesThatHoldTooLittleOrStayEmpty) {
  EXPECT_THAT(slicing_problem(spec("differential", 8, {2, 2, 2})),
              testing::HasSubstr("add 1 bits"));
  EXPECT_THAT(slicing_problem(spec("offset_column", 8, {2, 2, 2})),
              testing::HasSubstr("add 2 bits"));
  EXPECT_THAT(slicing_problem(spec("differential", 8, {2, 2, 2, 2, 2})),
              testing::HasSubstr("remove it"));
  EXPECT_THAT(slicing_problem(spec("differential", 8, {})), testing::HasSubstr("no slice"));
  EXPECT_THROW(weight_slices(spec("differential", 8, {2})), ArgumentError);
}

}  // namespace
}  // namespace ohm
