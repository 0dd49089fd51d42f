// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {

/// How layers of one kind follow each other down the mesh.
struct Pitch {
  Index rows = 0;     ///< of tiles, of one layer
  Index abreast = 1;  ///< layers in the rows of one chip
  Index step = 0;     ///< rows of tiles from one chip's first layer to the next one's
  Index period = 1;   ///< layers so far apart stand alike at all borders between chips

  /// The first row of layer `number`, from that of layer 0.
  Index row_of(Index number) const { return number / abreast * step + number % abreast * rows; }
};

/// A mesh of so many columns on which bands are laid, and where its borders are.
///
/// A layer that takes more than half the rows of a chip begins on a chip of its own and takes whole
/// rows of chips; smaller ones share a chip, as many as it holds whole. So layers are cut by the
/// borders of chips in few ways, in turn; where groups of chips (packages) would make that many
/// ways, layers take whole groups.
struct BandGrid {
  Index columns = 1;     ///< of tiles
  Index chip_rows = 1;   ///< of tiles; 1: no borders
  Index group_rows = 1;  ///< of chips, after which borders of every level repeat

  Pitch pitch_of(Index tiles) const;
  /// The first row from `row` on where a kind of layers may begin.
  Index next_start(Index row) const;
};

/// The grid for layers of at most `tiles` tiles on the chip's system.
///
/// Without a system, columns make the band of a layer about a square, in whole widths of a chip.
/// Systems whose columns are given are as wide as they are; else layers take nearly the fewest
/// chips (a tenth more, as systems do), as square as that allows.
BandGrid band_grid(const ChipSpec& chip, Index tiles);

}  // namespace ohm
