// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/ledger.h"
#include "crossbar/periphery_spec.h"

namespace ohm {

/// Energy of one action and area of one instance; sources that disagree widen the range.
struct UnitCost {
  Joules energy, energy_low, energy_high;
  SquareMetres area, area_low, area_high;
  std::string source;
};

/// The published figures of a digital part at `target`, scaled as static logic.
///
/// The first figure that states an energy (an area) is the figure; all that state one are its
/// range. The source says from where to where each was scaled.
UnitCost scaled_cost(const std::vector<PublishedFigure>& figures, const Technology& target);

/// `factor` of it, range and all: a wider or a faster instance of the same part.
UnitCost scaled_by(const UnitCost& cost, double factor);

/// Energy of `count` actions, for the ledger.
Cost energy_cost(std::int64_t count, const UnitCost& each);

/// Area of `count` instances, for the ledger; `count` may be a fraction of a unit (bytes, bits).
Cost area_cost(double count, const UnitCost& each);

}  // namespace ohm
