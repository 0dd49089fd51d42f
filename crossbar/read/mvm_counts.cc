// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_counts.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {

CodeCounts& CodeCounts::operator+=(const CodeCounts& other) {
  clipped += other.clipped;
  half_codes += other.half_codes;
  return *this;
}

bool counts_codes(const MacroSpec& macro) {
  return (macro.adc.count_energy > 0.0 || macro.adc.early_stop) &&
         conversions_per_slice(macro.weight) == 1;
}

std::int64_t half_codes(std::span<const float> codes) {
  std::int64_t sum = 0;
  for (const float code : codes) sum += std::llround(2.0 * std::abs(static_cast<double>(code)));
  return sum;
}

std::int64_t half_codes(std::span<const double> codes) {
  std::int64_t sum = 0;
  for (const double code : codes) sum += std::llround(2.0 * std::abs(code));
  return sum;
}

MvmCounts MvmCounts::none(const Macro& macro, Index rows) {
  MvmCounts counts;
  counts.drive = Matrix<std::int64_t>(std::ssize(macro.input_slices), rows);
  counts.active = counts.drive;
  return counts;
}

void MvmCounts::add(const CodeCounts& codes) {
  clipped += codes.clipped;
  half_codes += codes.half_codes;
}

MvmCounts& MvmCounts::operator+=(const MvmCounts& other) {
  mvms += other.mvms;
  conversions += other.conversions;
  clipped += other.clipped;
  fused += other.fused;
  half_codes += other.half_codes;
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
  since.half_codes -= earlier.half_codes;
  for (size_t i = 0; i < earlier.drive.values.size(); ++i) {
    since.drive.values[i] -= earlier.drive.values[i];
    since.active.values[i] -= earlier.active.values[i];
  }
  return since;
}

namespace {

/// How strongly a step of `value` loads its wordline, in the units of MvmCounts::drive.
std::int64_t load_of(const Macro& macro, std::int64_t value) {
  if (macro.spec.input.encoding == "bit_planes") return 1;  // a pulse
  return drives_pulse_width(macro.spec) ? std::abs(value) : value * value;
}

/// Conductance that input i drives: its wordline, or the mean of its two.
double input_conductance(const Macro& macro, const ProgrammedTile& tile, Index i) {
  const Index each = terms_per_input(macro.spec.weight);
  double sum = 0.0;
  for (Index k = 0; k < each; ++k) sum += tile.row_conductance[static_cast<size_t>(each * i + k)];
  return sum / static_cast<double>(each);
}

/// Mean level of the cells of a matrix, each wordline weighted; reference columns do not count.
class MeanLevel {
 public:
  MeanLevel(const Macro& macro, const ProgrammedMatrix& matrix) : macro_(macro) {
    cells_ = static_cast<double>(matrix.columns * std::ssize(macro.weight_slices) *
                                 n_sides(macro.spec.weight));
    if (!has_reference_column(macro.spec.weight)) return;
    const Index width = weight_columns(macro.spec);
    references_ =
        static_cast<double>((matrix.columns + width - 1) / width) * macro.spec.device.g_min.si();
  }

  void add(const ProgrammedTile& tile, Index input, double weight) {
    weight_ += weight;
    siemens_ += weight * (input_conductance(macro_, tile, input) - references_);
  }

  double weight() const { return weight_; }
  bool is_empty() const { return weight_ == 0.0 || cells_ == 0.0; }

  double value() const {
    const Siemens mean(siemens_ / weight_ / cells_);
    const double level = (mean - macro_.spec.device.g_min) / macro_.spec.device.range();
    return std::clamp(level, 0.0, 1.0);
  }

 private:
  const Macro& macro_;
  double cells_ = 0.0;       // of one wordline
  double references_ = 0.0;  // S, of one wordline
  double weight_ = 0.0, siemens_ = 0.0;
};

/// Mean |code| / largest code of the conversions that were simulated one by one, if any were.
std::optional<double> seen_code_share(const Macro& macro, const ProgrammedMatrix& matrix,
                                      const MvmCounts& counts) {
  const std::int64_t seen = counts.conversions - counts.fused;
  if (!counts_codes(macro.spec) || seen == 0) return std::nullopt;
  const double largest = matrix.tiles.front().converters->codes().high;
  return std::min(
      1.0, static_cast<double>(counts.half_codes) / (2.0 * largest * static_cast<double>(seen)));
}

}  // namespace

double mean_cell_level(const Macro& macro, const ProgrammedMatrix& matrix) {
  MeanLevel mean(macro, matrix);
  for (const ProgrammedTile& tile : matrix.tiles) {
    for (Index i = 0; i < tile.rows.rows; ++i) mean.add(tile, i, 1.0);
  }
  return mean.is_empty() ? 0.0 : mean.value();
}

InputStatistics input_statistics(const Macro& macro, const ProgrammedMatrix& matrix,
                                 const MvmCounts& counts) {
  MeanLevel mean(macro, matrix);  // weighted by shares of full drive
  std::int64_t active = 0;
  for (const ProgrammedTile& tile : matrix.tiles) {
    for (Index i = 0; i < tile.rows.rows; ++i) {
      for (Index b = 0; b < counts.drive.rows; ++b) {
        const double share = static_cast<double>(counts.drive(b, tile.rows.first + i)) /
                             static_cast<double>(load_of(macro, macro.max_input()));
        mean.add(tile, i, share);
        active += counts.active(b, tile.rows.first + i);
      }
    }
  }
  Index pulses_per_input = 0;
  for (const InputSlice& slice : macro.input_slices) {
    pulses_per_input += pulses(macro.spec.input, slice);
  }
  const double slots = static_cast<double>(counts.mvms * counts.active.cols * pulses_per_input);
  InputStatistics seen = assumed_statistics(macro.spec);
  if (const auto share = seen_code_share(macro, matrix, counts)) seen.code_share = share;
  seen.bit_density = seen.cell_level = 0.0;
  seen.active_share = seen.drive_share = 0.0;
  if (mean.is_empty()) return seen;
  seen.bit_density = static_cast<double>(active) / slots;
  seen.cell_level = mean.value();
  seen.active_share = seen.bit_density;
  seen.drive_share = mean.weight() / slots;
  // speculation's wide steps are not executed: what they drive follows from the density of ones
  if (macro.spec.input.speculation.is_on()) seen.active_share = seen.drive_share = std::nullopt;
  return seen;
}

}  // namespace ohm
