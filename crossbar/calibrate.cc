// SPDX-License-Identifier: Apache-2.0
#include "crossbar/calibrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/error.h"
#include "crossbar/mvm.h"

namespace ohm {
namespace {

bool needs_no_range(const Macro& macro) {
  return macro.spec.adc.kind == "ideal" || macro.spec.adc.range == "lossless";
}

/// Transfer of slice s whose last code stands for `reach`, in codes of the conductance grid.
AdcTransfer ranged(const Macro& macro, double reach) {
  AdcTransfer transfer = macro.adc->transfer(macro.signed_sums);
  transfer.step = macro.adc->step_for(reach, macro.signed_sums);
  return transfer;
}

AdcTransfer fixed_transfer(const Macro& macro, Index s) {
  AdcTransfer transfer = macro.adc->transfer(macro.signed_sums);
  if (macro.spec.adc.kind != "ideal") {
    transfer.step = static_cast<double>(macro.codes_per_level(s));
  }
  return transfer;
}

/// Largest |sum| of a column that inputs of either sign or of one sign could cause in a row group.
class WorstCase {
 public:
  WorstCase(const Macro& macro, const ProgrammedTile& tile) : macro_(macro), tile_(tile) {}

  double reach(Index s) const {
    const Index width = tile_.cells.low.cols / std::ssize(macro_.weight_slices);
    double largest = 0.0;
    for (Index j = s * width; j < (s + 1) * width; ++j) {
      for (Index first = 0; first < tile_.rows.rows; first += macro_.spec.array.rows_active) {
        largest = std::max(largest, column(j, first));
      }
    }
    return largest * static_cast<double>(macro_.max_input());
  }

 private:
  double code(Index i, Index j) const {
    const double low = static_cast<double>(tile_.cells.low(i, j));
    const bool halves = tile_.cells.high.rows > 0;
    return low + (halves ? 256.0 * static_cast<double>(tile_.cells.high(i, j)) : 0.0);
  }
  double column(Index j, Index first) const {
    const Index last = std::min(first + macro_.spec.array.rows_active, tile_.rows.rows);
    double up = 0.0, down = 0.0;
    for (Index i = first; i < last; ++i) {
      up += std::max(0.0, code(i, j));
      down += std::max(0.0, -code(i, j));
    }
    return macro_.spec.input.encoding == "bipolar" ? up + down : std::max(up, down);
  }

  const Macro& macro_;
  const ProgrammedTile& tile_;
};

/// |sum| of every conversion of one tile, per weight slice; for range max the largest alone.
std::vector<std::vector<double>> magnitudes(const Macro& macro, const ProgrammedTile& tile,
                                            const Matrix<std::int32_t>& inputs) {
  const size_t n_slices = macro.weight_slices.size();
  const bool only_largest = macro.spec.adc.range == "max";
  std::vector<std::vector<double>> all(n_slices);
  for_each_sum_block(macro, tile, inputs, [&](SumBlock& block) {
    const size_t width = static_cast<size_t>(block.sums.cols) / n_slices;
    for (Index row = 0; row < block.sums.rows; ++row) {
      const auto sums = block.sums.row(row);
      for (size_t k = 0; k < sums.size(); ++k) {
        std::vector<double>& kept = all[k / width];
        if (only_largest && !kept.empty()) {
          kept.front() = std::max(kept.front(), std::abs(sums[k]));
        } else {
          kept.push_back(std::abs(sums[k]));
        }
      }
    }
  });
  return all;
}

double percentile_of(std::vector<double> values, double percentile) {
  const double position = percentile / 100.0 * static_cast<double>(values.size() - 1);
  const auto lower = values.begin() + static_cast<Index>(position);
  std::nth_element(values.begin(), lower, values.end());
  if (lower + 1 == values.end()) return *lower;
  const double next = *std::min_element(lower + 1, values.end());
  return *lower + (position - std::floor(position)) * (next - *lower);
}

double reach_of(const Macro& macro, const std::vector<double>& values) {
  if (values.empty()) return 0.0;
  const AdcSpec& adc = macro.spec.adc;
  // where most sums are zero a percentile of zero would leave no range at all
  const double percentile = adc.range == "percentile" ? percentile_of(values, adc.percentile) : 0.0;
  if (percentile > 0.0) return percentile;
  if (adc.range == "mse") return mse_reach(values, macro.adc->transfer(macro.signed_sums).high);
  return *std::max_element(values.begin(), values.end());
}

}  // namespace

double mse_reach(const std::vector<double>& magnitudes, double codes) {
  constexpr Index kBins = 4096, kCandidates = 64;
  if (magnitudes.empty()) return 0.0;
  const double largest = *std::max_element(magnitudes.begin(), magnitudes.end());
  if (largest == 0.0) return 0.0;
  std::vector<double> histogram(kBins, 0.0);
  for (const double value : magnitudes) {
    const auto bin = static_cast<Index>(value / largest * static_cast<double>(kBins));
    histogram[static_cast<size_t>(std::min(bin, kBins - 1))] += 1.0;
  }
  double best_reach = largest, best_error = INFINITY;
  for (Index candidate = kCandidates; candidate > 0; --candidate) {
    const double reach =
        largest * static_cast<double>(candidate) / static_cast<double>(kCandidates);
    const double step = reach / codes;
    double error = 0.0;
    for (Index bin = 0; bin < kBins; ++bin) {
      const double value = (static_cast<double>(bin) + 0.5) / static_cast<double>(kBins) * largest;
      const double miss = value - step * std::min(codes, std::nearbyint(value / step));
      error += histogram[static_cast<size_t>(bin)] * miss * miss;
    }
    if (error < best_error) best_error = error, best_reach = reach;
  }
  return best_reach;
}

void set_default_ranges(const Macro& macro, ProgrammedMatrix& matrix) {
  const bool fixed = needs_no_range(macro);
  for (ProgrammedTile& tile : matrix.tiles) {
    tile.transfer.clear();
    const WorstCase worst(macro, tile);
    for (Index s = 0; s < std::ssize(macro.weight_slices); ++s) {
      tile.transfer.push_back(fixed ? fixed_transfer(macro, s) : ranged(macro, worst.reach(s)));
    }
  }
  matrix.calibrated = fixed || macro.spec.adc.range == "max";
}

void calibrate_adc(const Macro& macro, ProgrammedMatrix& matrix,
                   const Matrix<std::int32_t>& inputs) {
  if (inputs.cols != matrix.rows || (inputs.rows == 0 && !needs_no_range(macro))) {
    throw ArgumentError(
        fmt::format("calibration inputs: shape ({}, {}) found; expected (tokens, {}) "
                    "with at least one token",
                    inputs.rows, inputs.cols, matrix.rows));
  }
  check_inputs(macro, inputs);
  if (needs_no_range(macro)) return set_default_ranges(macro, matrix);
  for (ProgrammedTile& tile : matrix.tiles) {
    const auto all = magnitudes(macro, tile, inputs);
    for (size_t s = 0; s < all.size(); ++s) {
      tile.transfer[s] = ranged(macro, reach_of(macro, all[s]));
    }
  }
  matrix.calibrated = true;
}

}  // namespace ohm
