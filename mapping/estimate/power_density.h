// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "mapping/estimate/estimate.h"

namespace ohm {

/// What `chip` at full load would have to dissipate, beside what the estimate takes on average,
/// where that is more than cooling takes away; empty elsewhere.
///
/// Cooling: from the last layer to the ambient what the chip's thermal section allows at its limit,
/// (limit - ambient) / resistance for each die; without one 1 W/mm2 of die, an assumption somewhat
/// above what an H100 SXM5 does in air, 700 W on 814 mm2 (NVIDIA, H100 Tensor Core GPU
/// Architecture, 2022).
std::string peak_power_warning(const Chip& chip, const Estimate& estimate);

}  // namespace ohm
