// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "crossbar/program.h"

namespace ohm {

/// Sets the ADC range of each row tile and weight slice from the sums that `inputs`, (tokens, rows)
/// integers, cause on this chip; range lossless needs no inputs and stays one code per level.
///
/// max: the largest |sum|. percentile: that percentile of |sum|. mse: the reach that minimises the
/// mean squared quantisation error, searched over a histogram of |sum| in 1/64 of its maximum.
void calibrate_adc(const Macro& macro, ProgrammedMatrix& matrix,
                   const Matrix<std::int32_t>& inputs);

/// Ranges that need no inputs: lossless, ideal converters, and for max the largest sum that any
/// input could cause. Leaves the matrix uncalibrated for percentile and mse.
void set_default_ranges(const Macro& macro, ProgrammedMatrix& matrix);

/// Reach with the least mean squared error over `magnitudes` for `codes` steps up to the reach.
double mse_reach(const std::vector<double>& magnitudes, double codes);

}  // namespace ohm
