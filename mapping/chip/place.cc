// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "core/error.h"
#include "mapping/chip/arrange.h"
#include "mapping/chip/chip.h"
#include "mapping/macros/tile_filler.h"
#include "mapping/network/experts.h"
#include "mapping/system/chip_dies.h"

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

/// Where the sums of all copies, each for its share of the tokens, travel least; they are equally
/// many, so that shares need no weights. Distances add up along rows and columns of the mesh.
Index owner_of(const Placement& placement, Index matmul, const Mesh& mesh) {
  std::vector<Index> across(static_cast<size_t>(mesh.columns()), 0);
  std::vector<Index> down(static_cast<size_t>(mesh.rows()), 0);
  for (Index copy = 0; copy < placement.copies(matmul); ++copy) {
    const MatmulSite& site = placement.site(matmul, copy);
    for (size_t i = 0; i < site.tiles.size(); ++i) {
      across[static_cast<size_t>(site.tiles[i] % mesh.columns())] += site.columns[i];
      down[static_cast<size_t>(site.tiles[i] / mesh.columns())] += site.columns[i];
    }
  }
  const auto along_row = distances(across), along_column = distances(down);
  const MatmulSite& first = placement.site(matmul, 0);
  Index best = first.tiles.front(), least = -1;
  for (const Index candidate : first.tiles) {
    const Index cost = along_row[static_cast<size_t>(candidate % mesh.columns())] +
                       along_column[static_cast<size_t>(candidate / mesh.columns())];
    if (least >= 0 && cost >= least) continue;
    least = cost;
    best = candidate;
  }
  return best;
}

/// The site of blocks [first, last), whose slots begin with `slot`.
MatmulSite site_of(const Partition& partition, Index first, Index last, const Slot* slot) {
  MatmulSite site;
  std::map<Index, size_t> entry;  // by tile
  std::set<std::pair<Index, Index>> seen;
  size_t here = 0;  // neighbours share a tile and a column tile, as a rule
  std::pair<Index, Index> last_seen{-1, -1};
  for (Index b = first; b < last; ++b, ++slot) {
    const Block& block = partition.blocks[static_cast<size_t>(b)];
    if (slot->tile != last_seen.first) {
      const auto [at, is_new] = entry.try_emplace(slot->tile, site.tiles.size());
      here = at->second;
      if (is_new) {
        site.tiles.push_back(slot->tile);
        site.blocks.push_back(0);
        site.columns.push_back(0);
        site.sums.push_back(0);
      }
    }
    ++site.blocks[here];
    site.sums[here] += block.columns;
    const std::pair column{slot->tile, block.column_tile};
    if (column == last_seen) continue;
    last_seen = column;
    if (seen.insert(column).second) site.columns[here] += block.columns;
  }
  return site;
}

void add_sites(const Partition& partition, const Arrangement& arrangement, const Mesh& mesh,
               Placement& placement) {
  const Slot* slot = placement.slots.data();
  const size_t n = arrangement.copies.size();
  placement.sites.resize(n);
  placement.further.resize(n);
  for (size_t m = 0; m < n; ++m) {
    const Index first = partition.first[m], last = partition.first[m + 1];
    for (Index copy = 0; copy < arrangement.copies[m]; ++copy, slot += last - first) {
      MatmulSite site = site_of(partition, first, last, slot);
      if (copy == 0) {
        placement.sites[m] = std::move(site);
      } else {
        placement.further[m].push_back(std::move(site));
      }
    }
    if (arrangement.copies[m] == 0) continue;
    const Index owner = owner_of(placement, static_cast<Index>(m), mesh);
    placement.sites[m].owner = owner;
    for (MatmulSite& site : placement.further[m]) site.owner = owner;
  }
}

/// The tiles of layer's matrices but those of its experts, in the order of their blocks.
std::vector<Index> tiles_of_layer(const Network& network, const std::vector<MatmulSite>& sites,
                                  int layer) {
  std::vector<Index> tiles;
  std::unordered_set<Index> seen;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.layer != layer || matmul.routed()) continue;
    for (const Index tile : sites[static_cast<size_t>(matmul.id)].tiles) {
      if (seen.insert(tile).second) tiles.push_back(tile);
    }
  }
  if (tiles.empty()) tiles.push_back(0);  // all of the layer is digital
  return tiles;
}

