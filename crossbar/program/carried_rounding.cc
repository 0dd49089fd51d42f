// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/carried_rounding.h"

#include <algorithm>
#include <cmath>

namespace ohm {

Matrix<float> round_and_carry(const Matrix<double>& values, double top) {
  Matrix<float> whole(values.rows, values.cols);
  for (Index j = 0; j < values.cols; ++j) {
    double owed = 0.0;
    for (Index i = 0; i < values.rows; ++i) {
      const double due = values(i, j) + owed;
      const double paid = std::clamp(std::nearbyint(due), 0.0, top);
      whole(i, j) = static_cast<float>(paid);
      owed = due - paid;
    }
  }
  return whole;
}

}  // namespace ohm
