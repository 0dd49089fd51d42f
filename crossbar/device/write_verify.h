// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crossbar/device/cell_draws.h"
#include "crossbar/device/device.h"
#include "crossbar/device/programming.h"

namespace ohm {

/// What became of each cell of a run, and what it cost.
struct WriteVerifyResult {
  std::vector<double> g;                ///< S, when the last read was made, without its noise
  std::vector<std::int32_t> pulses;     ///< per cell
  std::vector<std::int32_t> reversals;  ///< of polarity, per cell
  std::vector<char> failed;             ///< 1 where the reversals ran out
  ProgrammingCost cost;
};

/// Programs cells from `start` towards `targets`, S, pulse by pulse.
///
/// Model: read; inside ± tolerance: done; below: SET, above: RESET. The amplitude starts at
/// set_start or reset_start and grows by step_voltage while the polarity stays; after
/// max_reversals changes of polarity the cell is given up (Wan et al., Nature 608, 504 (2022),
/// Methods). A pulse moves G by range · step · (1 + step_growth)^k · room^saturation · (1 +
/// step_noise · ξ), k the increments so far, room the share of [g_min, g_max] that is left in its
/// direction, and never below zero. A verify read errs by verify_noise · G · ξ. All draws belong to
/// the cell (Purpose::write_verify); one whose 1024 are spent is given up.
///
/// Throws ArgumentError where lengths differ, a conductance is not finite or negative.
WriteVerifyResult write_verify(const DeviceSpec& cell, const CellDraws& draws,
                               std::span<const double> targets, std::span<const double> start);

/// The same from g_min (every reset cell starts there exactly, an assumption that flatters none but
/// targets within the tolerance of it: those are left as they are), in rounds: after each, cells
/// relax for `round_wait`, and those outside the tolerance are programmed again; g are the
/// conductances of the last verify of each cell. `round` tells in which round each cell was
/// programmed last.
struct ProgrammedRounds {
  WriteVerifyResult result;
  std::vector<std::int32_t> round;
};
ProgrammedRounds write_verify_rounds(const DeviceSpec& cell, const CellDraws& draws,
                                     std::span<const double> targets);

/// How far cells with one target have moved at cell.age after a write-verify: mean and standard
/// deviation, S. The latter is what the kind's measured spread leaves beyond a uniform distribution
/// over ± measured_tolerance. A cell keeps its place in that distribution at every age (assumption:
/// measurements give a spread per time and no correlation between times).
struct Relaxation {
  double shift = 0.0, sigma = 0.0;
};
Relaxation relaxation(const DeviceSpec& cell, Siemens target);

}  // namespace ohm
