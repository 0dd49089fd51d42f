// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/yield/good_package.h"

namespace ohm {

/// One kind of dies without weights.
struct DieCost {
  std::string name;
  Index count = 0;        ///< in the system
  SquareMetres area;      ///< of one: tiles without macros, its parts, its ends of links
  double reticles = 0.0;  ///< area / the largest die of one exposure
  std::optional<GoodPackage> package;  ///< where its yield, or that of the chip, is known
};

/// Area and yield of the dies without weights, kind by kind. ConfigError as good_package().
std::vector<DieCost> die_costs(const Chip& chip);

}  // namespace ohm
