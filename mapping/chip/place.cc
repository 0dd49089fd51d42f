// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "mapping/network/attention_shape.h"
#include "mapping/network/experts.h"

namespace ohm {
namespace {

/// Σ weight × distance to each position of a line.
std::vector<Index> distances(const std::vector<Index>& weights) {
  std::vector<Index> sums(weights.size(), 0);
  for (int pass = 0; pass < 2; ++pass) {
    Index passed = 0, sum = 0;
    for (size_t i = 0; i < weights.size(); ++i) {
      const size_t at = pass == 0 ? i : weights.size() - 1 - i;
      sum += passed;
      sums[at] += sum;
      passed += weights[at];
    }
  }
  return sums;
}

/// The first tile to which the columns of all travel least: distances add up along rows and columns
/// of the mesh.
Index owner_of(const MatmulSite& site, const Mesh& mesh) {
  std::vector<Index> across(static_cast<size_t>(mesh.columns()), 0);
  std::vector<Index> down(static_cast<size_t>(mesh.rows()), 0);
  for (size_t i = 0; i < site.tiles.size(); ++i) {
    across[static_cast<size_t>(site.tiles[i] % mesh.columns())] += site.columns[i];
    down[static_cast<size_t>(site.tiles[i] / mesh.columns())] += site.columns[i];
  }
  const auto along_row = distances(across), along_column = distances(down);
  Index best = site.tiles.front(), least = -1;
  for (const Index candidate : site.tiles) {
    const Index cost = along_row[static_cast<size_t>(candidate % mesh.columns())] +
                       along_column[static_cast<size_t>(candidate / mesh.columns())];
    if (least >= 0 && cost >= least) continue;
    least = cost;
    best = candidate;
  }
  return best;
}

MatmulSite site_of(const Partition& partition, const std::vector<Slot>& slots, size_t matmul,
                   const Mesh& mesh) {
  MatmulSite site;
  Index column_tile = -1;
  for (Index b = partition.first[matmul]; b < partition.first[matmul + 1]; ++b) {
    const Block& block = partition.blocks[static_cast<size_t>(b)];
    const Index tile = slots[static_cast<size_t>(b)].tile;
    if (site.tiles.empty() || site.tiles.back() != tile) {
      site.tiles.push_back(tile);
      site.blocks.push_back(0);
      site.columns.push_back(0);
      column_tile = -1;
    }
    ++site.blocks.back();
    if (block.column_tile != column_tile) site.columns.back() += block.columns;
    column_tile = block.column_tile;
  }
  if (!site.tiles.empty()) site.owner = owner_of(site, mesh);
  return site;
}

AttentionSite attention_of(const Network& network, const std::vector<MatmulSite>& sites,
                           int layer, Index most_tiles_per_head) {
  AttentionSite site;
  std::unordered_set<Index> seen;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.layer != layer || matmul.routed()) continue;
    for (const Index tile : sites[static_cast<size_t>(matmul.id)].tiles) {
      if (seen.insert(tile).second) site.tiles.push_back(tile);
    }
  }
  const Index heads = network.spec.n_heads, n = std::ssize(site.tiles);
  site.tiles_per_head = std::clamp<Index>(n / heads, 1, most_tiles_per_head);
  site.heads_per_tile = n < heads ? (heads - 1) / n + 1 : 1;
  const Index groups = (heads - 1) / site.heads_per_tile + 1;
  site.tiles.resize(static_cast<size_t>(groups * site.tiles_per_head));
  site.kv_copies = 0;
  for (Index first = 0; first < heads; first += site.heads_per_tile) {
    const Index kv =
        kv_heads_behind(network.spec, first, std::min(site.heads_per_tile, heads - first));
    site.kv_heads_per_tile = std::max(site.kv_heads_per_tile, kv);
    site.kv_copies += kv;
  }
  return site;
}

/// Producers come first in the order, so that the last predecessor is the branch of a residual.
std::vector<Index> homes_of(const Network& network, const std::vector<MatmulSite>& sites) {
  std::vector<Index> home(boost::num_vertices(network.graph), 0);
  std::vector<Index> position(home.size(), 0);
  for (size_t i = 0; i < network.order.size(); ++i) {
    position[static_cast<size_t>(network.order[i])] = static_cast<Index>(i);
  }
  for (const Index vertex : network.order) {
    const auto v = static_cast<size_t>(vertex);
    const Index matmul = network.op(vertex).matmul;
    if (matmul >= 0) {
      const MatmulSite& site = sites[static_cast<size_t>(matmul)];
      home[v] = site.tiles.empty() ? 0 : site.owner;
      continue;
    }
    Index latest = -1;
    const auto [begin, end] = boost::in_edges(v, network.graph);
    for (auto edge = begin; edge != end; ++edge) {
      const auto from = boost::source(*edge, network.graph);
      if (!is_listed(network, static_cast<Index>(from))) continue;
      if (position[from] > latest) home[v] = home[from];
      latest = std::max(latest, position[from]);
    }
  }
  return home;
}

}  // namespace

Index kv_heads_behind(const TransformerSpec& spec, Index first, Index n) {
  const Index group = spec.n_heads / attention_shape(spec).kv_heads;
  return (first + n - 1) / group - first / group + 1;
}

Placement place(const Network& network, const Partition& partition, const Mesh& mesh,
                Index macros_per_tile) {
  const Index blocks = std::ssize(partition.blocks);
  if (macros_per_tile < 1 || blocks > mesh.size() * macros_per_tile) {
    throw ArgumentError(fmt::format(
        "place: {} blocks on {} tiles of {} macros; expected at least one slot for each block",
        blocks, mesh.size(), macros_per_tile));
  }
  std::vector<Slot> slots;
  for (Index b = 0; b < blocks; ++b) {
    slots.push_back({mesh.snake(b / macros_per_tile), b % macros_per_tile});
  }
  Placement placement = placement_of(network, partition, mesh, std::move(slots));
  placement.tiles_used = blocks == 0 ? 0 : (blocks - 1) / macros_per_tile + 1;
  return placement;
}

Placement placement_of(const Network& network, const Partition& partition, const Mesh& mesh,
                       std::vector<Slot> slots, Index most_tiles_per_head) {
  Placement placement;
  placement.slots = std::move(slots);
  for (size_t m = 0; m < network.matmuls.size(); ++m) {
    placement.sites.push_back(site_of(partition, placement.slots, m, mesh));
  }
  const auto layers = static_cast<int>(network.spec.layers_of_both_stacks());
  for (int layer = 0; layer < layers; ++layer) {
    placement.attention.push_back(attention_of(network, placement.sites, layer, most_tiles_per_head));
  }
  placement.home = homes_of(network, placement.sites);
  return placement;
}

}  // namespace ohm
