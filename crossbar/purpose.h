// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ohm {

/// What a random stream is drawn for; part of its key, so streams never overlap.
enum class Purpose : std::uint8_t {
  programming_error = 1,    ///< once per programmed cell (and round of write-verify)
  stuck_cell,               ///< once per cell
  adc_offset,               ///< once per converter
  adc_gain,                 ///< once per converter
  conversion_noise,         ///< once per conversion: read noise of the cells and noise of the ADC
  drift,                    ///< once per cell: its drift exponent or its walk
  low_frequency_noise,      ///< once per cell: the part of 1/f noise that is frozen during a run
  telegraph_traps,          ///< several per cell: number, time constant and state of its traps
  temperature_coefficient,  ///< once per cell
  write_verify,             ///< several per cell: noise of each pulse and of each verify read
  dead_wordline,            ///< once per wordline
  dead_bitline,             ///< once per bitline
  wear,                     ///< once per cell: the cycles after which it fails
  rounding,                 ///< once per conversion, where an ADC rounds stochastically
};

}  // namespace ohm
