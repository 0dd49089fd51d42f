// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/index.h"
#include "mapping/network/network.h"

namespace ohm {

/// Weights that one macro holds: inputs × outputs.
struct BlockShape {
  Index rows = 0, columns = 0;
};

/// The part of a matrix that lives in one macro.
struct Block {
  Index matmul = 0;  ///< position in Network::matmuls
  Index row_tile = 0, column_tile = 0;
  Index first_row = 0, rows = 0;
  Index first_column = 0, columns = 0;
  Index replica = 0;  ///< of a matrix that is stored several times and averaged

  bool operator==(const Block&) const = default;
};

/// How many macros a matrix takes in each direction.
struct TileGrid {
  Index row_tiles = 0, column_tiles = 0;

  Index size() const { return row_tiles * column_tiles; }
};

/// ceil(rows / shape.rows) × ceil(columns / shape.columns); ArgumentError unless all are positive.
TileGrid tile_grid(Index rows, Index columns, const BlockShape& shape);

/// The blocks of one matrix, the row tiles of a column tile next to each other.
///
/// Split "max" fills macros row by row and leaves the rest to the last one; "equal" makes row tiles
/// that differ by at most one row. Columns always fill macros. ArgumentError for another split.
std::vector<Block> partition_matmul(const StaticMatmul& matmul, const BlockShape& shape,
                                    const std::string& split);

/// Whether this matrix lives in crossbars: all do, except a decoder's output matrix with head:
/// digital.
bool in_crossbars(const StaticMatmul& matmul, const std::string& head);

/// The blocks of a network, matrix by matrix.
struct Partition {
  BlockShape shape;
  std::vector<Block> blocks;
  std::vector<Index> first;  ///< by matmul: its first block; one more entry closes the last

  Index size(Index matmul) const {
    const auto m = static_cast<size_t>(matmul);
    return first[m + 1] - first[m];
  }
};

/// How a matrix is cut into blocks.
struct Cut {
  BlockShape shape;
  Index replicas = 1;  ///< 0: not in crossbars
};

/// Adds the blocks of all replicas of one matrix.
void add_blocks(const StaticMatmul& matmul, const Cut& cut, const std::string& split,
                Partition& partition);

/// Partition of a network whose matrices differ: the blocks of all replicas of a matrix, one
/// replica after the other. ArgumentError beyond 50 million blocks.
Partition partition_network(const Network& network, const std::string& split,
                            const std::function<Cut(const StaticMatmul&)>& cut);

/// Whether a matrix lives in crossbars.
using StoredIf = std::function<bool(const StaticMatmul&)>;

/// Partition of all matrices of the network that live in crossbars, cut alike.
Partition partition_network(const Network& network, const BlockShape& shape,
                            const std::string& split, const StoredIf& stored);

/// The same where `head` says what lives in crossbars.
Partition partition_network(const Network& network, const BlockShape& shape,
                            const std::string& split, const std::string& head);

}  // namespace ohm
