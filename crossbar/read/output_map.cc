// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/output_map.h"

#include <algorithm>
#include <cmath>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/program/carried_rounding.h"
#include "crossbar/program/seal.h"
#include "crossbar/read/drive.h"
#include "crossbar/read/mvm_reference.h"
#include "crossbar/read/read_plan.h"

namespace ohm {
namespace {

constexpr double kTopSquare = 1073741824.0;  // 2^30: what products of bytes hold
constexpr double kTopVariance = 255.0;
constexpr double kRoundingVariance = 1.0 / 12.0;  // of a uniform error of one step

/// Largest Σ_b |w_b · value_b| and Σ_b (w_b · value_b)².
struct Reach {
  double value = 0.0, square = 0.0;
};

Reach reach_of(const Macro& macro) {
  Reach reach;
  for (const InputSlice& slice : macro.input_slices) {
    const double largest = std::abs(slice.weight()) * static_cast<double>(slice.top());
    reach.value += largest, reach.square += largest * largest;
  }
  return reach;
}

double square_unit(const Macro& macro) {
  return std::max(1.0, reach_of(macro).square / kTopSquare);
}

Index top_square(const Macro& macro) {
  return static_cast<Index>(reach_of(macro).square / square_unit(macro));
}

/// Values as numbers of units, of which the largest magnitude of a column has `top`.
Matrix<double> in_units(Matrix<double> values, double top, std::vector<double>& unit) {
  unit.assign(static_cast<size_t>(values.cols), 0.0);
  for (Index i = 0; i < values.rows; ++i) {
    for (Index j = 0; j < values.cols; ++j) {
      double& largest = unit[static_cast<size_t>(j)];
      largest = std::max(largest, std::abs(values(i, j)));
    }
  }
  for (double& worth : unit) worth = worth > 0.0 ? worth / top : 1.0;
  for (Index i = 0; i < values.rows; ++i) {
    for (Index j = 0; j < values.cols; ++j) values(i, j) /= unit[static_cast<size_t>(j)];
  }
  return values;
}

Matrix<float> rounded(const Matrix<double>& values) {
  Matrix<float> whole(values.rows, values.cols);
  std::ranges::transform(values.values, whole.values.begin(),
                         [](double value) { return static_cast<float>(std::nearbyint(value)); });
  return whole;
}

/// Sums over the slices of every output, from the scales of each row group.
class Referrer {
 public:
  Referrer(const Macro& macro, const ProgrammedTile& tile, const TilePlan& plan)
      : macro_(macro),
        tile_(tile),
        plan_(plan),
        n_slices_(std::ssize(macro.weight_slices)),
        n_outputs_(outputs_of(macro, tile.converters->n_columns())),
        n_sliced_(std::ssize(plan.sliced_outputs)) {}

  OutputMap map() const;

 private:
  Matrix<double> weights() const;
  Matrix<double> variances() const;
  std::vector<double> floor() const;
  Matrix<double> rounding() const;
  /// Where the tile keeps column k of the plan: slice k / n_sliced of a sliced output.
  Index column_of(Index k) const {
    const Index output = plan_.sliced_outputs[static_cast<size_t>(k % n_sliced_)];
    return k / n_sliced_ * n_outputs_ + output;
  }
  /// f(i, k, scales) added up over the slices of each output.
  template <class F>
  Matrix<double> added_up(const F& f) const;

