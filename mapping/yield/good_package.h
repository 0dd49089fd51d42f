// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "core/units.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {

/// What it takes to make one package that works.
struct GoodPackage {
  Index dies = 1;  ///< in a package
  SquareMetres die_area;
  Index dies_per_wafer = 0;
  double die_yield = 1.0;
  double pass = 1.0;                ///< share of dies that pass the test of bare dies
  double quality = 1.0;             ///< share of good dies among those
  double package_yield = 1.0;       ///< (quality · bond_yield)^dies
  double dies_made = 1.0;           ///< per good package
  SquareMetres silicon;             ///< per good package
  double packages_per_wafer = 0.0;  ///< good ones
  double cost_per_die = 0.0;        ///< that passed
  double cost = 0.0;                ///< per good package
};

/// Yield and cost of a chip of `area` in one package: dies are tested bare, those that pass are
/// attached, and a package works when all of its dies do; bad packages are thrown away.
///
/// Throws ConfigError where a die is larger than the reticle or the wafer, or no package works.
GoodPackage good_package(const ChipSpec& chip, SquareMetres area);

}  // namespace ohm
