// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/dac_sums.h"

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

constexpr double kFractions = 256.0;  // of an LSB

/// What the DACs drive, in 1/256 LSB.
Matrix<std::int32_t> amplitudes(const ProgrammedTile& tile, const Matrix<std::int32_t>& driven,
                                RowRange range) {
  Matrix<std::int32_t> fine(driven.rows, driven.cols);
  for (Index t = 0; t < driven.rows; ++t) {
    for (Index i = 0; i < driven.cols; ++i) {
      const std::int32_t code = driven(t, i);
      const float level = tile.dac_levels(range.first + i, std::abs(code));
      const double signed_level = static_cast<double>(code < 0 ? -level : level);
      fine(t, i) = static_cast<std::int32_t>(std::nearbyint(signed_level * kFractions));
    }
  }
  return fine;
}

}  // namespace

void dac_sums(const ProgrammedTile& tile, const Matrix<std::int32_t>& driven, RowRange range,
              Matrix<double>& sums) {
  const Matrix<std::int32_t> fine = amplitudes(tile, driven, range);
  exact_product(fine, tile.cells.entries, range, sums);
  for (double& sum : sums.values) sum /= kFractions;
}

}  // namespace ohm
