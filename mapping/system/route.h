// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/index.h"
#include "mapping/chip/mesh.h"
#include "mapping/chip/transfers.h"
#include "mapping/system/leaders.h"
#include "mapping/system/system_spec.h"

namespace ohm {

/// A figure for each kind of edges between chips.
using ByEdge = std::array<std::int64_t, kMostEdgeKinds>;

/// Bytes over one link; `hops` links (and the routers before them) lie between the first one of the
/// transfer's longest way and it.
struct LinkLoad {
  Index link = 0;
  Index hops = 0;
  std::int64_t bytes = 0;
  Leaders behind = {};  ///< entries of Route::links that lead to this one
};

/// A transfer on its links.
struct Route {
  std::vector<LinkLoad> links;  ///< each after those that lead to it
  Index hops = 0;               ///< of the longest way
  std::int64_t injected = 0;    ///< bytes that enter the network
  std::int64_t ejected = 0;     ///< bytes that leave it; a multicast leaves once per tile
  std::int64_t link_bytes = 0;  ///< Σ bytes over all links
  ByEdge crossing_bytes = {};   ///< those over links between chips
  bool gathers = false;         ///< towards the hub, where all ways end together

  /// Bytes through routers: each link leads to one, and a source has its own.
  std::int64_t router_bytes() const { return link_bytes + injected; }
  /// Σ bytes over links inside chips.
  std::int64_t noc_bytes() const;
};

/// Dimension-order route; a multicast takes each link of the union of its paths once, and loads a
/// link that several of them share with the bytes of each.
///
/// Paths that leave a chip over the same edge share its link. Those of a gather arrive at the hub
/// together: the longest starts first.
Route route(const Mesh& mesh, const Transfer& transfer);

}  // namespace ohm
