// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ohm {

/// What a random stream is drawn for; part of its key, so streams never overlap.
enum class Purpose : std::uint8_t {
  programming_error = 1,  ///< once per programmed cell
  stuck_cell,             ///< once per cell
  adc_offset,             ///< once per converter
  adc_gain,               ///< once per converter
  conversion_noise,       ///< once per conversion: read noise of the cells and noise of the ADC
};

}  // namespace ohm
