// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

/// The counts that follow from shapes alone.
MvmActivity shape_activity(const MacroSpec& macro, const MvmBlock& block) {
  const Index steps = input_steps(macro.input);
  const Index sums = block.columns * static_cast<Index>(macro.weight.slice_bits.size());
  MvmActivity activity;
  activity.conversions = block.mvms * row_groups(macro, block.rows) * steps * sums;
  activity.row_drives = block.mvms * block.rows * steps;
  return activity;
}

bool is_amplitude(const MacroSpec& macro) {
  return !drives_pulse_width(macro);
}

/// Integer drive of one row in one step over all MVMs: Σ s, or Σ s² for amplitudes.
struct RowDrive {
  std::int64_t toggles = 0, drive = 0;
};

RowDrive row_drive(const MacroSpec& macro, const MvmBlock& block, const InputSlice& slice,
                   std::span<const std::int32_t> column) {
  RowDrive sum;
  const bool squared = is_amplitude(macro);
  for (Index t = 0; t < block.mvms; ++t) {
    const Index s = std::abs(slice.value(column[static_cast<size_t>(t * block.rows)]));
    sum.toggles += s != 0 ? 1 : 0;
    sum.drive += squared ? s * s : s;
  }
  return sum;
}

/// Largest value that any step drives: the one that full scale stands for.
double full_scale(const MacroSpec& macro) {
  Index top = 1;
  for (const InputSlice& slice : input_slices(macro.input)) top = std::max(top, slice.top());
  return static_cast<double>(top);
}

double full_drive(const MacroSpec& macro) {
  const double top = full_scale(macro);
  return is_amplitude(macro) ? top * top : top;
}

/// Mean share of V² G t that one step draws when each bit is one with probability p.
double expected_share(const MacroSpec& macro, const InputSlice& slice, double p) {
  const auto top = static_cast<double>(slice.top());
  if (!is_amplitude(macro)) return p * top / full_drive(macro);
  const double squares = (std::ldexp(1.0, static_cast<int>(2 * slice.bits)) - 1.0) / 3.0;
  return (p * (1 - p) * squares + p * p * top * top) / full_drive(macro);
}

void require_share(double share, const char* name) {
  if (share >= 0.0 && share <= 1.0) return;
  throw ArgumentError(fmt::format("input statistics: {} {}; expected 0 to 1", name, share));
}

}  // namespace

MvmActivity& MvmActivity::operator+=(const MvmActivity& other) {
  conversions += other.conversions;
  row_drives += other.row_drives;
  row_toggles += other.row_toggles;
  conductance += other.conductance;
  return *this;
}

void require_fit(const MacroSpec& macro, const MvmBlock& block) {
  const Index most = weight_columns(macro);
  if (block.rows >= 1 && block.rows <= inputs_per_array(macro) && block.columns >= 1 &&
      block.columns <= most && block.mvms >= 0) {
    return;
  }
  throw ArgumentError(fmt::format(
      "macro '{}': {} MVMs on {} rows x {} output columns; expected at "
      "least 0 on 1 to {} rows and 1 to {} columns",
      macro.name, block.mvms, block.rows, block.columns, inputs_per_array(macro), most));
}

MvmActivity measured_activity(const MacroSpec& macro, const MvmBlock& block,
                              std::span<const std::int32_t> inputs,
                              std::span<const double> row_conductance) {
  require_fit(macro, block);
  if (std::ssize(inputs) != block.mvms * block.rows || std::ssize(row_conductance) != block.rows) {
    throw ArgumentError(
        fmt::format("macro '{}': {} inputs and {} row conductances for {} MVMs on {} "
                    "rows; expected {} and {}",
                    macro.name, inputs.size(), row_conductance.size(), block.mvms, block.rows,
                    block.mvms * block.rows, block.rows));
  }
  MvmActivity activity = shape_activity(macro, block);
  if (block.mvms == 0) return activity;
  for (const InputSlice& slice : input_slices(macro.input)) {
    double charge = 0.0;
    for (Index i = 0; i < block.rows; ++i) {
      const auto row = static_cast<size_t>(i);
      const RowDrive sum = row_drive(macro, block, slice, inputs.subspan(row));
      activity.row_toggles += sum.toggles;
      charge += row_conductance[row] * static_cast<double>(sum.drive);
    }
    activity.conductance += Siemens(charge / full_drive(macro));
  }
  return activity;
}

MvmActivity expected_activity(const MacroSpec& macro, const MvmBlock& block,
                              const InputStatistics& statistics) {
  require_fit(macro, block);
  require_share(statistics.bit_density, "bit_density");
  require_share(statistics.cell_level, "cell_level");
  const double p = statistics.bit_density;
  double toggles = 0.0, share = 0.0;
  for (const InputSlice& slice : input_slices(macro.input)) {
    toggles += 1.0 - std::pow(1.0 - p, static_cast<double>(slice.bits));
    share += expected_share(macro, slice, p);
  }
  const auto steps = static_cast<double>(input_steps(macro.input));
  if (statistics.active_share) toggles = steps * *statistics.active_share;
  if (statistics.drive_share) share = steps * *statistics.drive_share;
  const auto cells = static_cast<double>(block.columns * bitlines_per_weight(macro.weight));
  const double references = has_reference_column(macro.weight) ? 1.0 : 0.0;
  const Siemens mean = macro.device.g_min + statistics.cell_level * macro.device.range();
  const Siemens row = cells * mean + references * macro.device.g_min;
  const auto rows = static_cast<double>(block.mvms * block.rows);
  MvmActivity activity = shape_activity(macro, block);
  activity.row_toggles = std::llround(rows * toggles);
  activity.conductance = rows * share * row;
  return activity;
}

}  // namespace ohm
