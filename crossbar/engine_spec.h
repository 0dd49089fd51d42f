// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/periphery_spec.h"

namespace ohm {

/// What computes the products of a macro: its cells, or multipliers beside a memory of weights.
struct EngineSpec {
  std::string kind = "crossbar";     ///< crossbar | digital
  Index macs = 0;                    ///< digital: multiply-accumulates per cycle
  Hertz clock{1e9};                  ///< digital
  std::vector<PublishedFigure> mac;  ///< digital: one multiply-accumulate, one multiplier and adder

  bool is_digital() const { return kind == "digital"; }
  void visit(Visitor& v);
};

}  // namespace ohm
