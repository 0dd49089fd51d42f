// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/transfers.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mapping/network/attention_shape.h"
#include "mapping/network/experts.h"

namespace ohm {
namespace {

Transfer between(Index vertex, Index from, Index source, Index target, std::int64_t bytes) {
  return {TransferKind::activation, vertex, from, source, {target}, {bytes}, 0, 1};
}

void add_inputs_of(const Network& network, const Placement& placement, const Widths& widths,
                   std::pair<Index, Index> edge, std::vector<Transfer>& transfers) {
  const auto [from, vertex] = edge;
  const Operator& op = network.op(vertex);
  const Index hub = from < 0 ? 0 : placement.home[static_cast<size_t>(from)];
  const Index copies = placement.copies(op.matmul);
  for (Index copy = 0; copy < copies; ++copy) {
    const MatmulSite& site = placement.site(op.matmul, copy);
    Transfer input{TransferKind::input, vertex, from, hub, site.tiles, {}, copy, copies};
    input.bytes.assign(site.tiles.size(),
                       bytes_of(op.in_features, widths.of(op.matmul).input_bits));
    transfers.push_back(std::move(input));
  }
}

void add_partial_sums(const Network& network, const Placement& placement, const Widths& widths,
                      Index vertex, std::vector<Transfer>& transfers) {
  const Operator& op = network.op(vertex);
  const Index copies = placement.copies(op.matmul);
  for (Index copy = 0; copy < copies; ++copy) {
    const MatmulSite& site = placement.site(op.matmul, copy);
    Transfer sums{TransferKind::partial_sums, vertex, -1, site.owner, site.tiles, {}, copy, copies};
    const StaticMatmul& matmul = network.matmuls[static_cast<size_t>(op.matmul)];
    for (const Index columns : site.columns) {
      sums.bytes.push_back(bytes_of(columns, widths.partial_sum_bits(matmul)));
    }
    transfers.push_back(std::move(sums));
  }
}

/// Heads that tile i of the site works on: the last group may have fewer.
Index heads_on(const AttentionSite& site, Index heads, size_t i) {
  const Index group = static_cast<Index>(i) / site.tiles_per_head;
  return std::min(site.heads_per_tile, heads - group * site.heads_per_tile);
}

/// What an operand of the scores carries for `n` heads and `kv` heads of keys and values.
Index operand_elements(const Network& network, Index vertex, Index from, Index n, Index kv) {
  const AttentionShape shape = attention_shape(network.spec);
  if (network.spec.is_latent()) {
    const Index rope = network.spec.rope_head_dim, out = network.op(from).out_features;
    if (network.op(from).matmul >= 0) return (n + 1) * shape.value;  // queries folded, the latent
    return out == rope ? rope : n * rope;
  }
  if (!is_cross_attention(network, vertex)) return n * shape.key + kv * shape.cached;
  return reads_source(network, from) ? kv * shape.cached : n * shape.key;
}

Transfer heads_of(const Network& network, const Placement& placement, const Widths& widths,
                  Index vertex, Index from) {
  const auto layer = static_cast<size_t>(network.op(vertex).layer);
  const AttentionSite& site = placement.attention[layer];
  Transfer heads{TransferKind::heads, vertex, from, placement.home[static_cast<size_t>(from)],
                 site.tiles,          {},     0,    1};
  for (size_t i = 0; i < site.tiles.size(); ++i) {
    const Index group = static_cast<Index>(i) / site.tiles_per_head;
    const Index n = heads_on(site, network.spec.n_heads, i);
    const Index kv = kv_heads_behind(network.spec, group * site.heads_per_tile, n);
    heads.bytes.push_back(bytes_of(operand_elements(network, vertex, from, n, kv), widths.kv_bits));
  }
  return heads;
}

Transfer mixed_values_of(const Network& network, const Placement& placement, const Widths& widths,
                         Index vertex) {
  const auto layer = static_cast<size_t>(network.op(vertex).layer);
  const AttentionSite& site = placement.attention[layer];
  Transfer mixed{TransferKind::mixed_values,
                 vertex,
                 -1,
                 placement.home[static_cast<size_t>(vertex)],
                 site.tiles,
                 {},
                 0,
                 1};
  // where several tiles share a head, each also sends the maximum and the sum of its exponentials
  const Index extra = site.tiles_per_head > 1 ? 2 : 0;
  for (size_t i = 0; i < site.tiles.size(); ++i) {
    const Index n =
        heads_on(site, network.spec.n_heads, i) * (attention_shape(network.spec).value + extra);
    mixed.bytes.push_back(bytes_of(n, widths.activation_bits));
  }
  return mixed;
}

void add_inputs(const Network& network, const Placement& placement, const Widths& widths,
                Index vertex, std::vector<Transfer>& transfers) {
  const Operator& op = network.op(vertex);
  const bool in_crossbars =
      op.matmul >= 0 && !placement.sites[static_cast<size_t>(op.matmul)].tiles.empty();
  const auto v = static_cast<size_t>(vertex);
  const auto [begin, end] = boost::in_edges(v, network.graph);
  if (begin == end && in_crossbars) {
    add_inputs_of(network, placement, widths, {-1, vertex}, transfers);
  }
  for (auto edge = begin; edge != end; ++edge) {
    const auto from = boost::source(*edge, network.graph);
    if (!is_listed(network, static_cast<Index>(from))) continue;
    if (in_crossbars) {
      add_inputs_of(network, placement, widths, {static_cast<Index>(from), vertex}, transfers);
    } else if (op.kind == OpKind::attention_scores) {
      transfers.push_back(heads_of(network, placement, widths, vertex, static_cast<Index>(from)));
    } else if (op.kind != OpKind::softmax && op.kind != OpKind::attention_values) {
      transfers.push_back(
          between(vertex, static_cast<Index>(from), placement.home[from], placement.home[v],
                  bytes_of(network.graph[from].out_features, widths.activation_bits)));
    }
  }
}

}  // namespace

Index Widths::partial_sum_bits(Index rows) const {
  Index bits = input_bits + weight_bits;
  for (Index reach = 1; reach < rows; reach *= 2) ++bits;
  return bits;
}

MatrixWidths Widths::of(Index matmul) const {
  if (matrices.empty()) return {input_bits, weight_bits, 1};
  return matrices[static_cast<size_t>(matmul)];
}

Index Widths::partial_sum_bits(const StaticMatmul& matmul) const {
  const MatrixWidths own = of(matmul.id);
  return Widths{own.input_bits, own.weight_bits}.partial_sum_bits(matmul.rows * own.replicas);
}

std::int64_t bytes_of(Index n, Index bits) {
  return (std::int64_t{n} * bits + 7) / 8;
}

std::vector<Transfer> transfers_of(const Network& network, const Placement& placement,
                                   const Widths& widths) {
  std::vector<Transfer> transfers;
  for (const Index vertex : network.order) {
    if (!is_listed(network, vertex)) continue;
    add_inputs(network, placement, widths, vertex, transfers);
    const Operator& op = network.op(vertex);
    if (op.matmul >= 0 && !placement.sites[static_cast<size_t>(op.matmul)].tiles.empty()) {
      add_partial_sums(network, placement, widths, vertex, transfers);
    } else if (op.kind == OpKind::attention_values) {
      transfers.push_back(mixed_values_of(network, placement, widths, vertex));
    }
  }
  return transfers;
}

Transfer per_token(Transfer transfer) {
  for (std::int64_t& bytes : transfer.bytes) {
    bytes = (bytes + transfer.copies - 1) / transfer.copies;
  }
  return transfer;
}

std::int64_t least_link_bytes(const Transfer& transfer) {
  std::vector<std::int64_t> away;
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    if (transfer.tiles[i] != transfer.hub) away.push_back(transfer.bytes[i]);
  }
  if (transfer.multicast()) return std::accumulate(away.begin(), away.end(), std::int64_t{0});
  std::sort(away.rbegin(), away.rend());
  std::int64_t total = 0;
  size_t at_distance = 0;
  Index distance = 1;
  for (const std::int64_t bytes : away) {
    if (at_distance == static_cast<size_t>(4 * distance)) {
      at_distance = 0;
      ++distance;
    }
    total += distance * bytes;
    ++at_distance;
  }
  return total;
}

}  // namespace ohm
