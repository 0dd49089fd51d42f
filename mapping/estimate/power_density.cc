// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/power_density.h"

#include <fmt/format.h>

#include <algorithm>

#include "mapping/estimate/peak.h"

namespace ohm {
namespace {

constexpr double kCooled = 1e6;  // W/m2

struct Cooling {
  double watts;  // of one die
  std::string source;
};

Cooling cooling_of(const ThermalSpec& thermal, double area) {
  if (thermal.given()) {
    const double watts = (thermal.limit.si() - thermal.ambient.si()) / thermal.resistance.si();
    return {watts, "the chip's thermal section takes away"};
  }
  return {kCooled * area, "is cooled at 1 W/mm2 (assumption; an H100 in air: 0.86)"};
}

}  // namespace

std::string peak_power_warning(const Chip& chip, const Estimate& estimate) {
  const Peak full = peak(chip);
  const auto die = std::find_if(full.levels.begin(), full.levels.end(),
                                [](const PeakLevel& level) { return level.name == "chip"; });
  if (die == full.levels.end() || die->area().si() == 0.0) return "";
  const double watts = die->power().si(), area = die->area().si();
  const Cooling cooling = cooling_of(chip.spec.thermal, area);
  if (watts <= cooling.watts) return "";
  const auto dies = static_cast<double>(estimate.chips);
  return fmt::format(
      "peak power: with everything at work a die takes {:.4g} W, {:.3g} W/mm2, and {:.4g} W {}; "
      "average power of this workload: {:.4g} W, {:.3g} W per die",
      watts, watts / area * 1e-6, cooling.watts, cooling.source, estimate.power.si(),
      estimate.power.si() / dies);
}

}  // namespace ohm
