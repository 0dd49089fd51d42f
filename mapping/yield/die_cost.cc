// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/die_cost.h"

#include "mapping/system/chip_dies.h"

namespace ohm {

std::vector<DieCost> die_costs(const Chip& chip) {
  std::vector<DieCost> costs;
  for (const DieSpec& die : chip.spec.dies) {
    DieCost cost{die.name, std::ssize(die.at), die_area(chip, die), 0.0, {}};
    cost.reticles = cost.area / chip.spec.reticle;
    ChipSpec own = chip.spec;
    own.name = die.name;
    if (die.yield.given()) own.yield = die.yield;
    if (own.yield.given()) cost.package = good_package(own, cost.area);
    costs.push_back(cost);
  }
  return costs;
}

}  // namespace ohm
