// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crossbar/adc/transitions.h"

namespace ohm {

/// Integral and differential nonlinearity of a converter, LSB, gain and offset removed.
///
/// Model: terminal-based (IEEE Std 1241): the LSB is the mean code width between the first and the
/// last threshold. dnl[i] belongs to the code between thresholds i and i + 1; inl[i] to threshold
/// i, zero at both ends.
struct Linearity {
  std::vector<double> inl;  ///< one per threshold
  std::vector<double> dnl;  ///< one per inner code
  Index missing_codes = 0;  ///< inner codes narrower than a tenth of an LSB

  double worst_inl() const;  ///< largest |inl|
  double worst_dnl() const;  ///< largest |dnl|
};

/// Args: ascending thresholds, steps, finite, at least two. Throws ArgumentError otherwise.
Linearity linearity(std::span<const double> thresholds);

/// Signal to noise-and-distortion ratio, dB, of a full-scale sine: 1021 cycles, a prime, in 2^14
/// samples; the code's components at the frequency of the sine and at zero are signal, the rest is
/// error. `noise`: thermal noise per conversion, rms, steps (normals of a fixed stream).
/// `is_stochastic`: sums are shifted by u - 1/2 steps before they are rounded, so that the error
/// has variance f (1 - f) at a distance f from a code, on average 1/6 instead of 1/12 squared step.
///
/// Ref: IEEE Std 1241, sine-fit test. An ideal converter of b bits has 6.0206 b + 1.7609 dB.
double sndr_db(const Transitions& transitions, const CodeRange& codes, double noise,
               bool is_stochastic = false);

/// Effective number of bits: (SNDR - 1.7609 dB) / 6.0206 dB.
double enob(const Transitions& transitions, const CodeRange& codes, double noise,
            bool is_stochastic = false);

}  // namespace ohm
