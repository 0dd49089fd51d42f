// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_counts.h"

#include <algorithm>
#include <cmath>

#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {

MvmCounts MvmCounts::none(const Macro& macro, Index rows) {
  MvmCounts counts;
  counts.drive = Matrix<std::int64_t>(std::ssize(macro.input_slices), rows);
  counts.active = counts.drive;
  return counts;
}

MvmCounts& MvmCounts::operator+=(const MvmCounts& other) {
  mvms += other.mvms;
  conversions += other.conversions;
  clipped += other.clipped;
  fused += other.fused;
  if (drive.size() == 0) {
    drive = other.drive;
    active = other.active;
    return *this;
  }
  for (size_t i = 0; i < other.drive.values.size(); ++i) {
    drive.values[i] += other.drive.values[i];
    active.values[i] += other.active.values[i];
  }
  return *this;
}

MvmCounts MvmCounts::operator-(const MvmCounts& earlier) const {
  MvmCounts since = *this;
  since.mvms -= earlier.mvms;
  since.conversions -= earlier.conversions;
  since.clipped -= earlier.clipped;
  since.fused -= earlier.fused;
  for (size_t i = 0; i < earlier.drive.values.size(); ++i) {
    since.drive.values[i] -= earlier.drive.values[i];
    since.active.values[i] -= earlier.active.values[i];
  }
  return since;
}

namespace {

/// How strongly a step of `value` loads its wordline, in the units of MvmCounts::drive.
std::int64_t load_of(const Macro& macro, std::int64_t value) {
  return drives_pulse_width(macro.spec) ? std::abs(value) : value * value;
}

/// Conductance that input i drives: its wordline, or the mean of its two.
double input_conductance(const Macro& macro, const ProgrammedTile& tile, Index i) {
  const Index each = terms_per_input(macro.spec.weight);
  double sum = 0.0;
  for (Index k = 0; k < each; ++k) sum += tile.row_conductance[static_cast<size_t>(each * i + k)];
  return sum / static_cast<double>(each);
}

}  // namespace

InputStatistics input_statistics(const Macro& macro, const ProgrammedMatrix& matrix,
                                 const MvmCounts& counts) {
  const double cells_per_row = static_cast<double>(
      matrix.columns * std::ssize(macro.weight_slices) * n_sides(macro.spec.weight));
  // the cells of reference columns are not among those whose level is asked
  const Index width = weight_columns(macro.spec);
  const double references =
      has_reference_column(macro.spec.weight)
          ? static_cast<double>((matrix.columns + width - 1) / width) * macro.spec.device.g_min.si()
          : 0.0;
  double driven = 0.0, siemens = 0.0;  // Σ share of full drive, and the same × row conductance
  std::int64_t active = 0;
  for (const ProgrammedTile& tile : matrix.tiles) {
    for (Index i = 0; i < tile.rows.rows; ++i) {
      for (Index b = 0; b < counts.drive.rows; ++b) {
        const double share = static_cast<double>(counts.drive(b, tile.rows.first + i)) /
                             static_cast<double>(load_of(macro, macro.max_input()));
        driven += share;
        siemens += share * (input_conductance(macro, tile, i) - references);
        active += counts.active(b, tile.rows.first + i);
      }
    }
  }
  const double slots = static_cast<double>(counts.mvms * counts.active.size());
  if (driven == 0.0 || cells_per_row == 0.0) return {0.0, 0.0, 0.0, 0.0};
  const Siemens mean(siemens / driven / cells_per_row);
  const double level = (mean - macro.spec.device.g_min) / macro.spec.device.range();
  const double active_share = static_cast<double>(active) / slots;
  return {active_share, std::clamp(level, 0.0, 1.0), active_share, driven / slots};
}

}  // namespace ohm
