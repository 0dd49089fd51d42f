// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/tile_space.h"

#include <algorithm>
#include <cmath>

#include "mapping/network/attention_shape.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

/// Keys and values of one layer on each of its tiles.
std::int64_t kept_keys(const Mapping& mapping, Index vertex, const Request& request) {
  const AttentionSite& site =
      mapping.placement.attention[static_cast<size_t>(mapping.network.op(vertex).layer)];
  const Index positions = std::min(buffered_positions(mapping, vertex, request),
                                   held_positions(mapping.network, vertex, request));
  const Index cached = attention_shape(mapping.network.spec).cached;
  return ceil_divide(positions, site.tiles_per_team()) * request.batch *
         bytes_of(site.teams.most_kv_heads() * cached, mapping.chip.spec.kv_bits);
}

}  // namespace

std::vector<std::int64_t> tile_space(const Mapping& mapping, const Request& request) {
  const auto capacity =
      static_cast<std::int64_t>(std::min(1e18, mapping.chip.spec.buffer.capacity.si()));
  std::vector<std::int64_t> space(static_cast<size_t>(mapping.chip.mesh.size()), capacity);
  if (mapping.chip.attention) return space;  // its arrays hold them
  for (const Index vertex : mapping.network.order) {
    const Operator& op = mapping.network.op(vertex);
    if (op.kind != OpKind::attention_scores) continue;
    const bool stays = request.first_stack && is_cross_attention(mapping.network, vertex);
    if (!stays && !is_planned(mapping.network, vertex, request)) continue;
    const std::int64_t keys = kept_keys(mapping, vertex, request);
    for (const Index tile : mapping.placement.attention[static_cast<size_t>(op.layer)].tiles) {
      std::int64_t& left = space[static_cast<size_t>(tile)];
      left = std::max<std::int64_t>(0, left - keys);
    }
  }
  return space;
}

}  // namespace ohm
