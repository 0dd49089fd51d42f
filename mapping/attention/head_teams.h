// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip_spec.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// How the heads of an attention are dealt out to tiles.
///
/// A group is the query heads that share a head of keys and values (one head each without grouped
/// queries, all of them with one latent). A team is the tiles that work on the same heads: the
/// positions of their keys and values are dealt out to them in turn.
struct HeadTeams {
  std::vector<Index> heads;  ///< of queries, by team
  Index group = 1;           ///< heads that share a head of keys and values
  Index tiles_per_team = 1;

  Index teams() const { return std::ssize(heads); }
  Index tiles() const { return teams() * tiles_per_team; }
  Index most_heads() const;
  Index fewest_heads() const;
  /// Heads of keys and values that a team keeps, and all teams together: parts of a group that
  /// several teams have hold a copy each.
  Index kv_heads(Index team) const;
  Index most_kv_heads() const;
  Index kv_copies() const;

  bool operator==(const HeadTeams&) const = default;
};

/// The teams of a layer that has so many tiles.
///
/// A team has whole groups: one, or as many as there are more groups than tiles. Only where its
/// queries and two partial results do not fit into what keys and values leave of a buffer, a
/// group is split over teams, each with a copy of its keys and values, as far as there are tiles.
/// A team has chip.map.attention_tiles tiles; auto: the fewest with which a token that sees
/// chip.map.context positions takes at most a fifth longer than with any number that there are
/// tiles for: products and softmax of the fullest tile, partial results merged in pairs, and what
/// the buffers do not keep read from the DRAM. Every tile more is woken for each token and takes a
/// copy of its queries. Arrays of an attention engine, whose time does not depend on positions,
/// take all tiles.
HeadTeams head_teams(const TransformerSpec& network, const ChipSpec& chip, Index tiles);

/// Rounds in which the tiles of a team merge partial results in pairs: ceil(log2 tiles).
Index merge_rounds(Index tiles_per_team);

/// The tiles of a team that hand over their partial results in this round: each to the tile
/// 2^round places before it, until the first one has all.
std::vector<Index> senders_of(Index tiles_per_team, Index round);

}  // namespace ohm
