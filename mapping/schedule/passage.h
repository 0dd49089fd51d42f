// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/system/route.h"

namespace ohm {

/// A transfer in time: which links it occupies when, and when its last byte has arrived.
struct Passage {
  std::vector<Claim> claims;  ///< by Route::links; resource: the number of the link
  Picoseconds latency = 0;
};

/// Virtual cut-through: the head takes router_cycles + link_cycles per hop, a link is occupied for
/// its flits. A hop out of a chip takes router_cycles and the link's latency instead, and occupies
/// the link for bytes / (bandwidth × links_per_edge); what follows a slow link waits for its last
/// byte.
Passage passage_of(const Chip& chip, const Route& route, const std::string& action);

/// An access to DRAM in time. Claims on DRAMs: the number of their chip, to be set off by the
/// first DRAM; on links: the number of the link.
struct Fetch {
  std::vector<Claim> drams, links;
  Picoseconds busy = 0;      ///< of the busiest claim
  Picoseconds start_up = 0;  ///< the DRAM's latency, and the request's and the answer's flight
};

/// Bytes that tiles read from a memory, or write to it: as a long run, or in so many scattered
/// pieces (see DramAccess).
struct MemoryAccess {
  std::int64_t bytes = 0;
  Index pieces = 0;
  const DramSpec* memory = nullptr;  ///< none: the chip's DRAM
};

/// How tiles, to which the bytes are dealt out evenly, reach the memory.
Fetch fetch_of(const Chip& chip, const std::vector<Index>& tiles, const MemoryAccess& access,
               const std::string& action);

/// The resource that stands for a link of the mesh.
Resource link_resource(const Mesh& mesh, Index link);

}  // namespace ohm
