// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "core/tensor.h"
#include "crossbar/device/programming.h"
#include "crossbar/encoding/encode.h"

namespace ohm {

/// Which physical chip a matrix is programmed into, and where: the key of everything drawn for it.
struct ChipDraw {
  std::uint32_t seed = 0;
  std::uint32_t chip = 0;
  std::uint32_t matrix = 0;  ///< number of the matrix on that chip
};

/// Conductances, S, of the arrays that hold one row tile of a matrix, side by side.
///
/// Column s · n_outputs + j of a side holds slice s of output j.
struct TileCells {
  std::array<Matrix<double>, 2> side;  ///< (wordlines, slices · outputs); the second one of pairs
  Matrix<double> reference;            ///< (wordlines, arrays): reference bitlines, or empty
  ProgrammingCost programming;         ///< what it took to write them

  Index n_sides() const { return side[1].rows > 0 ? 2 : 1; }
};

/// The conductance that every cell of a tile was meant to get.
TileCells target_cells(const Macro& macro, const EncodedTile& tile);

/// The level of every cell turned into a conductance, with all errors that are fixed when the tile
/// is programmed: drawn once per cell from (draw, strip), so that ages and settings can be compared
/// on one chip. Dead lines carry no current, and spare bitlines stand in for the worst ones.
TileCells realise_cells(const Macro& macro, const EncodedTile& tile, const ChipDraw& draw,
                        std::uint32_t strip);

}  // namespace ohm
