// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/output_map.h"

#include <algorithm>
#include <cmath>

#include "crossbar/geometry.h"
#include "crossbar/program/seal.h"
#include "crossbar/read/drive.h"
#include "crossbar/read/mvm_reference.h"
#include "crossbar/read/read_plan.h"

namespace ohm {
namespace {

constexpr double kTopSquare = 32767.0, kTopVariance = 255.0;
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

/// Whole numbers of `unit`, the largest magnitude of a column being `top` of them.
ExactOperand on_grid(const Matrix<double>& values, double top, Index max_input,
                     std::vector<double>& unit) {
  unit.assign(static_cast<size_t>(values.cols), 0.0);
  for (Index i = 0; i < values.rows; ++i) {
    for (Index j = 0; j < values.cols; ++j) {
      double& largest = unit[static_cast<size_t>(j)];
      largest = std::max(largest, std::abs(values(i, j)));
    }
  }
  for (double& worth : unit) worth = worth > 0.0 ? worth / top : 1.0;
  Matrix<float> whole(values.rows, values.cols);
  for (Index i = 0; i < values.rows; ++i) {
    for (Index j = 0; j < values.cols; ++j) {
      const double count = values(i, j) / unit[static_cast<size_t>(j)];
      whole(i, j) = static_cast<float>(std::nearbyint(count));
    }
  }
  return make_exact(whole, max_input);
}

/// Sums over the slices of every output, from the scales of each row group.
class Referrer {
 public:
  Referrer(const Macro& macro, const ProgrammedTile& tile, const TilePlan& plan)
      : macro_(macro),
        tile_(tile),
        plan_(plan),
        n_slices_(std::ssize(macro.weight_slices)),
        n_outputs_(tile.converters->n_columns() / n_slices_),
        n_sliced_(std::ssize(plan.sliced_outputs)) {}

  OutputMap map() const;

 private:
  Matrix<double> weights() const;
  Matrix<double> variances() const;
  std::vector<double> floor() const;
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
  const double rounding = tile_.converters->is_identity() ? 0.0 : kRoundingVariance;
  std::vector<double> floor(static_cast<size_t>(n_sliced_), 0.0);
  for (Index g = 0; g < row_groups(macro_.spec, tile_.rows.rows); ++g) {
    const GroupScales& scales = plan_.group(g);
    for (Index k = 0; k < n_slices_ * n_sliced_; ++k) {
      const auto at = static_cast<size_t>(k);
      const auto& floors = scales.variance_floor;
      const double own = floors.empty() ? 0.0 : static_cast<double>(floors[at]);
      floor[static_cast<size_t>(k % n_sliced_)] +=
          scales.factor[at] * scales.factor[at] * steps * (own + rounding);
    }
  }
  return floor;
}

OutputMap Referrer::map() const {
  OutputMap map;
  const auto largest = static_cast<Index>(reach_of(macro_).value);
  map.weights = on_grid(weights(), static_cast<double>(kLargestEntry), largest, map.unit);
  if (!tile_.cells.variances.empty()) {
    map.variances =
        on_grid(variances(), kTopVariance, static_cast<Index>(kTopSquare), map.variance_unit);
  }
  map.floor = floor();
  map.square_unit = square_unit(macro_);
  return map;
}

/// x and q of every wordline, (tokens, wordlines).
struct MapInputs {
  Matrix<std::int32_t> values, squares;
};

MapInputs map_inputs(const TileRead& read, const OutputMap& map, const Matrix<std::int32_t>& x) {
  MapInputs inputs{{x.rows, map.weights.rows}, {x.rows, map.weights.rows}};
  const Index n_steps = std::ssize(read.macro.input_slices);
  for (Index g = 0; g < row_groups(read.macro.spec, read.tile.rows.rows); ++g) {
    const RowRange rows = group_rows(read.macro, read.tile, g);
    const auto driven = drive_steps(read.macro, read.tile, g, x, {0, x.rows});
    for (Index t = 0; t < x.rows; ++t) {
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

Matrix<double> read_outputs(const TileRead& read, const OutputMap& map,
                            const Matrix<std::int32_t>& x) {
  const MapInputs inputs = map_inputs(read, map, x);
  const RowRange all{0, map.weights.rows};
  Matrix<double> y, variances(x.rows, map.weights.cols);
  exact_product(inputs.values, map.weights, all, static_cast<Index>(reach_of(read.macro).value), y);
  if (!map.variances.empty()) {
    exact_product(inputs.squares, map.variances, all, static_cast<Index>(kTopSquare), variances);
  }
  std::vector<float> normals(static_cast<size_t>(y.cols));
  for (Index t = 0; t < y.rows; ++t) {
    read.draw.normals({read.tokens[static_cast<size_t>(t)], 0}, 0, normals);
    for (Index j = 0; j < y.cols; ++j) {
      const auto at = static_cast<size_t>(j);
      const double summed = map.variances.empty() ? 0.0 : map.variance_unit[at] * variances(t, j);
      y(t, j) = y(t, j) * map.unit[at] +
                std::sqrt(summed + map.floor[at]) * static_cast<double>(normals[at]);
    }
  }
  return y;
}

}  // namespace ohm
