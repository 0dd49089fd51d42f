// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"

namespace ohm {
namespace {

struct Named : AdcSpec {
  std::string name;
};

TEST(AdcSpec, AutomaticBitsGoWithALosslessRangeOnly) {
  EXPECT_EQ(parse_spec<Named>("bits: auto\nrange: lossless\n", "a.yaml", {}).bits,
            AdcSpec::kAutoBits);
  EXPECT_THROW(parse_spec<Named>("bits: auto\nrange: max\n", "a.yaml", {}), ConfigError);
}

TEST(AdcSpec, LaterKindsSaySo) {
  try {
    parse_spec<Named>("kind: sar\n", "a.yaml", {});
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("not in this version"));
  }
}

}  // namespace
}  // namespace ohm
