// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tensor.h"
#include "crossbar/program/program.h"

namespace ohm {

/// Sets the ADC range of each row tile and weight slice (adc.per_column: of each column) from the
/// sums that `inputs`, (tokens, rows) integers, cause on this chip, noise left out; range lossless
/// needs no inputs and stays one code per digit. Rules: calibrated_step(); columns all of whose
/// sums are zero get the range that no input can exceed.
void calibrate_adc(const Macro& macro, ProgrammedMatrix& matrix,
                   const Matrix<std::int32_t>& inputs);

/// Ranges that need no inputs: lossless, ideal converters, and for max the largest sum that any
/// input could cause. Leaves the matrix uncalibrated for percentile, mse and learned.
void set_default_ranges(const Macro& macro, ProgrammedMatrix& matrix);

/// Fits the digital correction of each output, gain · y + offset, to what the integer product with
/// `weights` should be (fit_columns); range learned asks for it. The noise of these reads belongs
/// to tokens from kCalibrationTokens on. Needs a calibrated matrix.
void learn_correction(const Macro& macro, ProgrammedMatrix& matrix,
                      const Matrix<std::int32_t>& inputs, const Matrix<std::int32_t>& weights);

/// Token numbers from here on key the noise of calibration reads.
inline constexpr std::uint32_t kCalibrationTokens = 0xF000'0000;

}  // namespace ohm
