// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "crossbar/product/exact_product.h"
#include "crossbar/read/conversion_draw.h"

namespace ohm {

/// The read noise of every cell of a row group, drawn anew for every conversion: the slow reading
/// of what one normal per conversion stands for.
///
/// An entry of the operand is one cell, or the pair of cells that its column senses as a
/// difference.
class CellNoise {
 public:
  /// variances: of every entry; variance_scale: steps² per unit of them, one per column.
  CellNoise(const ExactOperand& variances, RowRange rows, std::span<const float> variance_scale);

  /// noise[j] = Σ_i driven_i · sigma_ij · normal_ij, in steps, added in the order of the wordlines.
  void add_up(const ConversionDraw& draw, ConversionStep at, std::span<const std::int32_t> driven,
              std::span<float> noise) const;

 private:
  Matrix<float> sigma_;  // steps
};

}  // namespace ohm
