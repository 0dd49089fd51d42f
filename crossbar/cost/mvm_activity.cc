// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/mvm_activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>
#include <vector>

#include "core/error.h"
#include "crossbar/encoding/half_range.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

/// Wordlines that carry an input together, with opposite polarities.
Index lines_together(const MacroSpec& macro) {
  return macro.weight.pair == "wordlines" ? wordlines_per_input(macro.weight) : 1;
}

void require_share(double share, const char* name) {
  if (share >= 0.0 && share <= 1.0) return;
  throw ArgumentError(fmt::format("input statistics: {} {}; expected 0 to 1", name, share));
}

/// The counts that follow from shapes, and from the share of conversions that speculation leaves.
MvmActivity shape_activity(const MacroSpec& macro, const MvmBlock& block,
                           const InputStatistics& statistics) {
  const Index sums =
      block.columns * std::ssize(macro.weight.slice_bits) * conversions_per_slice(macro.weight);
  const Index channels = block.mvms * row_groups(macro, block.rows) * sums;
  MvmActivity activity;
  if (macro.engine.is_digital()) return activity;  // nothing is driven or converted
  const double recovery = statistics.recovery.value_or(macro.input.speculation.recovery);
  require_share(recovery, "recovery");
  const double each = conversions_per_sum(macro.input, recovery);
  activity.conversions = std::llround(static_cast<double>(channels) * each);
  for (const InputSlice& slice : driven_slices(macro.input)) {
    const Index n = pulses(macro.input, slice);
    activity.row_drives += block.mvms * block.rows * lines_together(macro) * n;
  }
  const double code_share = statistics.code_share.value_or(macro.workload.code_share);
  require_share(code_share, "code_share");
  activity.counted = code_share * static_cast<double>(activity.conversions);
  return activity;
}

bool is_planes(const MacroSpec& macro) {
  return macro.input.encoding == "bit_planes";
}

bool is_amplitude(const MacroSpec& macro) {
  return !drives_pulse_width(macro);
}

/// Integer drive of one row in one step over all MVMs: Σ s, Σ s² for amplitudes, or the ones of s
/// where every bit is a pulse.
struct RowDrive {
  std::int64_t toggles = 0, drive = 0;
};

RowDrive row_drive(const MacroSpec& macro, const MvmBlock& block, const InputSlice& slice,
                   std::span<const std::int32_t> column) {
  RowDrive sum;
  const bool squared = is_amplitude(macro);
  for (Index t = 0; t < block.mvms; ++t) {
    const Index s = std::abs(slice.value(column[static_cast<size_t>(t * block.rows)]));
    if (is_planes(macro)) {
      sum.toggles += std::popcount(static_cast<std::uint64_t>(s));
      sum.drive = sum.toggles;
      continue;
    }
    sum.toggles += s != 0 ? 1 : 0;
    sum.drive += squared ? s * s : s;
  }
  return sum;
}

/// Largest value that any step drives: the one that full scale stands for.
double full_scale(const MacroSpec& macro) {
  if (is_planes(macro)) return 1.0;
  Index top = 1;
  for (const InputSlice& slice : driven_slices(macro.input)) top = std::max(top, slice.top());
  return static_cast<double>(top);
}

double full_drive(const MacroSpec& macro) {
  const double top = full_scale(macro);
  return is_amplitude(macro) ? top * top : top;
}

/// Mean share of V² G t that one step draws when each bit is one with probability p.
double expected_share(const MacroSpec& macro, const InputSlice& slice, double p) {
  if (is_planes(macro)) return p * static_cast<double>(slice.bits);
  const auto top = static_cast<double>(slice.top());
  if (!is_amplitude(macro)) return p * top / full_drive(macro);
  const double squares = (std::ldexp(1.0, static_cast<int>(2 * slice.bits)) - 1.0) / 3.0;
  return (p * (1 - p) * squares + p * p * top * top) / full_drive(macro);
}

