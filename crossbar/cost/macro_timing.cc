// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/macro_timing.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "crossbar/geometry.h"

namespace ohm {

MacroTiming macro_timing(const MacroSpec& macro, Index rows, Index columns) {
  if (rows < 1 || rows > macro.array.n_wordlines || columns < 1 ||
      columns > weight_columns(macro)) {
    throw ArgumentError(
        fmt::format("macro '{}': a block of {} rows x {} output columns; expected 1 "
                    "to {} rows and 1 to {} columns",
                    macro.name, rows, columns, macro.array.n_wordlines, weight_columns(macro)));
  }
  const Index sums = columns * static_cast<Index>(macro.weight.slice_bits.size());
  const Index adcs = adcs_per_macro(macro);
  const Seconds period(1.0 / macro.adc.rate.si());
  MacroTiming timing;
  timing.n_input_steps = input_steps(macro.input);
  timing.n_row_groups = row_groups(macro.array, rows);
  timing.conversions_per_adc = (sums + adcs - 1) / adcs;
  const Seconds converting = static_cast<double>(timing.conversions_per_adc) * period;
  timing.step = std::max(macro.read.time, converting);
  timing.interval = static_cast<double>(timing.n_input_steps * timing.n_row_groups) * timing.step;
  timing.latency = timing.interval + converting + period;
  return timing;
}

MacroTiming macro_timing(const MacroSpec& macro) {
  return macro_timing(macro, macro.array.n_wordlines, weight_columns(macro));
}

}  // namespace ohm
