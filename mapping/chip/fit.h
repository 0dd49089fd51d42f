// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/units.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/network/network.h"

namespace ohm {

/// What weights take in crossbars, each block in an array of its own.
struct FitPart {
  std::string name;
  Index weights = 0;
  Index cells = 0;  ///< cells that hold them
  Index arrays = 0;
  Index array_cells = 0;     ///< cells of the arrays
  double utilisation = 0.0;  ///< cells / array_cells
};

/// What a kind of macro takes.
struct FitKind {
  std::string name;  ///< "chip": the chip's own macro
  Index arrays = 0, tiles = 0;
  SquareMetres area;  ///< of its tiles in use
};

/// Whether and how a network fits, for networks of any size: what map_network() would take of one
/// copy of each matrix, see layout_of().
///
/// Only the last tile of a kind may be partly empty, in bands that of every layer. A chip whose
/// tiles do not suffice is taken several times, whether or not its system has so many.
struct Fit {
  Index crossbar_weights = 0, cells = 0;
  Index arrays = 0, tiles = 0;  ///< blocks share arrays as map.packing says
  Index tiles_per_chip = 0;
  Index chips = 0;         ///< that the network needs
  Index system_chips = 1;  ///< with weights that the system has, grown to the network where auto
  double utilisation = 0.0;
  SquareMetres area;           ///< of the tiles in use, over all chips
  SquareMetres chip_area;      ///< of one whole chip, its share of links between chips included
  double reticles = 0.0;       ///< chip_area / the largest die of one exposure
  FitPart body, head;          ///< head: the output matrix, where it lives in crossbars
  std::vector<FitPart> rows;   ///< by matrix in crossbars
  std::vector<FitKind> kinds;  ///< by kind of macro, the chip's own first
  bool holds = false;          ///< see Layout
  std::string lacking;         ///< see Layout

  bool fits() const { return holds; }
};

/// Fit of a network to (as many as needed of) a chip. Throws what layout_of() throws.
Fit fit(const Network& network, const ChipSpec& chip);

}  // namespace ohm
