// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {

/// How layers of one kind follow each other down the mesh: so many without a gap in whole rows of
/// chips, then the next ones.
struct Pitch {
  Index rows = 0;     ///< of tiles, of one layer
  Index abreast = 1;  ///< layers that share rows of chips
  Index step = 0;     ///< rows of tiles from the first of them to the first of the next ones
  Index period = 1;   ///< layers so far apart stand alike at all borders between chips

  /// The first row of layer `number`, from that of layer 0.
  Index row_of(Index number) const { return number / abreast * step + number % abreast * rows; }
};

/// Bands that are alike: layers of one kind, or what stands once, before or behind all layers.
struct BandRun {
  Index tiles = 0;  ///< of one
  Index layers = 1;
  bool once = false;
};

/// A mesh of so many columns on which bands are laid, and where its borders are.
///
/// Layers share rows of chips so that they take the fewest, cut by the borders in at most `ways`
/// ways, in turn; where groups of chips (packages) would make that more ways, layers take whole
/// groups.
struct BandGrid {
  Index columns = 1;     ///< of tiles
  Index chip_rows = 1;   ///< of tiles; 1: no borders
  Index group_rows = 1;  ///< of chips, after which borders of every level repeat
  Index ways = 1;

  Pitch pitch_of(Index tiles) const;
  /// Where a run begins behind `row`: layers on the next row of chips; what stands once right there
  /// if that saves a row of chips.
  Index start_of(Index row, const BandRun& run) const;
  /// Rows of tiles that these runs take, one behind the other.
  Index rows_of(const std::vector<BandRun>& runs) const;
};

/// Chips of the system, as wide as the grid, in so many rows of tiles; where the rows of its last
/// level are given and its columns are not, all of them.
Index chips_on(const ChipSpec& chip, const BandGrid& grid, Index rows);

/// Whether the chip's system, as wide as the grid, has or may get so many rows of tiles.
bool has_rows(const ChipSpec& chip, const BandGrid& grid, Index rows);

/// Rows of chips in the largest unit that the last level joins.
Index rows_of_group(const SystemSpec& system);

/// The grid for these runs on the chip's system; its own columns and no borders without one.
///
/// Systems whose columns are given are as wide as they are. All runs take nearly the fewest chips:
/// at most an eighth more than their tiles fill where any grid does so, else a fiftieth more than
/// the best one. Of these the grid is taken whose layers are squarest and stand in few ways (up to
/// 6), each more of which weighs as much as half the layer's columns and rows, since all ways are
/// simulated. Few or small layers, all of which are simulated anyway, may stand in as many ways as
/// they are.
BandGrid band_grid(const ChipSpec& chip, const std::vector<BandRun>& runs);

}  // namespace ohm
