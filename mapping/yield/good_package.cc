// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/good_package.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "mapping/yield/die_yield.h"

namespace ohm {
namespace {

constexpr double kLeastYield = 1e-12;

Index dies_of(const ChipSpec& chip, SquareMetres area) {
  if (chip.yield.dies != YieldSpec::kAuto) return chip.yield.dies;
  return static_cast<Index>(std::ceil(area / chip.reticle));
}

[[noreturn]] void refuse(const ChipSpec& chip, const std::string& text) {
  throw ConfigError(fmt::format("chip {}: yield: {}", chip.name, text));
}

void require_printable(const ChipSpec& chip, const GoodPackage& it) {
  if (it.die_area > chip.reticle) {
    refuse(chip, fmt::format("dies of {:.4g} mm2; expected at most the reticle, {:.4g} mm2: raise "
                             "yield.dies",
                             it.die_area.si() * 1e6, chip.reticle.si() * 1e6));
  }
  if (it.dies_per_wafer < 1) {
    refuse(chip, fmt::format("no die of {:.4g} mm2 fits on a wafer of {:.4g} mm; expected at least "
                             "one: raise yield.dies or yield.wafer",
                             it.die_area.si() * 1e6, chip.yield.wafer.si() * 1e3));
  }
}

void require_good(const ChipSpec& chip, const GoodPackage& it) {
  if (it.die_yield >= kLeastYield && it.package_yield >= kLeastYield) return;
  refuse(chip, fmt::format("a share of {:.2g} of dies and {:.2g} of packages of {} is good; "
                           "expected at least {:.0e}: lower yield.defect_density, raise "
                           "yield.fault_coverage, or make dies smaller",
                           it.die_yield, it.package_yield, it.dies, kLeastYield));
}

}  // namespace

GoodPackage good_package(const ChipSpec& chip, SquareMetres area) {
  const YieldSpec& spec = chip.yield;
  GoodPackage it;
  it.dies = dies_of(chip, area);
  const auto dies = static_cast<double>(it.dies);
  it.die_area = area / dies;
  it.die_yield = die_yield(spec, it.die_area);
  it.dies_per_wafer = dies_per_wafer(spec, it.die_area);
  require_printable(chip, it);
  it.quality = tested_quality(it.die_yield, spec.fault_coverage);
  it.package_yield = std::pow(it.quality * spec.bond_yield, dies);
  require_good(chip, it);
  it.pass = it.die_yield / it.quality;
  it.dies_made = dies / (it.pass * it.package_yield);
  it.silicon = it.dies_made * it.die_area;
  it.packages_per_wafer = static_cast<double>(it.dies_per_wafer) / it.dies_made;
  it.cost_per_die =
      (spec.wafer_cost / static_cast<double>(it.dies_per_wafer) + spec.test_cost) / it.pass;
  it.cost = (dies * it.cost_per_die + spec.package_cost) / it.package_yield;
  return it;
}

}  // namespace ohm
