// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/attention_spread.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "mapping/attention/head_teams.h"
#include "mapping/chip/transfers.h"
#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

/// Layers whose attention works on each tile that two of them may share: the first and the last one
/// of each.
class Meetings {
 public:
  explicit Meetings(const std::vector<AttentionSpread>& layers) {
    for (const AttentionSpread& layer : layers) {
      tiles_.push_back(layer.first_tile);
      if (layer.last_tile != layer.first_tile) tiles_.push_back(layer.last_tile);
    }
    std::sort(tiles_.begin(), tiles_.end());
  }

  Index on(Index tile) const {
    const auto [begin, end] = std::equal_range(tiles_.begin(), tiles_.end(), tile);
    return end - begin;
  }

 private:
  std::vector<Index> tiles_;
};

}  // namespace

bool alike(const AttentionSpread& a, const AttentionSpread& b) {
  const auto fields = [](const AttentionSpread& s) {
    return std::tuple(s.teams, s.tiles_per_team, s.most_heads, s.fewest_heads, s.most_kv_heads,
                      s.kv_copies, s.buffered, s.window, s.source);
  };
  return fields(a) == fields(b);
}

AttentionSpread seen_by(const AttentionSpread& layer, bool crosses, const Request& pass) {
  AttentionSpread seen = layer;
  if (crosses) {
    seen.source = pass.source;
  } else {
    seen.buffered = std::max<Index>(0, layer.buffered - pass.source);
  }
  return seen;
}

AttentionSpreader::AttentionSpreader(const TransformerSpec& network, const ChipSpec& chip)
    : network_(network), chip_(chip) {}

const AttentionSpread& AttentionSpreader::heads_on(Index tiles) {
  for (const Heads& each : known_) {
    if (each.tiles == tiles) return each.spread;
  }
  const HeadTeams teams = head_teams(network_, chip_, tiles);
  AttentionSpread made;
  made.tiles = teams.tiles();
  made.teams = teams.teams();
  made.tiles_per_team = teams.tiles_per_team;
  made.most_heads = teams.most_heads();
  made.fewest_heads = teams.fewest_heads();
  made.most_kv_heads = teams.most_kv_heads();
  made.kv_copies = teams.kv_copies();
  known_.push_back({tiles, made});
  return known_.back().spread;
}

AttentionSpread AttentionSpreader::spread(const std::vector<TileRange>& ranges) {
  Index tiles = 0, last = -1;
  for (const TileRange& range : ranges) {
    tiles += range.size() - (range.first == last ? 1 : 0);
    last = range.last;
  }
  AttentionSpread made = heads_on(std::max<Index>(1, tiles));
  if (ranges.empty()) return made;
  made.first_tile = ranges.front().first;
  // the last team begins after its share of the tiles
  Index left = (made.teams - 1) * tiles / made.teams + made.tiles_per_team;
  last = -1;
  for (const TileRange& range : ranges) {
    const Index first = range.first == last ? range.first + 1 : range.first;
    const Index taken = std::min(left, range.last - first + 1);
    if (taken > 0) made.last_tile = first + taken - 1;
    left -= std::max<Index>(0, taken);
    last = range.last;
  }
  return made;
}

void share_buffers(const TransformerSpec& network, const ChipSpec& chip, Index batch,
                   std::vector<AttentionSpread>& layers) {
  if (chip.buffer.kv_share == 0.0) return;
  const Index cached = attention_shape(network).cached;
  const Meetings meetings(layers);
  for (AttentionSpread& layer : layers) {
    const Index most = std::max(meetings.on(layer.first_tile), meetings.on(layer.last_tile));
    const double least =
        chip.buffer.capacity.si() * chip.buffer.kv_share / static_cast<double>(most);
    const auto per_position =
        static_cast<double>(bytes_of(layer.most_kv_heads * cached, chip.kv_bits));
    const double positions = std::floor(least / static_cast<double>(batch) / per_position);
    layer.buffered = static_cast<Index>(std::min(positions, 1e15)) * layer.tiles_per_team;
  }
}

}  // namespace ohm
