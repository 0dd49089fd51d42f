// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/units.h"

namespace ohm {

/// Thermal noise that a sampling capacitor keeps, rms: √(kT/C).
///
/// Throws ArgumentError unless both are positive.
Volts sampling_noise(Farads capacitance, Kelvins temperature);

/// Signal to noise ratio, dB, that this noise leaves a full-scale sine: (V_FS² / 8) / (kT/C).
double sampling_snr_db(Farads capacitance, Kelvins temperature, Volts full_scale);

}  // namespace ohm
