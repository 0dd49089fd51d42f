// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/engine_share.h"

#include <algorithm>
#include <bit>

#include "core/error.h"
#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

Index ceiling(Index n, Index by) {
  return (n - 1) / by + 1;
}

const AttentionSite& site_of(const Mapping& mapping, int layer) {
  return mapping.placement.attention[static_cast<size_t>(layer)];
}

/// Layers that meet on the tile of this site where most do.
Index layers_together(const Mapping& mapping, const AttentionSite& site) {
  Index most = 1;
  for (const Index tile : site.tiles) {
    Index here = 0;
    for (const AttentionSite& other : mapping.placement.attention) {
      here += std::count(other.tiles.begin(), other.tiles.end(), tile);
    }
    most = std::max(most, here);
  }
  return most;
}

}  // namespace

Index EngineShare::arrays_for(Index positions) const {
  if (positions == 0) return 0;
  const Index keys = key_blocks() * ceiling(positions, array.columns);
  return kv_heads * (keys + value_blocks() * ceiling(positions, array.rows));
}

Index EngineShare::capacity() const {
  Index fits = 0, beyond = arrays * std::max(array.rows, array.columns) + 1;
  while (beyond - fits > 1) {
    const Index middle = fits + (beyond - fits) / 2;
    (arrays_for(middle) <= arrays ? fits : beyond) = middle;
  }
  return fits;
}

EngineShare engine_share(const Mapping& mapping, int layer) {
  if (!mapping.chip.attention) {
    throw ArgumentError("engine_share: attention of this chip is digital; expected an engine");
  }
  const AttentionSite& site = site_of(mapping, layer);
  const AttentionShape shape = attention_shape(mapping.network.spec);
  EngineShare share;
  share.array = mapping.chip.attention->array();
  share.arrays = mapping.chip.spec.attention.arrays / layers_together(mapping, site);
  share.heads = site.teams.most_heads();
  share.kv_heads = site.teams.most_kv_heads();
  share.key = shape.key;
  share.value = shape.value;
  return share;
}

Index engine_positions(const Mapping& mapping, int layer) {
  return engine_share(mapping, layer).capacity() * site_of(mapping, layer).tiles_per_team();
}

Seconds engine_product_time(const Mapping& mapping, int layer, AttentionProduct product) {
  const EngineShare share = engine_share(mapping, layer);
  const bool keys = product == AttentionProduct::scores;
  const Index rows = keys ? std::min(share.key, share.array.rows) : share.array.rows;
  const Index columns = keys ? share.array.columns : std::min(share.value, share.array.columns);
  const ProductTime time = mapping.chip.attention->product_time(rows, columns);
  const Index turns = ceiling(share.heads, share.kv_heads);
  const Index parts =
      keys ? share.key_blocks() : ceiling(std::max<Index>(1, share.capacity()), share.array.rows);
  const auto levels = static_cast<double>(std::bit_width(static_cast<std::uint64_t>(parts - 1)));
  const Seconds cycle(1.0 / mapping.chip.spec.digital.clock.si());
  return time.latency + static_cast<double>(turns - 1) * time.interval + levels * cycle;
}

Seconds engine_write_time(const Mapping& mapping, int layer) {
  const EngineShare share = engine_share(mapping, layer);
  const Index elements = share.key + share.value;
  return mapping.chip.attention->write_time({share.kv_heads * elements,
                                             site_of(mapping, layer).teams.kv_copies() * elements,
                                             std::min(share.key, share.array.rows)});
}

}  // namespace ohm
