// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tensor.h"

namespace ohm {

/// Whole numbers from 0 to `top` for numbers in that range, (rows, columns): what rounding adds to
/// an entry, the entries below it in its column owe.
///
/// The sum of neighbours is then off by one at most, however many they are and however small: a
/// column of 0.3 has three ones in ten, where rounding each alone would leave nothing. Bytes hold
/// variances this way, of which one cell may have 16,000 times that of another.
Matrix<float> round_and_carry(const Matrix<double>& values, double top);

}  // namespace ohm
