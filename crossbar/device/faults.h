// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/config/visitor.h"
#include "core/tensor.h"
#include "crossbar/device/cell_draws.h"

namespace ohm {

struct DeviceSpec;

/// Lines that do not work, and columns that stand in for them.
struct FaultSpec {
  double dead_wordline = 0.0;  ///< share of wordlines whose driver is dead: no current
  double dead_bitline = 0.0;   ///< share of bitlines that deliver no current
  Index spare_bitlines = 0;    ///< per array, to replace the worst ones

  void visit(Visitor& v);
};

/// Which cells of a run are stuck: 0 free, -1 at g_min (stuck_low), +1 at g_max (stuck_high).
std::vector<signed char> stuck_cells(const DeviceSpec& cell, const CellDraws& draws, Index n_cells);

/// Puts stuck cells where they are stuck, whatever they were programmed to.
void apply_stuck(const DeviceSpec& cell, const CellDraws& draws, std::span<double> g);

/// Which of an array's wordlines or bitlines are dead: one entry per line.
std::vector<char> dead_wordlines(const FaultSpec& spec, const CellDraws& array, Index n);
std::vector<char> dead_bitlines(const FaultSpec& spec, const CellDraws& array, Index n);

/// Takes the current away from the cells of dead lines; g is (n_wordlines, n_bitlines), S.
void silence(std::span<const char> wordlines, std::span<const char> bitlines, Matrix<double>& g);

/// Spare columns in the place of others: column `column` is read from spare `spare`.
struct Replacement {
  Index column, spare;
};

/// Which columns to replace: the most damaged by the least damaged spare, as long as spares last
/// and each replacement lowers the damage. Among equals the lower index goes first.
///
/// Args: damage of each column and of each spare, such as their number of stuck cells; infinite for
/// a dead line. Throws ArgumentError on NaN.
std::vector<Replacement> plan_repair(std::span<const double> damage,
                                     std::span<const double> spare_damage);

}  // namespace ohm
