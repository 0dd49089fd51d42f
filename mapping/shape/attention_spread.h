// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/chip/chip_spec.h"
#include "mapping/network/transformer_spec.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// Tiles first … last, counted along the snake.
struct TileRange {
  Index first = 0, last = -1;

  Index size() const { return last - first + 1; }
};

/// The attention of a layer without its tiles: the figures of its AttentionSite.
struct AttentionSpread {
  Index tiles = 1;  ///< in use
  Index teams = 1, tiles_per_team = 1;
  Index most_heads = 1, fewest_heads = 1;  ///< of queries, of a team
  Index most_kv_heads = 1, kv_copies = 1;  ///< of keys and values, of a team and of all
  Index first_tile = 0, last_tile = 0;
  Index buffered = 0;  ///< positions that the buffers keep, see buffered_positions()
  Index window = 0;    ///< positions that a token sees at most; 0: all before it
  Index source = 0;    ///< of cross-attention: positions of every token; 0: its own stack's
};

/// Whether all figures but the numbers of the tiles are the same.
bool alike(const AttentionSpread& a, const AttentionSpread& b);

/// As one of the attentions of a layer sees it in a pass: a second stack's own keys have what the
/// source's leave of the buffers, its cross-attention has the source's and makes none.
AttentionSpread seen_by(const AttentionSpread& layer, bool crosses, const Request& pass);

/// Spreads heads over the tiles that hold a layer's matrices, as place() does.
class AttentionSpreader {
 public:
  AttentionSpreader(const TransformerSpec& network, const ChipSpec& chip);

  /// Over the tiles of these ranges, which follow each other and may share a tile.
  AttentionSpread spread(const std::vector<TileRange>& ranges);

 private:
  struct Heads {
    Index tiles;  ///< that hold matrices
    AttentionSpread spread;
  };

  const AttentionSpread& heads_on(Index tiles);

  const TransformerSpec& network_;
  const ChipSpec& chip_;
  std::vector<Heads> known_;
};

/// Fills in what the buffers keep: layers that meet on a tile share its buffer equally.
void share_buffers(const TransformerSpec& network, const ChipSpec& chip, Index batch,
                   std::vector<AttentionSpread>& layers);

}  // namespace ohm
