// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_transfers.h"

#include <utility>

#include "mapping/network/attention_shape.h"

namespace ohm {
namespace {

const AttentionSite& site_of(const Network& network, const Placement& placement, Index vertex) {
  return placement.attention[static_cast<size_t>(network.op(vertex).layer)];
}

}  // namespace

ScoreOperand score_operand(const Network& network, Index vertex, Index from,
                           const std::pair<Index, Index>& heads) {
  const auto [n, kv] = heads;
  const AttentionShape shape = attention_shape(network.spec);
  if (network.spec.is_latent()) {
    const Index rope = network.spec.rope_head_dim;
    // queries folded, and the latent
    if (network.op(from).matmul >= 0) return {n * shape.value, kv * shape.value};
    if (network.op(from).out_features == rope) return {0, kv * rope};
    return {n * rope, 0};
  }
  if (!is_cross_attention(network, vertex)) return {n * shape.key, kv * shape.cached};
  if (reads_source(network, from)) return {0, kv * shape.cached};
  return {n * shape.key, 0};
}

void add_operands(const Network& network, const Placement& placement, const Widths& widths,
                  std::pair<Index, Index> edge, std::vector<Transfer>& transfers) {
  const auto [from, vertex] = edge;
  const AttentionSite& site = site_of(network, placement, vertex);
  const Index hub = placement.home[static_cast<size_t>(from)], each = site.tiles_per_team();
  Transfer queries{TransferKind::queries, vertex, from, hub, site.tiles, {}, 0, 1};
  Transfer keys{TransferKind::keys, vertex, from, hub, {}, {}, 0, 1};
  queries.together = each;
  Index elements = 0, cached = 0;
  for (Index team = 0; team < site.teams.teams(); ++team) {
    const Index heads = site.teams.heads[static_cast<size_t>(team)];
    const ScoreOperand operand =
        score_operand(network, vertex, from, {heads, site.teams.kv_heads(team)});
    queries.bytes.insert(queries.bytes.end(), static_cast<size_t>(each),
                         bytes_of(operand.queries, widths.query_bits));
    // tiles take turns with positions: the one in the middle stands for all
    keys.tiles.push_back(site.tiles[static_cast<size_t>(site.leader(team) + each / 2)]);
    keys.bytes.push_back(bytes_of(operand.cached, widths.kv_bits));
    elements += operand.queries;
    cached += operand.cached;
  }
  if (elements > 0) transfers.push_back(std::move(queries));
  if (cached > 0) transfers.push_back(std::move(keys));
}

void add_mixed_values(const Network& network, const Placement& placement, const Widths& widths,
                      Index vertex, std::vector<Transfer>& transfers) {
  const AttentionSite& site = site_of(network, placement, vertex);
  const Index value = attention_shape(network.spec).value, each = site.tiles_per_team();
  const Index home = placement.home[static_cast<size_t>(vertex)];
  const auto tile = [&](Index team, Index i) {
    return site.tiles[static_cast<size_t>(site.leader(team) + i)];
  };
  for (Index round = 0; round < merge_rounds(each); ++round) {
    Transfer parts{TransferKind::partial_values, vertex, -1, home, {}, {}, 0, 1};
    parts.round = round;
    for (Index team = 0; team < site.teams.teams(); ++team) {
      // beside the values, the maximum and the sum of the exponentials of each head
      const Index n = site.teams.heads[static_cast<size_t>(team)] * (value + 2);
      for (const Index sender : senders_of(each, round)) {
        parts.tiles.push_back(tile(team, sender));
        parts.ends.push_back(tile(team, sender - (Index{1} << round)));
        parts.bytes.push_back(bytes_of(n, widths.activation_bits));
      }
    }
    transfers.push_back(std::move(parts));
  }
  Transfer mixed{TransferKind::mixed_values, vertex, -1, home, {}, {}, 0, 1};
  for (Index team = 0; team < site.teams.teams(); ++team) {
    mixed.tiles.push_back(tile(team, 0));
    mixed.bytes.push_back(
        bytes_of(site.teams.heads[static_cast<size_t>(team)] * value, widths.activation_bits));
  }
  transfers.push_back(std::move(mixed));
}

}  // namespace ohm
