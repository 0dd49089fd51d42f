// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/gating_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ohm::testing::shipped_chip;
using ohm::testing::with;

TEST(GatingSpec, AWordStandsForItsKind) {
  EXPECT_EQ(shipped_chip().gating.kind, "unused_tiles");
  EXPECT_EQ(shipped_chip({with("gating", "none")}).gating.kind, "none");
  const GatingSpec idle = shipped_chip({with("gating", "idle_tiles")}).gating;
  EXPECT_TRUE(idle.gates_idle_tiles());
  EXPECT_EQ(idle.wake, "ahead");
  EXPECT_GT(idle.wake_time.si(), 0.0);
}

TEST(GatingSpec, SingleFiguresAreOverriddenBesideAWord) {
  const GatingSpec gating =
      shipped_chip({with("gating.kind", "idle_tiles"), with("gating.wake", "on_demand"),
                    with("gating.wake_time", "10 ns"), with("gating.rail_capacitance", "2 nF/mm2"),
                    with("gating.retained", "0.05")})
          .gating;
  EXPECT_TRUE(gating.gates_idle_tiles());
  EXPECT_EQ(gating.wake, "on_demand");
  EXPECT_DOUBLE_EQ(gating.wake_time.si(), 10e-9);
  EXPECT_DOUBLE_EQ(gating.rail_capacitance.si(), 2e-3);
  EXPECT_DOUBLE_EQ(gating.retained, 0.05);
}

TEST(GatingSpec, AMapIsTheLongForm) {
  const GatingSpec gating =
      shipped_chip({with("gating", "{kind: idle_tiles, wake_energy: 3 nJ}")}).gating;
  EXPECT_TRUE(gating.gates_idle_tiles());
  EXPECT_DOUBLE_EQ(gating.wake_energy.si(), 3e-9);
}

TEST(GatingSpec, SurvivesWritingAndReadingBack) {
  GatingSpec gating = shipped_chip({with("gating", "idle_tiles")}).gating;
  gating.rail_capacitance = FaradsPerSquareMetre(2.5e-3);
  gating.wake_time = Seconds(70e-9);
  const GatingSpec back = parse_spec<GatingSpec>(
      to_yaml(resolved(gating, ConfigWriter::Quantities::text)), "resolved", {});
  EXPECT_EQ(back.kind, "idle_tiles");
  EXPECT_EQ(back.rail_capacitance, gating.rail_capacitance);
  EXPECT_EQ(back.wake_time, gating.wake_time);
  EXPECT_EQ(back.source, gating.source);
}

TEST(GatingSpec, RefusesOtherWords) {
  try {
    shipped_chip({with("gating", "idle_tile")});
    FAIL() << "no such kind";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("did you mean 'idle_tiles'"));
  }
  EXPECT_THROW(shipped_chip({with("gating.retained", "1.1")}), ConfigError);
  EXPECT_THROW(shipped_chip({with("gating.wake_time", "-1 ns")}), ConfigError);
}

}  // namespace
}  // namespace ohm
