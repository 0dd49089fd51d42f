// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/seal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/device/read_noise.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/carried_rounding.h"

namespace ohm {
namespace {

constexpr double kTopVariance = 255.0;  // one byte: noise needs no more
constexpr double kOnLevel = 1e-6;       // of a level spacing: rounding of the conductances alone

/// Sums over pairs of cells: a cell of a column and what stands against it.
class Sealer {
 public:
  Sealer(const Macro& macro, const TileCells& seen, const TileCells& cells)
      : macro_(macro),
        seen_(seen),
        cells_(cells),
        noise_(macro.spec.device, macro.spec.read.voltage, macro.spec.read.time),
        outputs_(seen.side[0].cols / std::ssize(macro.weight_slices)),
        width_(weight_columns(macro.spec)) {}

  SealedCells seal() const;

 private:
  double spacing(Index s) const { return macro_.level_spacing(s).si(); }
  /// What stands against cell (i, column): its partner, or the reference cell of its array.
  double against(const TileCells& of, Index i, Index column) const {
    if (of.n_sides() == 2) return of.side[1](i, column);
    return of.reference(i, column % outputs_ / width_);
  }
  double entry(Index i, Index column) const {
    return (seen_.side[0](i, column) - against(seen_, i, column)) / spacing(column / outputs_);
  }
  bool is_driven() const { return macro_.spec.array.topology == "driven"; }
  double seen_variance(double cell, double seen) const;
  double variance(Index i, Index column) const;
  /// Conductance whose thermal noise is that which a cell shows.
  static double seen_thermal(double cell, double seen) {
    return cell == 0.0 ? 0.0 : seen * (seen / cell);
  }
  Index codes_per_level(Index s) const;
  void seal_variances(SealedCells& sealed) const;
  Matrix<double> variances() const;
  void seal_floor(SealedCells& sealed) const;

  const Macro& macro_;
  const TileCells &seen_, &cells_;
  ReadNoise noise_;
  Index outputs_, width_;
};

Index Sealer::codes_per_level(Index s) const {
  double largest = 0.0;
  bool on_levels = true;
  for (Index i = 0; i < seen_.side[0].rows; ++i) {
    for (Index column = s * outputs_; column < (s + 1) * outputs_; ++column) {
      const double levels = entry(i, column);
      // written so that a conductance that is not a number fails the test below
      if (!(std::abs(levels) <= largest)) largest = std::abs(levels);
      on_levels = on_levels && std::abs(levels - std::nearbyint(levels)) < kOnLevel;
    }
  }
  const Index top = macro_.weight_slices[static_cast<size_t>(s)].top_level();
  if (!(largest <= 127.0 * static_cast<double>(top))) {
    throw ArgumentError(fmt::format(
        "device: a cell lies {:.3g} times its whole range away; expected programming errors that "
        "are smaller than the range, g_max - g_min = {} S",
        largest / static_cast<double>(top), macro_.spec.device.range().si()));
  }
  if (on_levels || largest == 0.0) return 1;
  return std::max<Index>(1, static_cast<Index>(static_cast<double>(kLargestEntry) / largest));
}

/// Variance, S², of a cell of which `seen` shows.
double Sealer::seen_variance(double cell, double seen) const {
  if (cell == 0.0) return 0.0;
  const double sigma = noise_.sigma(Siemens(cell)).si();
  const double own = is_driven() ? noise_.bias_variance(Siemens(cell)) : sigma * sigma;
  return own * (seen / cell) * (seen / cell);
}

/// Variance of the fresh read noise of an entry, in level spacings squared.
double Sealer::variance(Index i, Index column) const {
  const double unit = spacing(column / outputs_);
  const double own = seen_variance(cells_.side[0](i, column), seen_.side[0](i, column));
  const double other = seen_variance(against(cells_, i, column), against(seen_, i, column));
  return (own + other) / (unit * unit);
}

Matrix<double> Sealer::variances() const {
  Matrix<double> all(cells_.side[0].rows, cells_.side[0].cols);
  for (Index i = 0; i < all.rows; ++i) {
    for (Index column = 0; column < all.cols; ++column) all(i, column) = variance(i, column);
  }
  return all;
}

/// Variances go onto an 8-bit grid of the largest one of their slice, so that their sums are exact
/// as well; those below its unit are kept in the sum of a column.
void Sealer::seal_variances(SealedCells& sealed) const {
  Matrix<double> all = variances();
  if (std::ranges::all_of(all.values, [](double value) { return value == 0.0; })) return;
  for (Index s = 0; s < std::ssize(macro_.weight_slices); ++s) {
    double largest = 0.0;
    for (Index i = 0; i < all.rows; ++i) {
      for (Index j = 0; j < outputs_; ++j) largest = std::max(largest, all(i, s * outputs_ + j));
    }
    const double unit = largest > 0.0 ? largest / kTopVariance : 1.0;
    for (Index i = 0; i < all.rows; ++i) {
      for (Index j = 0; j < outputs_; ++j) all(i, s * outputs_ + j) /= unit;
    }
    const auto per_level = static_cast<double>(sealed.codes_per_level[static_cast<size_t>(s)]);
    sealed.variance_unit.push_back(unit * per_level * per_level);
  }
  const Index top = macro_.max_input();
  sealed.variances = make_exact(round_and_carry(all, kTopVariance), top * top);
}

/// Thermal noise of all cells of a driven column, its partner's included, per conversion.
void Sealer::seal_floor(SealedCells& sealed) const {
  if (!is_driven() || macro_.spec.device.noise.white == "none") return;
  const Seconds duration = step_time(macro_.spec);
  const double v_step = macro_.spec.read.voltage.si() / static_cast<double>(macro_.max_input());
  for (Index column = 0; column < cells_.side[0].cols; ++column) {
    const Index s = column / outputs_;
    double conductance = 0.0;  // as it is seen: a column that shows a share shows that of its noise
    for (Index i = 0; i < cells_.side[0].rows; ++i) {
      conductance += seen_thermal(cells_.side[0](i, column), seen_.side[0](i, column)) +
                     seen_thermal(against(cells_, i, column), against(seen_, i, column));
    }
    const double amperes =
        thermal_variance(Siemens(conductance), macro_.spec.device.temperature.operating, duration);
    const double code =
        v_step * spacing(s) / static_cast<double>(sealed.codes_per_level[static_cast<size_t>(s)]);
    sealed.noise_floor.push_back(static_cast<float>(amperes / (code * code)));
  }
}

SealedCells Sealer::seal() const {
  SealedCells sealed;
  Matrix<float> codes(seen_.side[0].rows, seen_.side[0].cols);
  for (Index s = 0; s < std::ssize(macro_.weight_slices); ++s) {
    const Index per_level = codes_per_level(s);
    sealed.codes_per_level.push_back(per_level);
    for (Index i = 0; i < codes.rows; ++i) {
      for (Index column = s * outputs_; column < (s + 1) * outputs_; ++column) {
        codes(i, column) =
            static_cast<float>(std::nearbyint(entry(i, column) * static_cast<double>(per_level)));
      }
    }
  }
  seal_variances(sealed);
  seal_floor(sealed);
  sealed.entries = make_exact(std::move(codes), macro_.max_input());
  return sealed;
}

}  // namespace

SealedCells seal_cells(const Macro& macro, const TileCells& seen, const TileCells& cells) {
  return Sealer(macro, seen, cells).seal();
}

}  // namespace ohm
