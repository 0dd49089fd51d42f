// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/structure/band_grid.h"
#include "mapping/structure/layer_runs.h"

namespace ohm {

/// Whole rows of the mesh that hold the matrices of one layer, or those before or behind all
/// layers.
struct Band {
  int layer = -1;
  Index arrays = 0, tiles = 0;
  Index first_row = 0, rows = 0;
  std::vector<Index> arrays_of_kind{}, tiles_of_kind{};  ///< by kind of macro
};

/// A network on as many tiles as it needs, layers on bands of their own.
struct BandMapping {
  Mapping mapping;
  std::vector<Band> bands;
};

/// The bands of a network, still without rows.
std::vector<Band> bands_of(const Network& network, const ChipSpec& chip);

/// Bands that are alike as runs; those of a reduced network with all layers that they stand for.
std::vector<BandRun> runs_of(const TransformerSpec& spec, const std::vector<Band>& bands,
                             const Reduction* reduction = nullptr);

/// Where the bands of a network lie on the grid.
std::vector<Band> bands_on(const Network& network, const ChipSpec& chip, const BandGrid& grid);

/// By kind of layers (see keep_layers()): after how many one like the last stands alike at all
/// borders.
std::vector<Index> periods_of(const Network& network, const ChipSpec& chip, const BandGrid& grid);

/// Maps every layer onto fresh tiles: a band of whole rows, filled along a snake of its own.
///
/// Attention's teams (see head_teams()) are spread over the layer's tiles, so that they read the
/// memories of all of its chips.
/// Layers of one kind that stand alike at the borders of chips (see BandGrid) are congruent,
/// shifted by whole rows, and so are their messages, which travel first along the row. The mesh has
/// the columns of the grid and as many rows as it takes. Only blocks of listed experts (see
/// is_listed()) are in the partition, the others leave their slots free; what follows from blocks
/// alone (verification) is left to map_network(), which lays all of them on the same slots.
BandMapping map_in_bands(const Network& network, const ChipSpec& chip, const BandGrid& grid);

/// Blocks of all matrices and their slots on a chip (see on_grid()) with the columns of the grid.
std::pair<Partition, std::vector<Slot>> store_in_bands(const Network& network, const Chip& chip,
                                                       const std::vector<Band>& bands);

/// The chip's system with so many rows of tiles of the grid; one chip grows instead where it has
/// none.
ChipSpec on_grid(ChipSpec chip, const BandGrid& grid, Index rows);

/// Chips that all hold weights, with as many tiles of a kind as a network takes.
ChipSpec alike(ChipSpec chip);

/// Rows of tiles that the whole network takes.
Index rows_of(const std::vector<Band>& bands, const Reduction& reduction, const BandGrid& grid);

/// Arrays and tiles of the whole network, from the bands of a reduced one.
Index arrays_of(const std::vector<Band>& bands, const Reduction& reduction);
Index tiles_of(const std::vector<Band>& bands, const Reduction& reduction);
/// The same by kind of macro: of Band::arrays_of_kind or tiles_of_kind.
std::vector<Index> by_kind(const std::vector<Band>& bands, const Reduction& reduction,
                           std::vector<Index> Band::*count);

}  // namespace ohm
