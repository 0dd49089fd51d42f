// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/rewriting.h"

#include "crossbar/device/update_cost.h"

namespace ohm {

Rewriting rewriting_of(const WeightTotals& weights, const ChipSpec& chip, Index chips,
                       Index drams) {
  const double cells = weights.cells / static_cast<double>(chips);
  const ProgrammingCost each = update_cost(chip.macro.device, cells);  // of one chip
  Rewriting all;
  all.cells = weights.cells;
  all.pulses = each.seconds;
  all.reading = weights.bytes / (static_cast<double>(drams) * chip.dram.bandwidth);
  all.writing = static_cast<double>(chips) * each.joules;
  all.fetching = weights.bytes * chip.dram.energy;
  all.cycles_per_update = cells > 0.0 ? each.cycles / cells : 0.0;
  return all;
}

}  // namespace ohm
