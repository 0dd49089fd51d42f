// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"

namespace ohm {

/// Where the matrices go whose names match a pattern, into which macros, and how often.
struct MatrixRule {
  std::string match;  ///< of a matrix's name; * stands for any characters: h.*.ffn.*
  std::string on;     ///< crossbar | digital (in DRAM, beside the chip)
  /// chip: the chip's own macro, also where none is given (""); else the name of a further kind.
  std::string macro;
  /// Times that the matrix is programmed, each into arrays of its own; results are averaged. Once
  /// where no number is given (0).
  Index redundancy = 0;

  void visit(Visitor& v);
};

/// How a network is mapped onto a chip. The defaults store every matrix once, each block in an
/// array of its own, along the snake of one chip or, on several, layer by layer.
struct MapSpec {
  static constexpr Index kAuto = 0, kCheapest = -1;

  std::string split = "chip";    ///< chip (as its row_split says) | max | equal | accuracy
  std::string packing = "none";  ///< none | edge_blocks: blocks that fill no array share one
  /// what copies are for: none | throughput (of tokens) | latency (of an input of many tokens; one
  /// token alone passes one copy of each matrix)
  std::string duplication = "none";
  double budget = 1.0;  ///< of copies: up to 1 a share of the chip's tiles, above tiles
  /// snake | bands: layers on whole rows of tiles | anneal | auto: bands where several chips are
  /// joined, see layout_of()
  std::string placement = "auto";
  /// Chips side by side over which each layer is spread, each with a part of every matrix: 1 is a
  /// pipeline of chips. kAuto: see band_grid(); kCheapest: see choose_parallelism().
  Index tensor_parallel = kAuto;
  Index moves = 0;  ///< of the annealing; 0: 1000 for each tile in use
  Index seed = 0;   ///< of the annealing
  /// that the positions of a head are dealt out to; 0: few that are quick, see head_teams()
  Index attention_tiles = 0;
  Index context = 2048;              ///< positions that tiles are dealt out for
  std::vector<MatrixRule> matrices;  ///< the last rule that matches a name counts

  void visit(Visitor& v);
};

/// Whether `name` is `pattern`, in which * stands for any characters, also for none.
bool matches(const std::string& pattern, const std::string& name);

}  // namespace ohm
