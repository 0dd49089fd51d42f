// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/chip/mesh.h"
#include "mapping/chip/place.h"
#include "mapping/network/network.h"

namespace ohm {

/// What a transfer carries, and so which way.
enum class TransferKind {
  input,           ///< multicast of integer inputs from their producer to the tiles of a matrix
  partial_sums,    ///< each tile of a matrix sends its columns to the owner
  queries,         ///< of a token from their owner to all tiles of their team, see head_teams()
  keys,            ///< and values, from there to a tile of each team, for the one whose turn it is
  partial_values,  ///< tiles of a team send what they made of their positions to one another
  mixed_values,    ///< the first tiles of the teams send attention's result to the owner
  activation,      ///< one vector between the homes of two digital operators
};

/// One movement of one token's vectors over the network on chip.
///
/// Every kind joins a hub with other tiles: `bytes[i]` travel between the hub and `tiles[i]`; only
/// partial values have a hub each. Where several neighbours in the list get the same, they get it
/// by multicast: once over each link of their tree.
struct Transfer {
  TransferKind kind = TransferKind::activation;
  Index vertex = 0;  ///< the operator that consumes (input, queries, keys, activation) or produces
  Index from = -1;   ///< the producer's vertex where it is another operator
  Index hub = 0;
  std::vector<Index> tiles;
  std::vector<std::int64_t> bytes;
  Index copy = 0;      ///< of the matrix: which one it serves
  Index copies = 1;    ///< that share the tokens: this transfer happens for one token in so many
  Index together = 1;  ///< neighbours in `tiles` that share a multicast
  std::vector<Index> ends = {};  ///< of partial values: by entry of tiles, in the hub's stead
  Index round = 0;               ///< of partial values

  bool to_hub() const {
    return kind == TransferKind::partial_sums || kind == TransferKind::partial_values ||
           kind == TransferKind::mixed_values;
  }
  /// Whether all tiles get the same, in one multicast.
  bool multicast() const { return kind == TransferKind::input; }
  /// The multicast that serves this entry of tiles.
  Index multicast_of(size_t i) const { return multicast() ? 0 : static_cast<Index>(i) / together; }
  Index hub_of(size_t i) const { return ends.empty() ? hub : ends[i]; }
};

/// The parts of a transfer that are simple: one hub each, and all tiles together or each on its
/// own.
std::vector<Transfer> simple_parts(const Transfer& transfer);

/// What the transfer carries for one token, on average over the copies that share the tokens;
/// rounded up to whole bytes.
Transfer per_token(Transfer transfer);

/// Bytes × links that the transfer takes at least, wherever its tiles stand on a mesh: a multicast
/// to n tiles takes n links; otherwise at most 4·d tiles stand d hops from the hub.
std::int64_t least_link_bytes(const Transfer& transfer);

/// What differs between matrices of a chip with several kinds of macros.
struct MatrixWidths {
  Index input_bits = 8, weight_bits = 8, replicas = 1;
};

/// Widths that decide how many bytes move.
struct Widths {
  Index input_bits = 8, weight_bits = 8, activation_bits = 16, kv_bits = 8, query_bits = 8;
  std::vector<MatrixWidths> matrices{};  ///< by matmul; empty: all alike, and stored once

  /// Bits of a sum of `rows` products of inputs with weights.
  Index partial_sum_bits(Index rows) const;
  /// The same of a matrix, whose replicas are added up before they are divided by their number.
  Index partial_sum_bits(const StaticMatmul& matmul) const;
  MatrixWidths of(Index matmul) const;
};

/// Whole bytes of `n` elements of `bits` each.
std::int64_t bytes_of(Index n, Index bits);

/// All transfers of one token, operator by operator; those of a matrix once for each of its
/// copies, of which a token takes one.
std::vector<Transfer> transfers_of(const Network& network, const Placement& placement,
                                   const Widths& widths);

}  // namespace ohm
