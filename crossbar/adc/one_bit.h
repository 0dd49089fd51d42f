// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "crossbar/adc/adc_spec.h"

namespace ohm {

/// What is wrong with one bit of sign and magnitude: the sign leaves no magnitude, and -1, 0 and 1
/// would be three codes. Empty where nothing is; kind ideal has no bits.
std::string one_bit_problem(const AdcSpec& spec, bool is_signed);

}  // namespace ohm
