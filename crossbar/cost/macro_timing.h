// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/macro_spec.h"

namespace ohm {

/// How long one macro takes for one MVM.
struct MacroTiming {
  Index n_input_steps = 0;  ///< per row group, those of speculation included
  Index n_row_groups = 0;
  Index conversions_per_adc = 0;  ///< per step, of the busiest converter
  Seconds step;      ///< the longest: the slower of reading the cells and converting what was held
  Seconds latency;   ///< from the inputs to the last sum of one MVM
  Seconds interval;  ///< between the starts of consecutive MVMs
};

/// Resolution of the conversions of input slice `slice` (least significant first):
/// effective_adc_bits(), less with adc.common_step by as many bits as the slice is less significant
/// than the last, but at least 1.
Index conversion_bits(const MacroSpec& macro, Index slice);

/// Time of one conversion to `bits`: 1 / conversion_rate(), where adc.early_stop holds times the
/// share of the largest code that the largest one of the array reaches.
Seconds conversion_time(const AdcSpec& adc, Index bits, double largest_code);

/// How often one step reads the cells: once where every bitline is held (mux hold), else once per
/// bitline that shares an ADC.
Index read_phases(const MacroSpec& macro);

/// Share of the largest code that the largest one of a step's conversions reaches with `columns`
/// outputs in use, by what macro.workload says of codes.
double largest_code_share(const MacroSpec& macro, Index columns);

/// Timing of an array of which `rows` wordlines and `columns` outputs are used.
///
/// Model: two-stage pipeline through the sample and hold, as in ISAAC (Shafiee et al., ISCA 2016):
/// while the ADCs convert one step, the cells are read for the next. step = max(p · read_time(), c
/// · conversion_time()) with c conversions per ADC and p read_phases(), summed up over steps and
/// row groups to the interval; latency = interval + c conversions + 1 / rate for the last
/// shift-add. read.pipeline synchronous: read, convert and shift-add take one step each, so that
/// the latency is two steps above the interval; none: a step is the sum of reading and converting,
/// and the latency is the interval. Without read.overlap the interval is the latency. Sums are
/// dealt to the ADCs in turn, so unused columns shorten c. read.time includes the settling of the
/// lines. A digital engine takes ceil(rows · columns / engine.macs) cycles and converts nothing.
/// Throws ArgumentError for a block that does not fit.
MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns);

/// The same where the codes are known: `largest_code` is the share of the largest code that the
/// largest one of the array reaches, by which adc.early_stop shortens every conversion.
MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns, double largest_code);

/// The same with every wordline and output in use.
MacroTiming macro_timing(const MacroSpec& macro);

}  // namespace ohm
