// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/units.h"
#include "crossbar/technology.h"

namespace ohm {

/// A line of a published component table that no model computes: bus, pooling, controller, link.
///
/// A part belongs to a block (macro, core, tile, chip) and stands in it `count` times; a part that
/// several blocks share counts as a fraction in each.
struct PartSpec {
  std::string name, source;
  double count = 1.0;
  Watts power{0.0};              ///< of one instance, while its block works
  Joules energy{0.0};            ///< of one instance per action
  std::string per = "mvm";       ///< action: mvm | step | conversion | row_drive; macros only
  SquareMetres area{0.0};        ///< of one instance
  std::string scaling = "none";  ///< none: as published; logic: from node and vdd to the block's
  Metres node{32e-9};            ///< of the source, for scaling
  Volts vdd{0.9};                ///< of the source, for scaling

  void visit(Visitor& v);
};

/// The part at another node and supply: scaled as static logic, or as published where it says so.
PartSpec scaled_part(const PartSpec& part, const Technology& target);

}  // namespace ohm
