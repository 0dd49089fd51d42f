// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/adc/adc.h"

namespace ohm {

/// Sum per code with the least mean squared quantisation error over `magnitudes`, |sum| of signed
/// or unsigned conversions, for an ideal quantiser with these codes. 1 where all of them are zero.
///
/// Model: Max, "Quantizing for minimum distortion", IRE Trans. Inf. Theory 6, 1960 (uniform case),
/// on a histogram of at least 2048 bins that keeps the mean and mean square of every bin; steps a
/// tenth apart, then golden section. Time O(samples + 70 · bins).
double mse_step(const std::vector<double>& magnitudes, const CodeRange& codes);

/// Sum per code by the Spec's range rule (max, percentile, mse, learned: as mse) from the |sum| of
/// conversions. Where a percentile is zero the largest takes its place; 1 where all are zero.
/// Throws ArgumentError on NaN, infinite or negative magnitudes.
double calibrated_step(const Adc& adc, const std::vector<double>& magnitudes, bool is_signed);

}  // namespace ohm
