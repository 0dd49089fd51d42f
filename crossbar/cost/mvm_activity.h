// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "crossbar/macro_spec.h"

namespace ohm {

/// The part of an array that is used, and how often.
struct MvmBlock {
  Index rows = 0;     ///< wordlines
  Index columns = 0;  ///< outputs: weight columns, not bitlines
  Index mvms = 1;
};

/// What the analog part of an array did, in counts; energy is these counts times unit costs.
struct MvmActivity {
  std::int64_t conversions = 0;
  std::int64_t row_drives = 0;   ///< wordline × pulse: a DAC set its level, zero included
  std::int64_t row_toggles = 0;  ///< wordline × pulse: the line rose from rest (it returns each)
  Siemens conductance;   ///< Σ over row_drives of (row conductance × share of V² step_time())
  double counted = 0.0;  ///< Σ over conversions of |code| / largest code

  MvmActivity& operator+=(const MvmActivity& other);
  bool operator==(const MvmActivity&) const = default;
};

/// Exact activity from the integers that enter the array.
///
/// `inputs` (mvms × rows, row-major) within the bits of macro.input; `row_conductance` (rows) in S:
/// the sum over the cells that conduct in that row, reference bitline included. A step of value s
/// out of s_max, the largest value that any step drives, draws the share s/s_max (gated: the pulse
/// width) or (s/s_max)² (driven: the amplitude) of V² G read.time; for 1-bit steps the sum over
/// steps is a popcount, and so it is with bit_planes, pulse by pulse. Where two wordlines carry an
/// input, `row_conductance` holds their sum. Cost O(rows) per step, not O(rows × columns).
/// `counted` follows from macro.workload; counted_codes() gives it exactly. Throws ArgumentError
/// for a block that does not fit, or wrong sizes.
MvmActivity measured_activity(const MacroSpec& macro, const MvmBlock& block,
                              std::span<const std::int32_t> inputs,
                              std::span<const double> row_conductance);

/// Σ |code| / largest code of conversions to `bits` at levels sign_magnitude, what a counting
/// converter's energy grows with (MvmActivity::counted).
double counted_codes(std::span<const std::int32_t> codes, Index bits);

/// What is known of tensors that are not there.
struct InputStatistics {
  double bit_density = 0.5;  ///< share of ones among the bits that are driven
  double cell_level = 0.25;  ///< mean of (G - g_min) / (g_max - g_min) over the cells in use
  /// Measured shares over wordlines and steps, which follow from bit_density where they are absent:
  std::optional<double> active_share{};  ///< of wordlines that a step drives at all
  std::optional<double> drive_share{};   ///< mean of V² t over that of a full-scale input
  /// Mean |code| / largest code; that of macro.workload where it is absent.
  std::optional<double> code_share{};
  std::optional<double> recovery{};  ///< measured; input.speculation.recovery where it is absent
};

/// What macro.workload says where no tensors exist.
InputStatistics assumed_statistics(const MacroSpec& macro);

/// Share of the largest code that the largest of `conversions` codes reaches (its median), for
/// normal sums of mean share `code_share`; at most 1.
double largest_share(double code_share, Index conversions);

/// Expected activity: bits independent of each other and of the conductances (as in CiMLoop,
/// Andrulis et al., ISPASS 2024). It misses the covariance of inputs and row conductances. Counts
/// round to whole.
MvmActivity expected_activity(const MacroSpec& macro, const MvmBlock& block,
                              const InputStatistics& statistics);

/// Throws ArgumentError unless the block has 1 … n_wordlines rows, 1 … weight_columns() columns,
/// and no negative count of MVMs.
void require_fit(const MacroSpec& macro, const MvmBlock& block);

}  // namespace ohm
