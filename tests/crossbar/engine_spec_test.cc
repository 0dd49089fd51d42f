// SPDX-License-Identifier: Apache-2.0
#include "crossbar/engine_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/reader.h"
#include "core/error.h"
#include "crossbar/macro_spec.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

template <class Spec>
std::string refusal(const std::string& text) {
  return error_text<ConfigError>([&] {
    parse_spec<Spec>(text, "test", {{repository::configs()}, {}});
  });
}

const std::string kMac =
    "mac: [{energy: 1 pJ, area: 2 um2, node: 45 nm, vdd: 0.9 V, source: paper}]";

TEST(EngineSpec, IsACrossbarUnlessToldOtherwise) {
  EXPECT_FALSE(EngineSpec{}.is_digital());
  const auto digital =
      parse_spec<EngineSpec>("{kind: digital, macs: 4, " + kMac + "}", "test", {{}, {}});
  EXPECT_TRUE(digital.is_digital());
  EXPECT_EQ(digital.mac.size(), 1U);
}

TEST(EngineSpec, RefusesMultipliersWithoutFiguresAndFiguresWithoutMultipliers) {
  EXPECT_THAT(refusal<EngineSpec>("{kind: digital, " + kMac + "}"), HasSubstr("macs"));
  EXPECT_THAT(refusal<EngineSpec>("{kind: digital, macs: 4}"), HasSubstr("mac: missing"));
  EXPECT_THAT(refusal<EngineSpec>("{macs: 4, " + kMac + "}"), HasSubstr("only a digital engine"));
}

TEST(EngineSpec, ADigitalMacroIsExact) {
  EXPECT_THAT(
      refusal<MacroSpec>("{device: wan_2022, engine: {kind: digital, macs: 4, " + kMac + "}}"),
      HasSubstr("exact integers"));
}

}  // namespace
}  // namespace ohm
