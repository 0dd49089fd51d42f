// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/macro_spec.h"

namespace ohm {

/// How long one macro takes for one MVM.
struct MacroTiming {
  Index n_input_steps = 0;  ///< per row group
  Index n_row_groups = 0;
  Index conversions_per_adc = 0;  ///< per step, of the busiest converter
  Seconds step;                   ///< the slower of reading the cells and converting what was held
  Seconds latency;                ///< from the inputs to the last sum of one MVM
  Seconds interval;               ///< between the starts of consecutive MVMs
};

/// How often one step reads the cells: once where every bitline is held (mux hold), else once per
/// bitline that shares an ADC.
Index read_phases(const MacroSpec& macro);

/// Timing of an array of which `rows` wordlines and `columns` outputs are used.
///
/// Model: two-stage pipeline through the sample and hold, as in ISAAC (Shafiee et al., ISCA 2016):
/// while the ADCs convert one step, the cells are read for the next. step = max(p · step_time(), c
/// / adc.rate) with c conversions per ADC and p read_phases(); S = input steps × row groups;
/// interval = S step; latency = S step + c / rate + 1 / rate for the last shift-add. Sums are dealt
/// to the ADCs in turn, so unused columns shorten c. read.time includes the settling of the lines.
/// Throws ArgumentError for a block that does not fit.
MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns);

/// The same with every wordline and output in use.
MacroTiming macro_timing(const MacroSpec& macro);

}  // namespace ohm
