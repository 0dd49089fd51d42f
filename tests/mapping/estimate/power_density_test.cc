// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/power_density.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/estimate/peak.h"
#include "mapping/structure/estimate_structure.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::with;

PeakLevel die_of(const ChipSpec& chip) {
  for (const PeakLevel& level : peak(compile_chip(chip)).levels) {
    if (level.name == "chip") return level;
  }
  return {};
}

Estimate tiny_on(const ChipSpec& chip) {
  return estimate(map_network(build_network(testing::tiny_gpt()), chip), {8, 2, 1, {}});
}

TEST(PowerDensity, OfADieThatAirCoolsIsNotMentioned) {
  const ChipSpec chip = testing::shipped_chip();
  EXPECT_LT(die_of(chip).power().si(), 1e6 * die_of(chip).area().si());
  EXPECT_THAT(tiny_on(chip).assumptions, Not(Contains(HasSubstr("peak power"))));
}

/// 408 tiles at one MVM after the other, beside a workload that keeps few of them busy.
TEST(PowerDensity, OfADenseDieIsSaidBesideTheAverage) {
  const ChipSpec chip = testing::shipped_chip({}, "rram_22nm_llm");
  const PeakLevel die = die_of(chip);
  const double density = die.power().si() / die.area().si() * 1e-6;
  ASSERT_GT(density, 1.0);
  const Estimate e = estimate_structure(testing::tiny_llama(), chip, {8, 2, 1, {}});
  const double average = e.energy.si() / e.makespan.si();
  EXPECT_THAT(e.assumptions, Contains(HasSubstr(fmt::format("a die takes {:.4g} W, {:.3g} W/mm2",
                                                            die.power().si(), density))));
  EXPECT_THAT(
      e.assumptions,
      Contains(HasSubstr(fmt::format("average power of this workload: {:.4g} W, {:.3g} W per die",
                                     average, average / static_cast<double>(e.chips)))));
}

/// What a chip's own heat sink takes away: (423.15 - 318.15) K / resistance.
TEST(PowerDensity, OfAThermalSectionIsWhatItsResistanceAllows) {
  const double watts = die_of(testing::shipped_chip()).power().si();
  const auto with_sink = [&](double factor) {
    const std::string text =
        fmt::format("{{kind: network, resistance: {} K/W}}", factor * (423.15 - 318.15) / watts);
    return tiny_on(testing::shipped_chip({with("thermal", text)})).assumptions;
  };
  EXPECT_THAT(with_sink(1.01), Contains(HasSubstr("the chip's thermal section takes away")));
  EXPECT_THAT(with_sink(0.99), Not(Contains(HasSubstr("peak power"))));
}

}  // namespace
}  // namespace ohm
