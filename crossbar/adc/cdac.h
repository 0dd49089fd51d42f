// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "crossbar/adc/adc_spec.h"

namespace ohm {

/// Normals that cdac_levels() takes: the dummy, one per bit, and the attenuation capacitor.
Index cdac_capacitors(const AdcSpec& spec);

/// Output of a capacitive DAC for the codes 0 … 2^bits - 1, in LSB; nominally level c is c.
///
/// Model: charge sharing among capacitors of 2^k units, each with σ = σ_u · 2^(k/2) units, and a
/// dummy of one unit: level = 2^bits · Σ bits · C_k / C_total. With split_bits = L > 0 the L lowest
/// bits and the dummy sit behind an attenuation capacitor of 2^L / (2^L - 1) units, which reduces
/// their share by 2^L and the total capacitance by about as much; both nodes are solved exactly. A
/// buffer of open-loop gain A with unity feedback scales all levels by 1 / (1 + 1/A).
///
/// σ_DNL at mid-code is √(2^bits - 1) σ_u for the binary array. Ref: capacitor model as in Spear et
/// al., IEEE JxCDC 2023.
std::vector<double> cdac_levels(const AdcSpec& spec, std::span<const double> normals);

}  // namespace ohm
