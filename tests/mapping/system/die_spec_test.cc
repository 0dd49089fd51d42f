// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/die_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;
using testing::shipped_chip;
using testing::with;

TEST(DieSpec, IsFoundByThePositionsThatItNames) {
  const ChipSpec chip = shipped_chip({}, "rram_22nm_chiplets");
  ASSERT_EQ(chip.dies.size(), 2u);
  EXPECT_EQ(die_at(chip.dies, 0), 0);
  EXPECT_EQ(die_at(chip.dies, 4), 1);
  EXPECT_EQ(die_at(chip.dies, 5), -1);
  EXPECT_EQ(chip.dies[0].leakage, chip.leakage);  // unless it has its own
}

std::string refusal(const std::string& dies,
                    const std::string& system = "[{columns: 2, rows: 2, link: link_ucie_3d}]") {
  return error_text<ConfigError>([&] {
    shipped_chip({with("system", system), with("dies", dies)});
  });
}

TEST(DieSpec, SaysWhichPlaceIsWrong) {
  EXPECT_EQ(refusal("[{name: io, at: [0, 3], leakage: 0 W/m2}]"), "");
  EXPECT_THAT(refusal("[{name: io, at: 4}]"), HasSubstr("io: at chip 4; expected chips 0 to 3"));
  EXPECT_THAT(refusal("[{name: a, at: 1}, {name: b, at: 1}]"),
              HasSubstr("b: at chip 1, which another die takes"));
  EXPECT_THAT(refusal("[{name: a, at: [0, 1, 2, 3]}]"), HasSubstr("expected at least one"));
  EXPECT_THAT(refusal("[{name: a}]"), HasSubstr("dies[0].at: missing"));
  EXPECT_THAT(refusal("[{name: a, at: 0}]", "[{link: link_ucie_3d}]"),
              HasSubstr("in a system without a given number of chips"));
}

TEST(DieSpec, StaysWhereAnnealingWouldMoveIt) {
  EXPECT_THAT(error_text<ConfigError>(
                  [] { shipped_chip({with("map.placement", "anneal")}, "rram_22nm_chiplets"); }),
              HasSubstr("map.placement: anneal"));
}

}  // namespace
}  // namespace ohm
