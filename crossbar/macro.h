// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "crossbar/adc/adc.h"
#include "crossbar/input_encoding.h"
#include "crossbar/macro_spec.h"
#include "crossbar/weight_encoding.h"

namespace ohm {

/// A macro compiled from its Spec: immutable, valid, ready to be programmed.
struct Macro {
  MacroSpec spec;                          ///< adc.bits resolved
  std::vector<WeightSlice> weight_slices;  ///< least significant first
  std::vector<InputSlice> input_slices;    ///< least significant first
  std::shared_ptr<const Adc> adc;
  bool signed_sums = true;  ///< whether column sums can be negative

  /// Codes per level of slice s on the 16-bit grid that conductances are rounded to.
  Index codes_per_level(Index s) const;
  /// Conductance of one code of slice s.
  Siemens code_conductance(Index s) const;
  Index max_input() const;
};

/// Compiles a Spec; ConfigError or ArgumentError where it is inconsistent.
Macro compile_macro(const MacroSpec& spec);

}  // namespace ohm
