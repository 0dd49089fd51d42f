// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/config/value_setter.h"
#include "mapping/shape/shape_model.h"

namespace ohm {

/// A key of a chip's description (or prompt, generate, batch) and the values that it takes; "a+b"
/// gives keys a and b, both of the macro or neither, the same value.
struct SweepAxis {
  std::string key;
  std::vector<FieldValue> values;
};

/// Columns of figures by name, one entry per point; the last axis varies fastest.
struct ShapeSweep {
  std::map<std::string, std::vector<double>> columns;  ///< NaN where a point cannot be built
  std::map<Index, std::string> problems;               ///< by point: why not
};

/// Every combination of the axes' values, in SI units.
///
/// What depends on the macro is found once for each of its variants, what does not once for each of
/// the others. Columns: cells, arrays, tiles, chips, area_m2, chip_area_m2, utilisation, ttft_s,
/// tpot_s, makespan_s, prefill_path_s, prefill_work_s, decode_path_s, decode_work_s, tokens_per_s,
/// energy_j, tokens_per_j, power_w, and energy_j.<component>. ArgumentError for an unknown key, an
/// axis without values, or more than 100 million points.
ShapeSweep sweep_shape(ShapeModel& model, const ChipSpec& chip, const Workload& workload,
                       const std::vector<SweepAxis>& axes);

}  // namespace ohm
