// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/line_faults.h"

#include <limits>
#include <span>
#include <vector>

#include "crossbar/device/faults.h"
#include "crossbar/program/array_layout.h"

namespace ohm {
namespace {

/// Damage of a line that delivers nothing, or none.
std::vector<double> damage(std::span<const char> dead) {
  std::vector<double> all;
  for (const char line : dead) all.push_back(line ? std::numeric_limits<double>::infinity() : 0.0);
  return all;
}

/// Bitlines of one array that stay dead after repair.
std::vector<char> unrepaired(const Macro& macro, const CellDraws& draws) {
  const FaultSpec& faults = macro.spec.device.faults;
  const Index n = macro.spec.array.n_bitlines;
  const std::vector<char> dead = dead_bitlines(faults, draws, n + faults.spare_bitlines);
  std::vector<char> left(dead.begin(), dead.begin() + n);
  const std::span<const char> spares(dead.data() + n, static_cast<size_t>(faults.spare_bitlines));
  for (const Replacement& repair : plan_repair(damage(left), damage(spares))) {
    left[static_cast<size_t>(repair.column)] = 0;
  }
  return left;
}

}  // namespace

void apply_line_faults(const Macro& macro, const ChipDraw& draw, std::uint32_t strip,
                       TileCells& cells) {
  const FaultSpec& faults = macro.spec.device.faults;
  if (faults.dead_wordline == 0.0 && faults.dead_bitline == 0.0) return;
  const Index outputs = cells.side[0].cols / std::ssize(macro.weight_slices);
  for (Index array = 0; array < arrays_across(macro, outputs); ++array) {
    const CellDraws draws{draw.seed, draw.chip, {strip, static_cast<std::uint32_t>(array), 0}};
    Matrix<double> g = gather_array(macro, cells, array);
    silence(dead_wordlines(faults, draws, g.rows), unrepaired(macro, draws), g);
    scatter_array(macro, g, array, cells);
  }
}

}  // namespace ohm