/// Mean number of pulses of one step that raise a wordline.
double expected_toggles(const MacroSpec& macro, const InputSlice& slice, double p) {
  if (is_planes(macro)) return p * static_cast<double>(slice.bits);
  return 1.0 - std::pow(1.0 - p, static_cast<double>(slice.bits));
}

Index pulses_per_input(const MacroSpec& macro) {
  Index n = 0;
  for (const InputSlice& slice : driven_slices(macro.input)) n += pulses(macro.input, slice);
  return n;
}

}  // namespace

MvmActivity& MvmActivity::operator+=(const MvmActivity& other) {
  conversions += other.conversions;
  row_drives += other.row_drives;
  row_toggles += other.row_toggles;
  conductance += other.conductance;
  counted += other.counted;
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
  MvmActivity activity = shape_activity(macro, block, assumed_statistics(macro));
  if (block.mvms == 0) return activity;
  for (const InputSlice& slice : driven_slices(macro.input)) {
    double charge = 0.0;
    for (Index i = 0; i < block.rows; ++i) {
      const auto row = static_cast<size_t>(i);
      const RowDrive sum = row_drive(macro, block, slice, inputs.subspan(row));
      activity.row_toggles += lines_together(macro) * sum.toggles;
      charge += row_conductance[row] * static_cast<double>(sum.drive);
    }
    activity.conductance += Siemens(charge / full_drive(macro));
  }
  return activity;
}

double counted_codes(std::span<const std::int32_t> codes, Index bits) {
  if (bits < 2 || bits > 31) {
    throw ArgumentError(fmt::format("codes of {} bits; expected 2 to 31, sign included", bits));
  }
  std::int64_t sum = 0;
  for (const std::int32_t code : codes) sum += std::abs(std::int64_t{code});
  return static_cast<double>(sum) / static_cast<double>(half_range(bits) - 1);
}

InputStatistics assumed_statistics(const MacroSpec& macro) {
  return {macro.workload.bit_density, macro.workload.cell_level,       {}, {},
          macro.workload.code_share,  macro.input.speculation.recovery};
}

double largest_share(double code_share, Index conversions) {
  require_share(code_share, "code_share");
  if (conversions < 1 || code_share == 0.0) return 0.0;
  const double sigma = code_share * std::sqrt(std::numbers::pi / 2.0);
  const double below = std::pow(0.5, 1.0 / static_cast<double>(conversions));
  double low = 0.0, high = 10.0;  // erf(10) is 1
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (std::erf(middle) < below ? low : high) = middle;
  }
  return std::min(1.0, sigma * std::numbers::sqrt2 * low);
}

MvmActivity expected_activity(const MacroSpec& macro, const MvmBlock& block,
                              const InputStatistics& statistics) {
  require_fit(macro, block);
  require_share(statistics.bit_density, "bit_density");
  require_share(statistics.cell_level, "cell_level");
  const double p = statistics.bit_density;
  double toggles = 0.0, share = 0.0;
  for (const InputSlice& slice : driven_slices(macro.input)) {
    toggles += expected_toggles(macro, slice, p);
    share += expected_share(macro, slice, p);
  }
  const auto steps = static_cast<double>(pulses_per_input(macro));
  if (statistics.active_share) toggles = steps * *statistics.active_share;
  if (statistics.drive_share) share = steps * *statistics.drive_share;
  const auto cells = static_cast<double>(block.columns * std::ssize(macro.weight.slice_bits) *
                                         n_sides(macro.weight));
  const double references = has_reference_column(macro.weight) ? 1.0 : 0.0;
  const Siemens mean = macro.device.g_min + statistics.cell_level * macro.device.range();
  const Siemens row = cells * mean + references * macro.device.g_min;
  const auto rows = static_cast<double>(block.mvms * block.rows);
  MvmActivity activity = shape_activity(macro, block, statistics);
  activity.row_toggles = std::llround(rows * toggles) * lines_together(macro);
  activity.conductance = rows * share * row;
  return activity;
}

}  // namespace ohm
