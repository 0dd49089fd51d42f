// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/dither.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/random.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/purpose.h"
#include "crossbar/read/sum_block.h"

namespace ohm {
namespace {

constexpr Index kTokens = 32;       // times steps and outputs: thousands of sums
constexpr Index kFewestTokens = 8;  // of which a spread can be told

/// Sums of one column, in steps, over the tokens.
struct Seen {
  double n = 0.0, sum = 0.0, squares = 0.0, noise = 0.0;
  bool whole = true;

  void add(double steps, double variance) {
    n += 1.0, sum += steps, squares += steps * steps, noise += variance;
    whole = whole && steps == std::nearbyint(steps);
  }
  double variance() const {
    return noise / n + (whole ? 0.0 : std::max(0.0, squares - sum * sum / n) / (n - 1.0));
  }
  bool rounds() const { return !whole || noise > 0.0; }
};

/// The spread of the mapped outputs of one tile.
class TileSpread {
 public:
  TileSpread(const Macro& macro, const ProgrammedTile& tile, const TilePlan& plan)
      : macro_(macro),
        tile_(tile),
        plan_(plan),
        n_outputs_(outputs_of(macro, tile.converters->n_columns())),
        n_sliced_(std::ssize(plan.sliced_outputs)),
        n_columns_(n_sliced_ * std::ssize(macro.weight_slices)),
        spread_(static_cast<size_t>(n_sliced_), 0.0),
        weight_(static_cast<size_t>(n_sliced_), 0.0) {}

  /// Median over the outputs that round.
  double median(const Matrix<std::int32_t>& x);

 private:
  Index column_of(Index k) const {
    return k / n_sliced_ * n_outputs_ + plan_.sliced_outputs[static_cast<size_t>(k % n_sliced_)];
  }
  Matrix<double> noise_of(const SumBlock& block) const;
  void visit(const SumBlock& block);
  void close(Index group, const std::vector<Seen>& seen);

  const Macro& macro_;
  const ProgrammedTile& tile_;
  const TilePlan& plan_;
  Index n_outputs_, n_sliced_, n_columns_;
  std::vector<std::vector<Seen>> seen_;  // per row group: (steps, columns)
  std::vector<double> spread_, weight_;  // per output: Σ (factor · w)² · variance, Σ (factor · w)²
};

/// Variance of each conversion of the block, steps²: that of the cells that are read, and the rest.
Matrix<double> TileSpread::noise_of(const SumBlock& block) const {
  const GroupScales& scales = plan_.group(block.group);
  Matrix<double> noise(block.sums.rows, n_columns_);
  if (scales.variance_floor.empty()) return noise;
  Matrix<std::int32_t> squares = block.driven;
  for (std::int32_t& value : squares.values) value *= value;
  Matrix<double> sums;
  const bool of_cells = !scales.variance_scale.empty();
  if (of_cells) exact_product(squares, tile_.cells.variances, block.range, sums);
  for (Index row = 0; row < noise.rows; ++row) {
    for (Index k = 0; k < n_columns_; ++k) {
      const auto at = static_cast<size_t>(k);
      noise(row, k) = static_cast<double>(scales.variance_floor[at]);
      if (of_cells) {
        noise(row, k) += static_cast<double>(scales.variance_scale[at]) * sums(row, column_of(k));
      }
    }
  }
  return noise;
}

void TileSpread::visit(const SumBlock& block) {
  const Index n_steps = std::ssize(macro_.input_slices);
  std::vector<Seen>& seen = seen_[static_cast<size_t>(block.group)];
  seen.resize(static_cast<size_t>(n_steps * n_columns_));
  const Matrix<double> noise = noise_of(block);
  for (Index row = 0; row < block.sums.rows; ++row) {
    for (Index k = 0; k < n_columns_; ++k) {
      const Index column = column_of(k);
      const double step = tile_.step[static_cast<size_t>(column)];
      seen[static_cast<size_t>(row % n_steps * n_columns_ + k)].add(
          block.gain * block.sums(row, column) / step, noise(row, k));
    }
  }
}

void TileSpread::close(Index group, const std::vector<Seen>& seen) {
  for (size_t i = 0; i < seen.size(); ++i) {
    if (!seen[i].rounds()) continue;
    const auto k = static_cast<Index>(i) % n_columns_;
    const auto& slice = macro_.input_slices[i / static_cast<size_t>(n_columns_)];
    const double error = plan_.group(group).factor[static_cast<size_t>(k)] * slice.weight();
    const auto output = static_cast<size_t>(k % n_sliced_);
    spread_[output] += error * error * seen[i].variance();
    weight_[output] += error * error;
  }
}

double TileSpread::median(const Matrix<std::int32_t>& x) {
  seen_.resize(static_cast<size_t>(row_groups(macro_.spec, tile_.rows.rows)));
  for_each_sum_block(macro_, tile_, x, [&](SumBlock& block) { visit(block); });
  for (size_t g = 0; g < seen_.size(); ++g) close(static_cast<Index>(g), seen_[g]);
  std::vector<double> all;
  for (size_t j = 0; j < spread_.size(); ++j) {
    if (weight_[j] > 0.0) all.push_back(std::sqrt(spread_[j] / weight_[j]));
  }
  if (all.empty()) return std::numeric_limits<double>::infinity();
  const auto middle = all.begin() + std::ssize(all) / 2;
  std::nth_element(all.begin(), middle, all.end());
  return *middle;
}

Matrix<std::int32_t> evenly_chosen(const Matrix<std::int32_t>& x) {
  Matrix<std::int32_t> some(std::min(kTokens, x.rows), x.cols);
  for (Index t = 0; t < some.rows; ++t) {
    std::ranges::copy(x.row(t * x.rows / some.rows), some.row(t).begin());
  }
  return some;
}

}  // namespace

double least_spread(const Macro& macro, const ProgrammedMatrix& matrix, const ReadPlan& plan,
                    const Matrix<std::int32_t>& x) {
  const Matrix<std::int32_t> some =
      x.rows < kFewestTokens ? uniform_inputs(macro, matrix.rows) : evenly_chosen(x);
  double least = std::numeric_limits<double>::infinity();
  for (size_t t = 0; t < matrix.tiles.size(); ++t) {
    const ProgrammedTile& tile = matrix.tiles[t];
    if (plan.tiles[t].way != TilePlan::Way::mapped || tile.converters->is_identity()) continue;
    least = std::min(least, TileSpread(macro, tile, plan.tiles[t]).median(some));
  }
  return least;
}

Matrix<std::int32_t> uniform_inputs(const Macro& macro, Index rows) {
  Matrix<std::int32_t> x(kTokens, rows);
  std::vector<float> uniform(x.values.size());
  fill_uniform({0, 0, static_cast<std::uint8_t>(Purpose::rounding)}, {}, 0, uniform);
  const InputRange range = input_range(macro.spec.input);
  const auto low = static_cast<double>(range.low), high = static_cast<double>(range.high);
  for (size_t i = 0; i < uniform.size(); ++i) {
    const auto share = static_cast<double>(uniform[i]);
    const double value = macro.spec.input.bits == 1 ? (share < 0.5 ? low : high)
                                                    : std::floor(low + share * (high - low + 1.0));
    x.values[i] = static_cast<std::int32_t>(value);
  }
  return x;
}

}  // namespace ohm
