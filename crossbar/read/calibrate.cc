// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "crossbar/adc/range.h"
#include "crossbar/geometry.h"
#include "crossbar/read/column_reach.h"
#include "crossbar/read/dither.h"
#include "crossbar/read/mvm.h"
#include "crossbar/read/read_plan.h"
#include "crossbar/read/sum_block.h"

namespace ohm {
namespace {

bool needs_no_range(const Macro& macro) {
  return macro.spec.adc.kind == "ideal" || macro.spec.adc.range == "lossless";
}

Index outputs_of(const Macro& macro, const ProgrammedTile& tile) {
  return tile.converters->n_columns() / std::ssize(macro.weight_slices);
}

/// Columns that share one range: those of a weight slice, or each alone.
Index range_width(const Macro& macro, const ProgrammedTile& tile) {
  return macro.spec.adc.per_column ? 1 : outputs_of(macro, tile);
}

/// One code per digit of the integer sum; an ideal converter needs no step.
double fixed_step(const Macro& macro, const ProgrammedTile& tile, Index column) {
  if (macro.spec.adc.kind == "ideal") return 1.0;
  const auto s = static_cast<size_t>(column / outputs_of(macro, tile));
  return static_cast<double>(macro.weight_slices[s].levels_per_digit *
                             tile.cells.codes_per_level[s]);
}

/// Largest value that a step drives, DAC errors included.
double largest_drive(const Macro& macro, const ProgrammedTile& tile) {
  auto largest = static_cast<double>(macro.max_input());
  for (const float level : tile.dac_levels.values) {
    largest = std::max(largest, std::abs(static_cast<double>(level)));
  }
  return largest;
}

/// Largest |sum| of a column that inputs could cause in a row group.
double worst_sum(const Macro& macro, const ProgrammedTile& tile, Index column) {
  double largest = 0.0;
  for (Index g = 0; g < row_groups(macro.spec, tile.rows.rows); ++g) {
    const ColumnReach reach = column_reach(macro, tile, g, column);
    largest = std::max({largest, reach.up, reach.down});
  }
  return largest * largest_drive(macro, tile);
}

/// The step that no input can exceed, of the columns that share a range from `first` on.
double worst_step(const Macro& macro, const ProgrammedTile& tile, Index first) {
  const Index width = std::max<Index>(1, range_width(macro, tile));
  double reach = 0.0;
  for (Index j = first; j < first + width; ++j) reach = std::max(reach, worst_sum(macro, tile, j));
  return macro.adc->step_for(reach, macro.signed_sums);
}

/// |sum| of every conversion of one tile, per group of columns that share a range; for range max
/// the largest alone.
std::vector<std::vector<double>> magnitudes(const Macro& macro, const ProgrammedTile& tile,
                                            const Matrix<std::int32_t>& inputs) {
  const auto width = static_cast<size_t>(range_width(macro, tile));
  const bool only_largest = macro.spec.adc.range == "max";
  std::vector<std::vector<double>> all(tile.step.size() / std::max<size_t>(1, width));
  for_each_sum_block(macro, tile, inputs, [&](SumBlock& block) {
    for (Index row = 0; row < block.sums.rows; ++row) {
      const auto sums = block.sums.row(row);
      for (size_t k = 0; k < sums.size(); ++k) {
        std::vector<double>& kept = all[k / width];
        if (only_largest && !kept.empty()) {
          kept.front() = std::max(kept.front(), block.gain * std::abs(sums[k]));
        } else {
          kept.push_back(block.gain * std::abs(sums[k]));
        }
      }
    }
  });
  return all;
}

void set_steps(const Macro& macro, const Matrix<std::int32_t>& inputs, ProgrammedTile& tile) {
  const auto all = magnitudes(macro, tile, inputs);
  const auto width = static_cast<size_t>(range_width(macro, tile));
  for (size_t column = 0; column < tile.step.size(); ++column) {
    if (column % width > 0) {
      tile.step[column] = tile.step[column - 1];  // columns that share a range share its step
      continue;
    }
    const auto& seen = all[column / width];
    // sums that were all zero say nothing of others
    const bool silent = std::ranges::all_of(seen, [](double sum) { return sum == 0.0; });
    tile.step[column] = silent ? worst_step(macro, tile, static_cast<Index>(column))
                               : calibrated_step(*macro.adc, seen, macro.signed_sums);
  }
}

/// The ranges that need no inputs, and the widest ones for those that do.
void assume_ranges(const Macro& macro, ProgrammedMatrix& matrix) {
  const bool fixed = needs_no_range(macro);
  for (ProgrammedTile& tile : matrix.tiles) {
    const Index columns = tile.converters->n_columns();
    tile.step.assign(static_cast<size_t>(columns), 1.0);
    const Index width = std::max<Index>(1, range_width(macro, tile));
    for (Index first = 0; first < columns; first += width) {
      const double step = fixed ? fixed_step(macro, tile, first) : worst_step(macro, tile, first);
      std::fill_n(tile.step.begin() + first, width, step);
    }
  }
  matrix.calibrated = fixed || macro.spec.adc.range == "max";
}

/// The same matrix as integers: what the outputs should be.
Matrix<double> ideal_outputs(const Matrix<std::int32_t>& x, const Matrix<std::int32_t>& weights) {
  Matrix<double> y(x.rows, weights.cols);
  for (Index t = 0; t < x.rows; ++t) {
    for (Index i = 0; i < x.cols; ++i) {
      const auto value = static_cast<double>(x(t, i));
      const auto row = weights.row(i);
      const auto out = y.row(t);
      for (size_t j = 0; j < out.size(); ++j) out[j] += value * static_cast<double>(row[j]);
    }
  }
  return y;
}

/// Plans the reads; `inputs` show how far sums spread, where fidelity fused has to know.
void plan(const Macro& macro, ProgrammedMatrix& matrix, const Matrix<std::int32_t>& inputs) {
  ReadPlan plan = plan_reads(macro, matrix);
  if (macro.spec.fidelity == "fused") plan.spread = least_spread(macro, matrix, plan, inputs);
  matrix.plan = std::make_shared<const ReadPlan>(std::move(plan));
}

}  // namespace

void set_default_ranges(const Macro& macro, ProgrammedMatrix& matrix) {
  assume_ranges(macro, matrix);
  plan(macro, matrix, {});
}

void calibrate_adc(const Macro& macro, ProgrammedMatrix& matrix,
                   const Matrix<std::int32_t>& inputs) {
  const bool fixed = needs_no_range(macro);
  if (inputs.cols != matrix.rows || (inputs.rows == 0 && !fixed)) {
    throw ArgumentError(
        fmt::format("calibration inputs: shape ({}, {}) found; expected (tokens, {}) "
                    "with at least one token",
                    inputs.rows, inputs.cols, matrix.rows));
  }
  check_inputs(macro, inputs);
  matrix.correction = {};
  if (fixed) {
    assume_ranges(macro, matrix);
  } else {
    for (ProgrammedTile& tile : matrix.tiles) set_steps(macro, inputs, tile);
    matrix.calibrated = true;
  }
  plan(macro, matrix, inputs);
}

void learn_correction(const Macro& macro, ProgrammedMatrix& matrix,
                      const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& weights) {
  if (weights.rows != matrix.rows || weights.cols != matrix.columns) {
    throw ArgumentError(
        fmt::format("weights: shape ({}, {}) found; expected those of the matrix, "
                    "({}, {})",
                    weights.rows, weights.cols, matrix.rows, matrix.columns));
  }
  matrix.correction = {};
  std::vector<std::uint32_t> tokens(static_cast<size_t>(inputs.rows));
  std::iota(tokens.begin(), tokens.end(), kCalibrationTokens);
  const Matrix<double> y = mvm(macro, matrix, inputs, tokens).y;
  matrix.correction = fit_columns(y, ideal_outputs(inputs, weights));
}

}  // namespace ohm
