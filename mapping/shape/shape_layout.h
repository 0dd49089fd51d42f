// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/token_plan.h"
#include "mapping/shape/attention_spread.h"
#include "mapping/shape/macro_figures.h"
#include "mapping/shape/matrix_spread.h"
#include "mapping/shape/shape_network.h"

namespace ohm {

/// A matrix of a kind of layers on arrays: the same in all layers of the kind.
struct MatrixArrays {
  BlockGrid blocks;
  TileSteps steps;
  Index rows = 0;                                   ///< of its largest block
  const BlockFigures* largest = nullptr;            ///< nullptr: not in crossbars
  Seconds filling;                                  ///< of the buffers with its inputs
  Picoseconds load = 0, interval = 0, latency = 0;  ///< as steps: see MvmTime

  bool stored() const { return largest != nullptr; }
};

/// Where the matrices of a network come to lie along the snake, without a mesh.
struct ShapeLayout {
  std::vector<std::vector<MatrixArrays>> matrices;  ///< by kind of layers, then matrix
  std::vector<MatrixSpread> spreads;                ///< by layer, then matrix
  std::vector<TileRange> homes;  ///< by layer, then matrix: where its owner stands
  std::vector<Index> copies;     ///< by layer, then matrix
  std::vector<size_t> first;     ///< by layer: its first entry of spreads, homes and copies
  std::vector<AttentionSpread> attention;  ///< by layer that attends
  std::vector<size_t> like;  ///< by layer: the first one whose arrays fall on tiles alike
  Index arrays = 0, tiles = 0;

  const MatrixSpread* spreads_of(size_t layer) const { return spreads.data() + first[layer]; }
  const TileRange* homes_of(size_t layer) const { return homes.data() + first[layer]; }
  const Index* copies_of(size_t layer) const { return copies.data() + first[layer]; }
};

/// How arrays follow each other.
struct LayoutRules {
  bool fresh_tiles = false;  ///< every layer begins on a tile of its own, with one copy of each
};

/// What of a workload a layout depends on.
struct LayoutTerms {
  Index batch = 1;  ///< sequences that share the buffers
  InputStatistics activity = {};
  LayoutRules rules = {};
};

/// The layout of a network on chips of this description, in the order of place(): matrix by matrix,
/// copy by copy, every block in an array of its own. ConfigError where the copies' budget does not
/// hold one of each; ArgumentError for packing: edge_blocks, which no closed form describes.
ShapeLayout shape_layout(const ShapeNetwork& network, const ChipSpec& chip, MacroFigures& figures,
                         const LayoutTerms& terms);

}  // namespace ohm
