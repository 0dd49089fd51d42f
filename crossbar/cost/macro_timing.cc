// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/error.h"
#include "crossbar/cost/mvm_activity.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {

namespace {

Index sums_per_step(const MacroSpec& macro, Index columns) {
  return columns * std::ssize(macro.weight.slice_bits) * conversions_per_slice(macro.weight);
}

MacroTiming digital_timing(const EngineSpec& engine, Index rows, Index columns) {
  MacroTiming timing;
  timing.n_input_steps = timing.n_row_groups = 1;
  const Index cycles = (rows * columns + engine.macs - 1) / engine.macs;
  timing.step = Seconds(static_cast<double>(cycles) / engine.clock.si());
  timing.interval = timing.latency = timing.step;
  return timing;
}

}  // namespace

Index read_phases(const MacroSpec& macro) {
  return macro.array.mux == "hold" ? 1 : conversions_per_adc(macro);
}

Index conversion_bits(const MacroSpec& macro, Index slice) {
  const Index bits = effective_adc_bits(macro);
  if (!macro.adc.common_step) return bits;
  const std::vector<InputSlice> slices = driven_slices(macro.input);
  const Index lower = slices.back().shift - slices[static_cast<size_t>(slice)].shift;
  return std::max<Index>(1, bits - lower);
}

Seconds conversion_time(const AdcSpec& adc, Index bits, double largest_code) {
  const Seconds full(1.0 / conversion_rate(adc, bits).si());
  if (!adc.early_stop) return full;
  // at least one count, which decides the sign
  return std::max(largest_code, 1.0 / conversion_steps(adc.kind, bits)) * full;
}

MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns, double largest_code) {
  if (rows < 1 || rows > inputs_per_array(macro) || columns < 1 ||
      columns > weight_columns(macro)) {
    throw ArgumentError(
        fmt::format("macro '{}': a block of {} rows x {} output columns; expected 1 "
                    "to {} rows and 1 to {} columns",
                    macro.name, rows, columns, inputs_per_array(macro), weight_columns(macro)));
  }
  if (macro.engine.is_digital()) return digital_timing(macro.engine, rows, columns);
  const Index sums = sums_per_step(macro, columns);
  const Index adcs = adcs_per_macro(macro);
  const std::vector<InputSlice> slices = driven_slices(macro.input);
  MacroTiming timing;
  timing.n_input_steps = std::ssize(slices);
  timing.n_row_groups = row_groups(macro, rows);
  timing.conversions_per_adc = (sums + adcs - 1) / adcs;
  const bool is_serial = macro.read.pipeline == "none";
  Seconds all_steps, conversion, converting;
  for (Index s = 0; s < timing.n_input_steps; ++s) {
    conversion = conversion_time(macro.adc, conversion_bits(macro, s), largest_code);
    converting = static_cast<double>(timing.conversions_per_adc) * conversion;
    const Seconds reading =
        static_cast<double>(read_phases(macro)) * read_time(macro, slices[static_cast<size_t>(s)]);
    const Seconds step = is_serial ? reading + converting : std::max(reading, converting);
    timing.step = std::max(timing.step, step);
    all_steps += step;
  }
  timing.interval = static_cast<double>(timing.n_row_groups) * all_steps;
  timing.latency = timing.interval;
  if (macro.read.pipeline == "asynchronous") timing.latency += converting + conversion;
  if (macro.read.pipeline == "synchronous") timing.latency += 2.0 * timing.step;
  if (!macro.read.overlap) timing.interval = timing.latency;
  return timing;
}

double largest_code_share(const MacroSpec& macro, Index columns) {
  return largest_share(macro.workload.code_share, sums_per_step(macro, columns));
}

MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns) {
  return macro_timing(macro, rows, columns, largest_code_share(macro, columns));
}

MacroTiming macro_timing(const MacroSpec& macro) {
  return macro_timing(macro, inputs_per_array(macro), weight_columns(macro));
}

}  // namespace ohm
