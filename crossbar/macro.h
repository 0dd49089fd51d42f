// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "crossbar/adc/adc.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// A macro compiled from its Spec: immutable, valid, ready to be programmed.
struct Macro {
  MacroSpec spec;                          ///< adc.bits resolved
  std::vector<WeightSlice> weight_slices;  ///< least significant first
  std::vector<InputSlice> input_slices;    ///< least significant first
  std::shared_ptr<const Adc> adc;
  bool signed_sums = true;  ///< whether column sums can be negative

  /// Conductance between neighbouring levels of slice s.
  Siemens level_spacing(Index s) const;
  /// Largest value that a step drives.
  Index max_input() const;
};

/// Compiles a Spec; ConfigError or ArgumentError where it is inconsistent.
Macro compile_macro(const MacroSpec& spec);

}  // namespace ohm
