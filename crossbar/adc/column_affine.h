// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/tensor.h"

namespace ohm {

/// A digital correction of each output column: y ← gain · y + offset.
struct ColumnAffine {
  std::vector<double> gain, offset;  ///< one per column
};

/// The correction that brings simulated outputs closest to the ideal ones, (tokens, columns).
///
/// Model: least squares per column, gain = cov(y_sim, y_ref) / var(y_sim), offset = mean(y_ref) -
/// gain · mean(y_sim); removes mean IR drop, drift and offset. Columns whose outputs do not vary
/// keep (1, 0). Throws ArgumentError where the shapes differ or a value is not finite.
ColumnAffine fit_columns(const Matrix<double>& y_sim, const Matrix<double>& y_ref);

/// Corrects outputs in place. Throws ArgumentError where the numbers of columns differ.
void apply(const ColumnAffine& correction, Matrix<double>& y);

}  // namespace ohm
