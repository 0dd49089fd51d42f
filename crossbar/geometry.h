// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/macro_spec.h"

namespace ohm {

/// Read steps of one input: bit_serial 1 + ceil((bits - 1) / slice_bits), the sign being a step of
/// its own; bipolar ceil((bits - 1) / slice_bits).
Index input_steps(const InputSpec& input);

/// Steps that one MVM drives: the wide ones of input.speculation and input_steps().
Index driven_steps(const InputSpec& input);

/// Conversions of one sum of an MVM, on average: one per step; with speculation one per wide step
/// and the share `recovery` of the others.
double conversions_per_sum(const InputSpec& input, double recovery);

/// Bitlines that hold one weight: one per slice, two per slice in a differential pair.
Index bitlines_per_weight(const WeightSpec& weight);

/// Outputs that one array holds: n_bitlines, less the reference bitline of offset_column, divided
/// by bitlines_per_weight().
Index weight_columns(const MacroSpec& macro);

/// Bitlines that conduct for `columns` outputs, the reference bitline of offset_column included.
Index used_bitlines(const MacroSpec& macro, Index columns);

/// Conversions of one weight slice in one step: both bitlines of a pair where codes are subtracted
/// (weight.subtraction digital), else one.
Index conversions_per_slice(const WeightSpec& weight);

/// Sums that an array offers to its ADCs in one step: a differential pair that is subtracted before
/// the conversion counts once; the reference bitline is subtracted and never converted.
Index conversion_channels(const MacroSpec& macro);

/// Conversions one ADC makes per step when all of its `columns_per_adc` bitlines are in use.
Index conversions_per_adc(const MacroSpec& macro);

/// Converters of one macro.
Index adcs_per_macro(const MacroSpec& macro);

/// Inputs that one array takes: its wordlines over wordlines_per_input().
Index inputs_per_array(const MacroSpec& macro);

/// Inputs whose wordlines conduct together: rows_active over wordlines_per_input().
Index inputs_per_group(const MacroSpec& macro);

/// Values that the inputs of a row group add to the sum of a column: one each, two with xnor.
Index terms_per_group(const MacroSpec& macro);

/// Steps that `rows` inputs need because only rows_active wordlines conduct together.
Index row_groups(const MacroSpec& macro, Index rows);

/// The bitline, within its array, of cell `side` of slice `s` (least significant first) of output
/// `column` of that array: outputs side by side, the slices of one next to each other.
Index bitline_of(const MacroSpec& macro, Index column, Index s, Index side);

/// The converter, within its array, that converts slice `s` of output `column` of that array:
/// neighbouring bitlines take turns on one ADC.
Index converter_of(const MacroSpec& macro, Index column, Index s);

/// Bits that represent every possible sum of one step: ceil(log2(R·K·X + 1)), plus one where the
/// sum is signed (pairs of cells or bipolar inputs); R inputs that conduct together, K and X the
/// largest slices. isaac_flip stores columns so that no sum passes half of R·K·X.
Index lossless_bits(const MacroSpec& macro);

/// Whether column sums can be negative: pairs of cells, or bipolar inputs.
bool has_signed_sums(const MacroSpec& macro);

/// Resolution of the converter: adc.bits, or lossless_bits() where that is auto or the ADC is
/// ideal.
Index effective_adc_bits(const MacroSpec& macro);

/// Bits of a full dot product in the accumulator: input + weight + ceil(log2(n_wordlines)).
Index accumulator_bits(const MacroSpec& macro);

}  // namespace ohm
