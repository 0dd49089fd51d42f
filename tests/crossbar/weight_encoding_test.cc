// SPDX-License-Identifier: Apache-2.0
#include "crossbar/weight_encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

WeightSpec spec(const std::string& encoding, Index bits, std::vector<Index> slices) {
  return {bits, encoding, std::move(slices), "column"};
}

std::int64_t decoded(const WeightSpec& s, std::int32_t weight) {
  std::int64_t sum = 0;
  for (const WeightSlice& slice : weight_slices(s)) {
    const Index unit = Index{1} << slice.shift;
    sum += unit * slice.level(stored_magnitude(s, weight, false));
    if (s.encoding == "differential") sum -= unit * slice.level(stored_magnitude(s, weight, true));
  }
  return s.encoding == "differential" ? sum : sum - (std::int64_t{1} << (s.bits - 1));
}

TEST(WeightEncoding, SlicesRecombineToEveryWeight) {
  for (const auto& s :
       {spec("differential", 8, {2, 2, 2, 2}), spec("differential", 8, {1, 2, 2, 2}),
        spec("differential", 8, {7}), spec("differential", 8, {8}), spec("differential", 5, {3, 1}),
        spec("offset_column", 8, {2, 2, 2, 2}), spec("offset_column", 8, {8}),
        spec("offset_column", 6, {1, 1, 1, 1, 1, 1}), spec("offset_column", 4, {1, 3})}) {
    const WeightRange range = weight_range(s);
    for (Index w = range.low; w <= range.high; ++w) {
      ASSERT_EQ(decoded(s, static_cast<std::int32_t>(w)), w) << s.encoding;
    }
    for (const WeightSlice& slice : weight_slices(s)) EXPECT_GE(slice.top, (1 << slice.bits) - 1);
  }
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
