// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "mapping/chip/partition.h"

namespace ohm {

/// A matrix as arrays see it: its blocks, row tiles of a column tile next to each other.
struct BlockGrid {
  TileGrid grid;
  Index width = 0, last_width = 0;  ///< outputs of a column tile; of the last one
  Index sum_bits = 0;               ///< of a partial sum

  Index outputs() const { return (grid.column_tiles - 1) * width + last_width; }
};

/// Which tiles of a row of tiles begin with a new column tile: solves first + k · macros ≡ 0 modulo
/// the row tiles.
class TileSteps {
 public:
  TileSteps() = default;
  TileSteps(Index row_tiles, Index macros);

  Index macros() const { return macros_; }
  /// How many of first, first + macros, …, `n` of them, are whole column tiles.
  Index whole(Index first, Index n) const;

 private:
  Index rows_ = 1, macros_ = 1;
  Index divisor_ = 1, period_ = 1, inverse_ = 0;
};

/// What the tiles of one copy of a matrix hold, without saying where they stand.
struct MatrixSpread {
  Index first_tile = 0, last_tile = 0;  ///< counted along the snake
  Index columns = 0;                    ///< Σ over tiles of their distinct output columns
  Index most_columns = 0;               ///< of one tile
  Index most_additions = 0;      ///< partial sums of one tile beyond the first of each column
  std::int64_t sum_bytes = 0;    ///< Σ over tiles of the bytes of their columns
  std::int64_t most_bytes = 0;   ///< of one tile
  std::int64_t least_bytes = 0;  ///< of every tile but the first and the last one

  Index tiles() const { return last_tile - first_tile + 1; }
};

/// The spread of a copy whose blocks take arrays from number `array` on: exactly that of place(),
/// in as many steps however many tiles there are. `steps`: of the grid's row tiles.
MatrixSpread spread_of(const BlockGrid& blocks, Index array, const TileSteps& steps);

/// What every one of several copies has at least, which fill arrays one after the other from
/// `array` on: theirs where they all are in one tile.
MatrixSpread least_spread(const BlockGrid& blocks, Index copies, Index array,
                          const TileSteps& steps);

}  // namespace ohm
