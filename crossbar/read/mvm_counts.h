// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/program/program.h"

namespace ohm {

/// What conversions returned.
struct CodeCounts {
  std::int64_t clipped = 0;     ///< codes beyond the last one
  std::int64_t half_codes = 0;  ///< Σ 2 |code|, whole with every kind of levels

  CodeCounts& operator+=(const CodeCounts& other);
};

/// Whether cost depends on what conversions return: converters that count, of whole sums. Of
/// digital subtraction the two codes of a pair are not simulated.
bool counts_codes(const MacroSpec& macro);

/// Σ 2 |code|.
std::int64_t half_codes(std::span<const float> codes);
std::int64_t half_codes(std::span<const double> codes);

/// What reading a matrix took, as integers: the same for any order, batch, fidelity and number of
/// threads.
struct MvmCounts {
  std::int64_t mvms = 0;
  std::int64_t conversions = 0;
  std::int64_t clipped = 0;  ///< conversions beyond the last code
  /// Of the conversions, those that were not simulated one by one: none of them could round or
  /// clip, or fidelity fused refers their errors to the outputs.
  std::int64_t fused = 0;
  std::int64_t half_codes = 0;  ///< of counts_codes(): Σ 2 |code| of those that were
  Matrix<std::int64_t>
      drive;  ///< (input slices, rows): Σ |value| (pulse width), value² (amplitude) or pulses
  /// (input slices, rows): how often a wordline was driven at all; with bit_planes, in pulses
  Matrix<std::int64_t> active;

  /// No reads yet, of matrices with so many rows.
  static MvmCounts none(const Macro& macro, Index rows);

  void add(const CodeCounts& codes);
  MvmCounts& operator+=(const MvmCounts& other);
  /// What was added since `earlier`, an older copy of these counts.
  MvmCounts operator-(const MvmCounts& earlier) const;
  bool operator==(const MvmCounts&) const = default;
};

/// Statistics with which expected_activity() reproduces what these reads did: the share of driven
/// bits, and the mean level of the cells they drove, weighted by how strongly each wordline was
/// driven.
///
/// The energy of the cells that follows is exact: what drove each wordline (a popcount where a step
/// is one bit) times its conductance. code_share is that of these reads for counts_codes(), where
/// any conversion was simulated by itself; else what macro.workload assumes.
InputStatistics input_statistics(const Macro& macro, const ProgrammedMatrix& matrix,
                                 const MvmCounts& counts);

/// Mean of (G - g_min) / (g_max - g_min) over all cells of a matrix, reference columns apart, 0 to
/// 1; 0 of a matrix without cells.
///
/// It is the cell_level of inputs that are independent of the weights. That of input_statistics()
/// differs by cov(d, l) / mean(d), over wordlines that are driven by shares d and whose cells have
/// mean levels l: what is lost where only averages are known.
double mean_cell_level(const Macro& macro, const ProgrammedMatrix& matrix);

}  // namespace ohm
