// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/column_reach.h"

#include <cmath>

#include "crossbar/product/exact_product.h"
#include "crossbar/read/drive.h"

namespace ohm {

ColumnReach column_reach(const Macro& macro, const ProgrammedTile& tile, Index group,
                         Index column) {
  const RowRange rows = group_rows(macro, tile, group);
  ColumnReach reach;
  for (Index i = rows.first; i < rows.first + rows.rows; ++i) {
    const double entry = operand_entry(tile.cells.entries, i, column);
    (entry > 0.0 ? reach.up : reach.down) += std::abs(entry);
  }
  if (macro.input_slices.front().is_bipolar) reach.up = reach.down = reach.up + reach.down;
  return reach;
}

}  // namespace ohm
