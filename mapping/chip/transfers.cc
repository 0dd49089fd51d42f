// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/transfers.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mapping/attention/attention_transfers.h"
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
      add_operands(network, placement, widths, {static_cast<Index>(from), vertex}, transfers);
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
      add_mixed_values(network, placement, widths, vertex, transfers);
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

std::vector<Transfer> simple_parts(const Transfer& transfer) {
  if (transfer.ends.empty() && (transfer.together == 1 || transfer.multicast())) return {transfer};
  std::vector<Transfer> parts;
  const auto step = static_cast<size_t>(transfer.together);
  for (size_t i = 0; i < transfer.tiles.size(); i += step) {
    Transfer part = transfer;
    part.hub = transfer.hub_of(i);
    part.ends.clear();
    const auto first = static_cast<std::ptrdiff_t>(i);
    const auto last = first + transfer.together;
    part.tiles.assign(transfer.tiles.begin() + first, transfer.tiles.begin() + last);
    part.bytes.assign(transfer.bytes.begin() + first, transfer.bytes.begin() + last);
    parts.push_back(std::move(part));
  }
  return parts;
}

namespace {

/// Of a simple transfer: tiles other than the hub, most bytes first.
std::int64_t least_of_part(const Transfer& transfer) {
  std::vector<std::int64_t> away;
  for (size_t i = 0; i < transfer.tiles.size(); ++i) {
    if (transfer.tiles[i] != transfer.hub) away.push_back(transfer.bytes[i]);
  }
  if (transfer.together > 1 || transfer.multicast()) {
    return std::accumulate(away.begin(), away.end(), std::int64_t{0});
  }
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

}  // namespace

std::int64_t least_link_bytes(const Transfer& transfer) {
  std::int64_t total = 0;
  for (const Transfer& part : simple_parts(transfer)) total += least_of_part(part);
  return total;
}

}  // namespace ohm
