// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_draw.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/error.h"

namespace ohm {
namespace {

TEST(AdcDraw, EveryPlaceAndPartDrawsItsOwnNumbers) {
  std::set<double> seen;
  Index expected = 0;
  for (std::uint32_t k = 0; k < 4; ++k) {
    for (const AdcDraw draw :
         {AdcDraw{k + 1, 0, 0, 0, 0}, AdcDraw{0, k + 1, 0, 0, 0}, AdcDraw{0, 0, k + 1, 0, 0},
          AdcDraw{0, 0, 0, k + 1, 0}, AdcDraw{0, 0, 0, 0, k + 1}}) {
      for (const auto part : {ConverterPart::capacitor, ConverterPart::comparator}) {
        for (const double x : draw.normals(part, 3)) seen.insert(x);
        expected += 3;
      }
      seen.insert(draw.gain()), seen.insert(draw.offset());
      expected += 2;
    }
  }
  EXPECT_EQ(std::ssize(seen), expected);
}

TEST(AdcDraw, SharedPartsAreTheSameForAllConvertersOfAnArray) {
  const AdcDraw a{1, 2, 3, 4, 5}, b{1, 2, 3, 4, 6}, elsewhere{1, 2, 3, 5, 5};
  const auto part = ConverterPart::capacitor;
  EXPECT_EQ(a.shared_normals(part, 9), b.shared_normals(part, 9));
  EXPECT_NE(a.shared_normals(part, 9), elsewhere.shared_normals(part, 9));
  EXPECT_NE(a.shared_normals(part, 9), a.normals(part, 9));
}

TEST(AdcDraw, RefusesConvertersThatItsCounterCannotTellApart) {
  EXPECT_NO_THROW((AdcDraw{0, 0, 0, 0, (1U << 24) - 1}.normals(ConverterPart::comparator, 1)));
  EXPECT_THROW((AdcDraw{0, 0, 0, 0, 1U << 24}.normals(ConverterPart::comparator, 1)),
               ArgumentError);
}

}  // namespace
}  // namespace ohm
