// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "crossbar/program/program.h"

namespace ohm {

/// How far the sum of a column can go in either direction, in its entries' units, when every
/// wordline is driven by at most 1; with bipolar steps equally far in both.
struct ColumnReach {
  double up = 0.0, down = 0.0;
};

/// Reach of one column over the wordlines of a row group.
ColumnReach column_reach(const Macro& macro, const ProgrammedTile& tile, Index group, Index column);

}  // namespace ohm