/// The layer's teams on these tiles, each on neighbours, evenly spread.
AttentionSite attention_on(const Network& network, const Chip& chip,
                           const std::vector<Index>& tiles) {
  AttentionSite site;
  const Index n = std::ssize(tiles);
  site.teams = head_teams(network.spec, chip.spec, n);
  for (Index team = 0; team < site.teams.teams(); ++team) {
    const auto first = tiles.begin() + team * n / site.teams.teams();
    site.tiles.insert(site.tiles.end(), first, first + site.tiles_per_team());
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

/// What follows from the sites: where attention and all other operators are.
void add_homes(const Network& network, const Chip& chip, Placement& placement) {
  const auto layers = static_cast<int>(network.spec.layers_of_both_stacks());
  for (int layer = 0; layer < layers; ++layer) {
    placement.attention.push_back(
        attention_on(network, chip, tiles_of_layer(network, placement.sites, layer)));
  }
  placement.home = homes_of(network, placement.sites);
}

/// Every layer's attention on tiles of these, whose share of the layers' heads is even: each layer
/// goes on where the one before ended.
void move_attention(const Network& network, const Chip& chip, std::vector<Index> tiles,
                    Placement& placement) {
  for (AttentionSite& site : placement.attention) {
    site = attention_on(network, chip, tiles);
    std::rotate(tiles.begin(), tiles.begin() + std::ssize(site.tiles) % std::ssize(tiles),
                tiles.end());
  }
}

}  // namespace

Placement place(const Network& network, const Partition& partition, const Arrangement& arrangement,
                const Chip& chip) {
  const std::vector<Index> tiles = weight_tiles(chip);
  TileFiller filler(macros_per_tile(chip));
  std::vector<Slot> of_array;
  for (Index array = 0; array < arrangement.arrays; ++array) {
    of_array.push_back(filler.next(arrangement.kind_of(array)));
  }
  if (filler.tiles() > std::ssize(tiles)) {
    throw ArgumentError(
        fmt::format("place: {} blocks in {} tiles on {}; expected at least one slot for each block",
                    arrangement.arrays, filler.tiles(), tiles.size()));
  }
  Placement placement;
  placement.tiles_used = filler.tiles();
  if (chip.kinds.size() > 1) placement.tiles_of_kind = filler.tiles_of_kind();
  for (const PackedSpot& spot : arrangement.spots) {
    const Slot& slot = of_array[static_cast<size_t>(spot.array)];
    placement.slots.push_back({tiles[static_cast<size_t>(slot.tile)], slot.slot});
  }
  add_sites(partition, arrangement, chip.mesh, placement);
  add_homes(network, chip, placement);
  const std::vector<Index> attention = attention_tiles(chip);
  if (!attention.empty()) move_attention(network, chip, attention, placement);
  return placement;
}

Placement placement_of(const Network& network, const Partition& partition, const Chip& chip,
                       std::vector<Slot> slots) {
  Placement placement;
  placement.slots = std::move(slots);
  Arrangement once;
  for (size_t m = 0; m + 1 < partition.first.size(); ++m) {
    once.copies.push_back(partition.size(static_cast<Index>(m)) > 0 ? 1 : 0);
  }
  add_sites(partition, once, chip.mesh, placement);
  add_homes(network, chip, placement);
  return placement;
}

Placement place(const Network& network, const Partition& partition, const Chip& chip) {
  return place(network, partition, single_copies(partition), chip);
}

void move_tiles(Placement& placement, const std::vector<Index>& target) {
  const auto move = [&](Index& tile) { tile = target[static_cast<size_t>(tile)]; };
  const auto move_site = [&](MatmulSite& site) {
    for (Index& tile : site.tiles) move(tile);
    move(site.owner);
  };
  for (Slot& slot : placement.slots) move(slot.tile);
  for (MatmulSite& site : placement.sites) {
    if (!site.tiles.empty()) move_site(site);
  }
  for (auto& sites : placement.further) {
    for (MatmulSite& site : sites) move_site(site);
  }
  for (AttentionSite& site : placement.attention) {
    for (Index& tile : site.tiles) move(tile);
  }
  for (Index& tile : placement.home) move(tile);
}

}  // namespace ohm
