// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/line_faults.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "crossbar/device/faults.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"

namespace ohm {
namespace {

constexpr double kUseless = std::numeric_limits<double>::infinity();

/// What dead bitlines of one array cost: the reference most, since all others are sensed against
/// it; those without weights nothing.
std::vector<double> damage(const Macro& macro, std::span<const char> dead, Index columns) {
  const Index used = columns * bitline_of(macro.spec, 1, 0, 0);
  std::vector<double> all;
  for (Index k = 0; k < std::ssize(dead); ++k) {
    const bool reference = has_reference_column(macro.spec.weight) && k + 1 == std::ssize(dead);
    const double cost = reference ? 2.0 : k < used ? 1.0 : 0.0;
    all.push_back(dead[static_cast<size_t>(k)] ? cost : 0.0);
  }
  return all;
}

/// Bitlines of one array with so many columns of weights that stay dead after repair.
std::vector<char> unrepaired(const Macro& macro, const CellDraws& draws, Index columns) {
  const FaultSpec& faults = macro.spec.device.faults;
  const Index n = macro.spec.array.n_bitlines;
  const std::vector<char> dead = dead_bitlines(faults, draws, n + faults.spare_bitlines);
  std::vector<char> left(dead.begin(), dead.begin() + n);
  std::vector<double> spares;
  for (Index k = n; k < std::ssize(dead); ++k) {
    spares.push_back(dead[static_cast<size_t>(k)] ? kUseless : 0.0);
  }
  for (const Replacement& repair : plan_repair(damage(macro, left, columns), spares)) {
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
    const Index width = weight_columns(macro.spec);
    const Index columns = std::min(width, outputs - array * width);
    silence(dead_wordlines(faults, draws, g.rows), unrepaired(macro, draws, columns), g);
    scatter_array(macro, g, array, cells);
  }
}

}  // namespace ohm
