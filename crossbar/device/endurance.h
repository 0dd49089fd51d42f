// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "core/config/visitor.h"
#include "core/units.h"
#include "crossbar/device/cell_draws.h"

namespace ohm {

/// How many SET/RESET cycles cells survive: log-normal over cells.
struct EnduranceSpec {
  double median = 1e6;    ///< cycles that half of the cells survive
  double sigma_ln = 0.7;  ///< standard deviation of ln(cycles)

  void visit(Visitor& v);
};

/// Share of cells that have failed after `cycles`.
double failed_share(const EnduranceSpec& spec, double cycles);

/// Cycles after which a share of the cells, in (0, 1), has failed.
double cycles_until(const EnduranceSpec& spec, double share);

/// Time until the median cell of a region fails that is rewritten at `rate`:
/// median / (cycles_per_update · rate). Throws ArgumentError unless both are positive.
Seconds lifetime(const EnduranceSpec& spec, double cycles_per_update, Hertz rate);

/// The cycles after which each cell of a run fails.
void cycles_to_failure(const EnduranceSpec& spec, const CellDraws& draws, std::span<double> cycles);

}  // namespace ohm
