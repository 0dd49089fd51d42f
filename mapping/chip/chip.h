// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/units.h"
#include "crossbar/cost/macro_timing.h"
#include "mapping/attention/attention_engine.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/chip/mesh.h"
#include "mapping/chip/partition.h"
#include "mapping/chip/tile_power.h"
#include "mapping/chip/transfers.h"
#include "mapping/macros/tile_kind.h"
#include "mapping/system/edge_kinds.h"

namespace ohm {

/// A chip, or several that work as one, compiled from its Spec: immutable and valid.
struct Chip {
  ChipSpec spec;     ///< with the sizes of all levels of its system
  Mesh mesh;         ///< the tiles of all chips
  BlockShape shape;  ///< weights that a macro holds
  Index cells_per_weight = 1;
  Index cells_per_macro = 1;
  Widths widths;
  SquareMetres macro_area;
  SquareMetres tile_area;    ///< macros, parts, buffer, digital unit, attention, router
  SquareMetres shared_area;  ///< parts that the chip has once
  Metres link_length;        ///< side of a square tile, of the largest kind
  TilePower power;           ///< static, of one tile
  std::shared_ptr<const AttentionEngine> attention;  ///< none: digital
  /// By kind of macro; the first is the chip's own, whose figures stand above too.
  std::vector<TileKind> kinds;
  std::vector<Index> dies;      ///< by chip: its entry of spec.dies, or -1; empty: all are equal
  std::vector<EdgeKind> edges;  ///< between chips, by kind as Mesh::edge_kind() has it

  const TileKind& kind(Index k) const { return kinds[static_cast<size_t>(k)]; }
  /// Of one chip that holds weights, on average where its tiles differ; ends of links between chips
  /// are dealt out evenly.
  SquareMetres area() const;
  /// Ends of all links, per chip.
  SquareMetres link_ends() const;
  Index n_edge_kinds() const { return std::ssize(edges); }
  /// Of the links that a link between chips is one of, side by side.
  const EdgeKind& edge(Index link) const {
    return edges[static_cast<size_t>(mesh.edge_kind(link))];
  }
  /// Both ends of all links over edges of a kind.
  SquareMetres link_area(Index kind) const;
  /// Links over edges of a kind, those side by side counted singly.
  Index n_links(Index kind) const;
  /// DRAMs of all chips together.
  Index n_drams() const;
  /// By level: energy of a byte over a link between chips, in hops on chip, as Interconnect takes
  /// it; links that dies name count as their level's.
  std::vector<Index> crossing_costs() const;
  /// Tiles that are not off all the time when `used` of them hold weights.
  Index powered_tiles(Index used) const;
};

/// Rows of an array whose largest possible sum its ADC still tells apart, at least 1; all inputs of
/// the array where row groups or the ADC rule clipping out.
Index rows_without_clipping(const MacroSpec& macro);

/// Weights that a block may have: those of an array, or with split accuracy fewer rows.
BlockShape block_shape(const ChipSpec& spec, Index kind = 0);

/// "max" or "equal": how partition_matmul() splits the rows on this chip.
std::string row_split_of(const ChipSpec& spec);

/// Whether this matrix lives in crossbars: `head`, and then the rules of map.matrices, say so.
bool in_crossbars(const StaticMatmul& matmul, const ChipSpec& spec);

/// Of all parts in a list.
SquareMetres total_area(const std::vector<PartSpec>& parts, const Technology& at);

/// Compiles a Spec; ConfigError where no weight fits into a macro, or where links between chips are
/// wider than the die's edge. A system that grows with the network is sized for `chips`.
Chip compile_chip(const ChipSpec& spec, Index chips = 1);

}  // namespace ohm
