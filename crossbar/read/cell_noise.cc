// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/cell_noise.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "crossbar/product/sum_kernel.h"

namespace ohm {

CellNoise::CellNoise(const ExactOperand& variances, RowRange rows,
                     std::span<const float> variance_scale)
    : sigma_(rows.rows, variances.cols) {
  for (Index i = 0; i < sigma_.rows; ++i) {
    for (Index j = 0; j < sigma_.cols; ++j) {
      const auto variance = static_cast<float>(variances.entry(rows.first + i, j));
      sigma_(i, j) = std::sqrt(variance * variance_scale[static_cast<size_t>(j)]);
    }
  }
}

void CellNoise::add_up(const ConversionDraw& draw, ConversionStep at,
                       std::span<const std::int32_t> driven, std::span<float> noise) const {
  std::ranges::fill(noise, 0.0F);
  std::vector<float> normals(noise.size());
  for (Index i = 0; i < sigma_.rows; ++i) {
    const auto value = static_cast<float>(driven[static_cast<size_t>(i)]);
    if (value == 0.0F) continue;
    draw.cell_normals(at, i, normals);
    add_products(sigma_.row(i).data(), normals.data(), value, sigma_.cols, noise.data());
  }
}

}  // namespace ohm
