// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/chip/chip.h"
#include "mapping/system/route.h"
#include "mapping/schedule/token_plan.h"

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

/// The resource that stands for a link of the mesh.
Resource link_resource(const Mesh& mesh, Index link);

}  // namespace ohm