  const Macro& macro_;
  const ProgrammedTile& tile_;
  const TilePlan& plan_;
  Index n_slices_, n_outputs_, n_sliced_;
};

template <class F>
Matrix<double> Referrer::added_up(const F& f) const {
  Matrix<double> sums(tile_.cells.entries.rows, n_sliced_);
  for (Index g = 0; g < row_groups(macro_.spec, tile_.rows.rows); ++g) {
    const RowRange rows = group_rows(macro_, tile_, g);
    for (Index i = rows.first; i < rows.first + rows.rows; ++i) {
      for (Index k = 0; k < n_slices_ * n_sliced_; ++k) {
        sums(i, k % n_sliced_) += f(i, k, plan_.group(g));
      }
    }
  }
  return sums;
}

Matrix<double> Referrer::weights() const {
  return added_up([&](Index i, Index k, const GroupScales& scales) {
    const auto at = static_cast<size_t>(k);
    const auto entry = static_cast<double>(tile_.cells.entries.entry(i, column_of(k)));
    return scales.factor[at] * static_cast<double>(scales.scale[at]) * entry;
  });
}

Matrix<double> Referrer::variances() const {
  return added_up([&](Index i, Index k, const GroupScales& scales) {
    const auto at = static_cast<size_t>(k);
    const auto entry = static_cast<double>(tile_.cells.variances.entry(i, column_of(k)));
    return scales.factor[at] * scales.factor[at] * static_cast<double>(scales.variance_scale[at]) *
           entry * square_unit(macro_);
  });
}

std::vector<double> Referrer::floor() const {
  double steps = 0.0;
  for (const InputSlice& slice : macro_.input_slices) steps += slice.weight() * slice.weight();
  std::vector<double> floor(static_cast<size_t>(n_sliced_), 0.0);
  for (Index g = 0; g < row_groups(macro_.spec, tile_.rows.rows); ++g) {
    const GroupScales& scales = plan_.group(g);
    if (scales.variance_floor.empty()) continue;
    for (Index k = 0; k < n_slices_ * n_sliced_; ++k) {
      const auto at = static_cast<size_t>(k);
      floor[static_cast<size_t>(k % n_sliced_)] += scales.factor[at] * scales.factor[at] * steps *
                                                   static_cast<double>(scales.variance_floor[at]);
    }
  }
  return floor;
}

Matrix<double> Referrer::rounding() const {
  if (tile_.converters->is_identity()) return {};
  Matrix<double> rounding(row_groups(macro_.spec, tile_.rows.rows), n_sliced_);
  for (Index g = 0; g < rounding.rows; ++g) {
    const std::vector<double>& factor = plan_.group(g).factor;
    for (Index k = 0; k < n_slices_ * n_sliced_; ++k) {
      const double step = factor[static_cast<size_t>(k)];
      rounding(g, k % n_sliced_) += step * step * kRoundingVariance;
    }
  }
  return rounding;
}

OutputMap Referrer::map() const {
  OutputMap map;
  const auto largest = static_cast<Index>(reach_of(macro_).value);
  const Matrix<double> weights_in_units =
      in_units(weights(), static_cast<double>(kLargestEntry), map.unit);
  map.weights = make_exact(rounded(weights_in_units), largest);
  if (!tile_.cells.variances.empty()) {
    const Matrix<double> in_bytes = in_units(variances(), kTopVariance, map.variance_unit);
    map.variances = make_exact(round_and_carry(in_bytes, kTopVariance), top_square(macro_));
  }
  map.floor = floor();
  map.rounding = rounding();
  map.square_unit = square_unit(macro_);
  return map;
}

/// What the map reads.
struct MapInputs {
  Matrix<std::int32_t> values, squares;  ///< x and q of every wordline, (tokens, wordlines)
  Matrix<double> driven;                 ///< r, (tokens, row groups)
};

/// Σ_b w_b² over the steps of one token that drive any wordline.
double driven_weight(const Macro& macro, const Matrix<std::int32_t>& driven, Index token) {
  const Index n_steps = std::ssize(macro.input_slices);
  double sum = 0.0;
  for (Index b = 0; b < n_steps; ++b) {
    const double weight = macro.input_slices[static_cast<size_t>(b)].weight();
    const auto step = driven.row(token * n_steps + b);
    if (std::ranges::any_of(step, [](std::int32_t v) { return v != 0; })) sum += weight * weight;
  }
  return sum;
}

MapInputs map_inputs(const TileRead& read, const OutputMap& map, const IntegerRows& x) {
  const Index n_groups = row_groups(read.macro.spec, read.tile.rows.rows);
  MapInputs inputs{{x.rows, map.weights.rows}, {x.rows, map.weights.rows}, {x.rows, n_groups}};
  const Index n_steps = std::ssize(read.macro.input_slices);
  for (Index g = 0; g < n_groups; ++g) {
    const RowRange rows = group_rows(read.macro, read.tile, g);
    const auto driven = drive_steps(read.macro, read.tile, g, x, {0, x.rows});
    for (Index t = 0; t < x.rows; ++t) {
      inputs.driven(t, g) = driven_weight(read.macro, driven, t);
      for (Index i = 0; i < rows.rows; ++i) {
        double value = 0.0, square = 0.0;
        for (Index b = 0; b < n_steps; ++b) {
          const double part = read.macro.input_slices[static_cast<size_t>(b)].weight() *
                              static_cast<double>(driven(t * n_steps + b, i));
          value += part, square += part * part;
        }
        inputs.values(t, rows.first + i) = static_cast<std::int32_t>(value);
        inputs.squares(t, rows.first + i) =
            static_cast<std::int32_t>(std::nearbyint(square / map.square_unit));
      }
    }
  }
  return inputs;
}

}  // namespace

OutputMap refer_to_outputs(const Macro& macro, const ProgrammedTile& tile, const TilePlan& plan) {
  return Referrer(macro, tile, plan).map();
}

Matrix<double> read_outputs(const TileRead& read, const OutputMap& map, const IntegerRows& x) {
  const MapInputs inputs = map_inputs(read, map, x);
  const RowRange all{0, map.weights.rows};
  Matrix<double> y, variances(x.rows, map.weights.cols);
  exact_product(inputs.values, map.weights, all, y);
  if (!map.variances.empty()) {
    exact_product(inputs.squares, map.variances, all, variances);
  }
  std::vector<float> normals(static_cast<size_t>(y.cols));
  for (Index t = 0; t < y.rows; ++t) {
    read.draw.normals({read.tokens[static_cast<size_t>(t)], 0}, 0, normals);
    for (Index j = 0; j < y.cols; ++j) {
      const auto at = static_cast<size_t>(j);
      double variance = map.floor[at];
      if (!map.variances.empty()) variance += map.variance_unit[at] * variances(t, j);
      for (Index g = 0; g < map.rounding.rows; ++g) {
        variance += map.rounding(g, j) * inputs.driven(t, g);
      }
      y(t, j) = y(t, j) * map.unit[at] + std::sqrt(variance) * static_cast<double>(normals[at]);
    }
  }
  return y;
}

}  // namespace ohm
