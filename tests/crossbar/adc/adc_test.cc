// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

TEST(Adc, EveryKindOfTheTableCanBeMade) {
  for (const std::string& kind : adc_kinds()) {
    AdcSpec spec;
    spec.kind = kind;
    EXPECT_NE(make_adc(spec), nullptr) << kind;
  }
  AdcSpec unknown;
  unknown.kind = "hourglass";
  EXPECT_THROW(make_adc(unknown), ArgumentError);
}

}  // namespace
}  // namespace ohm
