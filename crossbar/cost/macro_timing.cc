// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_timing.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {

Index read_phases(const MacroSpec& macro) {
  return macro.array.mux == "hold" ? 1 : conversions_per_adc(macro);
}

MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns) {
  if (rows < 1 || rows > inputs_per_array(macro) || columns < 1 ||
      columns > weight_columns(macro)) {
    throw ArgumentError(
        fmt::format("macro '{}': a block of {} rows x {} output columns; expected 1 "
                    "to {} rows and 1 to {} columns",
                    macro.name, rows, columns, inputs_per_array(macro), weight_columns(macro)));
  }
  const Index sums = columns * static_cast<Index>(macro.weight.slice_bits.size());
  const Index adcs = adcs_per_macro(macro);
  const Seconds period(1.0 / macro.adc.rate.si());
  MacroTiming timing;
  timing.n_input_steps = input_steps(macro.input);
  timing.n_row_groups = row_groups(macro, rows);
  timing.conversions_per_adc = (sums + adcs - 1) / adcs;
  const Seconds converting = static_cast<double>(timing.conversions_per_adc) * period;
  const auto phases = static_cast<double>(read_phases(macro));
  timing.step = std::max(phases * step_time(macro), converting);
  timing.interval = static_cast<double>(timing.n_input_steps * timing.n_row_groups) * timing.step;
  timing.latency = timing.interval + converting + period;
  return timing;
}

MacroTiming macro_timing(const MacroSpec& macro) {
  return macro_timing(macro, inputs_per_array(macro), weight_columns(macro));
}

}  // namespace ohm
