// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/part_spec.h"
#include "mapping/system/system_spec.h"
#include "mapping/yield/yield_spec.h"

namespace ohm {

/// Chips of a system that hold no weights: an I/O die, a digital die beside or on those with RRAM.
///
/// A die is as large a rectangle of tiles as the other chips; a tile has the buffer, the digital
/// unit and the router, and no macros.
struct DieSpec {
  std::string name;
  std::vector<Index> at;        ///< chips of the system, numbered row by row
  bool attention = false;       ///< attention of all layers is computed on these dies
  std::vector<EdgeSpec> links;  ///< at most one: what joins them to neighbours; none: the level's
  std::vector<PartSpec> parts;  ///< once per die: PHYs, controllers
  WattsPerSquareMetre leakage{
      0.0};         ///< static power density of buffers' neighbours: logic, routers
  YieldSpec yield;  ///< how many of these dies are good; none: as the others

  void visit(Visitor& v);
};

/// Entry of `dies` that stands at position `chip`, or -1.
Index die_at(const std::vector<DieSpec>& dies, Index chip);

}  // namespace ohm
