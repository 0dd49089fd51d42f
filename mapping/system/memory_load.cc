// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/memory_load.h"

#include <algorithm>
#include <map>

namespace ohm {
namespace {

/// The tile in whose stead the chip's DRAM is reached.
Index nearest_memory(const Chip& chip, Index corner) {
  if (chip.spec.dram_at.empty()) return corner;
  Index best = -1;
  for (const Index with : chip.spec.dram_at) {
    const Index candidate = chip.mesh.corner_of(with);
    if (best < 0 || chip.mesh.hops(candidate, corner) < chip.mesh.hops(best, corner)) {
      best = candidate;
    }
  }
  return best;
}

}  // namespace

MemoryLoad memory_load(const Chip& chip, const std::vector<Index>& tiles) {
  std::map<Index, Index> users;  // by chip
  for (const Index tile : tiles) ++users[chip.mesh.chip_of(tile)];
  std::map<Index, double> drams, links;
  MemoryLoad load;
  for (const auto& [user, n] : users) {
    const double share = static_cast<double>(n) / static_cast<double>(tiles.size());
    const Index corner = chip.mesh.corner_of(user), memory = nearest_memory(chip, corner);
    drams[chip.mesh.chip_of(memory)] += share;
    Seconds flight;
    for (const Index link : chip.mesh.path(memory, corner)) {
      const Index kind = chip.mesh.edge_kind(link);
      if (kind < 0) continue;
      links[link] += share;
      load.crossed[static_cast<size_t>(kind)] += share;
      flight += chip.edges[static_cast<size_t>(kind)].link.latency;
    }
    load.flight = std::max(load.flight, flight);
  }
  load.drams.assign(drams.begin(), drams.end());
  load.links.assign(links.begin(), links.end());
  return load;
}

}  // namespace ohm
