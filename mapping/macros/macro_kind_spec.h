// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// A further kind of macro on a chip: cells of one bit, another device, a digital engine.
///
/// Its tiles hold macros of this kind only. Unless it names a macro of its own it is the chip's
/// macro with what it changes: `macro: {weight: {slice_bits: [...]}}`.
struct MacroKindSpec {
  static constexpr Index kAuto = 0;

  std::string name;
  MacroSpec macro;
  Index macros_per_tile = kAuto;  ///< kAuto: as many as the chip's other tiles have
  Index tiles = kAuto;            ///< of each chip, of this kind; kAuto: as many as a network takes

  void visit(Visitor& v);
};

/// Visits the kinds of a chip whose own macro is `base`; new ones begin as copies of it.
void visit_kinds(Visitor& v, const MacroSpec& base, std::vector<MacroKindSpec>& kinds);

}  // namespace ohm
