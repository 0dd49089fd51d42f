// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// Square tiles of one die, or of equal dies side by side that share no silicon.
struct TileField {
  Index columns = 1, rows = 1;          ///< of all dies together
  Index die_columns = 1, die_rows = 1;  ///< of one die; divide columns and rows
  Metres pitch{1e-3};                   ///< side of a tile

  Index size() const { return columns * rows; }
  SquareMetres die_area() const {
    return static_cast<double>(die_columns * die_rows) * (pitch * pitch);
  }
  Index dies() const { return size() / (die_columns * die_rows); }
};

}  // namespace ohm
