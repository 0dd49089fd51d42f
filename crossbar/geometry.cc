// SPDX-License-Identifier: Apache-2.0
#include "crossbar/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>

#include "core/error.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"

namespace ohm {
namespace {

Index reference_bitlines(const WeightSpec& weight) {
  return has_reference_column(weight) ? 1 : 0;
}

/// Bitlines whose currents are subtracted before they are converted together.
Index bitlines_per_channel(const WeightSpec& weight) {
  return bitlines_per_slice(weight) / conversions_per_slice(weight);
}

Index ceil_divide(Index n, Index by) {
  if (n < 0 || by < 1) {
    throw ArgumentError(fmt::format(
        "geometry: {} shared by groups of {}; expected 0 or more, and 1 or more", n, by));
  }
  return n / by + (n % by != 0 ? 1 : 0);
}

/// ceil(log2(n)) for n >= 1.
Index ceil_log2(std::uint64_t n) {
  return n <= 1 ? 0 : static_cast<Index>(std::bit_width(n - 1));
}

}  // namespace

Index input_steps(const InputSpec& input) {
  if (input.bits < 1 || input.slice_bits < 1) {
    throw ArgumentError(fmt::format("input: {} bits in slices of {}; expected 1 or more of each",
                                    input.bits, input.slice_bits));
  }
  return static_cast<Index>(input_slices(input).size());
}

Index driven_steps(const InputSpec& input) {
  return std::ssize(input.speculation.slice_bits) + input_steps(input);
}

double conversions_per_sum(const InputSpec& input, double recovery) {
  const auto narrow = static_cast<double>(input_steps(input));
  if (!input.speculation.is_on()) return narrow;
  return static_cast<double>(input.speculation.slice_bits.size()) + recovery * narrow;
}

Index bitlines_per_weight(const WeightSpec& weight) {
  return static_cast<Index>(weight.slice_bits.size()) * bitlines_per_slice(weight);
}

Index weight_columns(const MacroSpec& macro) {
  const Index each = bitlines_per_weight(macro.weight);
  if (each < 1) throw ArgumentError("weight.slice_bits: no slice; expected at least one");
  return std::max<Index>(macro.array.n_bitlines - reference_bitlines(macro.weight), 0) / each;
}

Index used_bitlines(const MacroSpec& macro, Index columns) {
  if (columns < 0 || columns > weight_columns(macro)) {
    throw ArgumentError(
        fmt::format("macro '{}': {} output columns; expected 0 to {}, which is what "
                    "{} bitlines hold",
                    macro.name, columns, weight_columns(macro), macro.array.n_bitlines));
  }
  return columns == 0
             ? 0
             : columns * bitlines_per_weight(macro.weight) + reference_bitlines(macro.weight);
}

Index conversions_per_slice(const WeightSpec& weight) {
  return weight.subtraction == "digital" ? bitlines_per_slice(weight) : 1;
}

Index conversion_channels(const MacroSpec& macro) {
  return (macro.array.n_bitlines - reference_bitlines(macro.weight)) /
         bitlines_per_channel(macro.weight);
}

Index conversions_per_adc(const MacroSpec& macro) {
  return ceil_divide(macro.array.columns_per_adc, bitlines_per_channel(macro.weight));
}

Index adcs_per_macro(const MacroSpec& macro) {
  return ceil_divide(conversion_channels(macro), conversions_per_adc(macro));
}

Index inputs_per_array(const MacroSpec& macro) {
  return macro.array.n_wordlines / wordlines_per_input(macro.weight);
}

Index inputs_per_group(const MacroSpec& macro) {
  return macro.array.rows_active / wordlines_per_input(macro.weight);
}

Index terms_per_group(const MacroSpec& macro) {
  return inputs_per_group(macro) * terms_per_input(macro.weight);
}

Index row_groups(const MacroSpec& macro, Index rows) {
  return ceil_divide(rows, inputs_per_group(macro));
}

Index bitline_of(const MacroSpec& macro, Index column, Index s, Index side) {
  const Index slices = std::ssize(macro.weight.slice_bits);
  return (column * slices + s) * bitlines_per_slice(macro.weight) + side;
}

Index converter_of(const MacroSpec& macro, Index column, Index s) {
  const Index slice = column * std::ssize(macro.weight.slice_bits) + s;
  return slice * conversions_per_slice(macro.weight) / conversions_per_adc(macro);
}

bool has_signed_sums(const MacroSpec& macro) {
  const bool bipolar = macro.input.bits > 1 && macro.input.encoding != "bit_serial";
  return n_sides(macro.weight) == 2 || bipolar;
}

Index lossless_bits(const MacroSpec& macro) {
  const WeightRange range = weight_range(macro.weight);
  const Index stored =
      std::max((Index{1} << magnitude_bits(macro.weight)) - 1, std::max(-range.low, range.high));
  const Index rows = std::min(inputs_per_group(macro), inputs_per_array(macro));
  Index input_top = 0, largest = 0;
  for (const InputSlice& slice : input_slices(macro.input)) {
    input_top = std::max(input_top, slice.top());
  }
  for (const WeightSlice& slice : weight_slices(macro.weight)) {
    Index sum = rows * std::min(slice.top, stored >> slice.shift);
    // columns beyond half of what their cells could hold are stored flipped
    if (macro.weight.encoding == "isaac_flip") sum = std::min(sum, rows * slice.top / 2);
    largest = std::max(largest, sum * input_top);
  }
  return ceil_log2(static_cast<std::uint64_t>(largest) + 1) + (has_signed_sums(macro) ? 1 : 0);
}

Index effective_adc_bits(const MacroSpec& macro) {
  const bool is_free = macro.adc.kind == "ideal" || macro.adc.bits == AdcSpec::kAutoBits;
  // kinds whose thresholds err one by one have two bits at least
  const Index fewest = macro.adc.kind == "ideal" || macro.adc.kind == "uniform" ? 1 : 2;
  return is_free ? std::max(fewest, lossless_bits(macro)) : macro.adc.bits;
}

Index accumulator_bits(const MacroSpec& macro) {
  return macro.input.bits + macro.weight.bits +
         ceil_log2(static_cast<std::uint64_t>(std::max<Index>(macro.array.n_wordlines, 1)));
}

}  // namespace ohm
