// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/macro_spec.h"

namespace ohm {

/// Read steps of one input: bit_serial 1 + ceil((bits - 1) / slice_bits), the sign being a step of
/// its own; bipolar ceil((bits - 1) / slice_bits).
Index input_steps(const InputSpec& input);

/// Bitlines that hold one weight: one per slice, two per slice in a differential pair.
Index bitlines_per_weight(const WeightSpec& weight);

/// Outputs that one array holds: n_bitlines, less the reference bitline of offset_column, divided
/// by bitlines_per_weight().
Index weight_columns(const MacroSpec& macro);

/// Bitlines that conduct for `columns` outputs, the reference bitline of offset_column included.
Index used_bitlines(const MacroSpec& macro, Index columns);

/// Sums that an array offers to its ADCs in one step: a differential pair is subtracted before the
/// conversion and counts once; the reference bitline is subtracted and never converted.
Index conversion_channels(const MacroSpec& macro);

/// Conversions one ADC makes per step when all of its `columns_per_adc` bitlines are in use.
Index conversions_per_adc(const MacroSpec& macro);

/// Converters of one macro.
Index adcs_per_macro(const MacroSpec& macro);

/// Steps that `rows` wordlines need because only rows_active of them conduct together.
Index row_groups(const ArraySpec& array, Index rows);

/// Conversions behind one output of a full array, per MVM: weight slices × input steps × row
/// groups.
Index conversions_per_output(const MacroSpec& macro);

/// Bits that represent every possible sum of one step: ceil(log2(R·K·X + 1)), plus one where the
/// sum is signed (differential weights or bipolar inputs); R rows, K and X the largest slices.
Index lossless_bits(const MacroSpec& macro);

/// Resolution of the converter: adc.bits, or lossless_bits() where that is auto or the ADC is
/// ideal.
Index effective_adc_bits(const MacroSpec& macro);

/// Bits of a full dot product in the accumulator: input + weight + ceil(log2(n_wordlines)).
Index accumulator_bits(const MacroSpec& macro);

}  // namespace ohm
