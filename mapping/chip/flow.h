// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"
#include "mapping/chip/interconnect.h"
#include "mapping/chip/transfers.h"

namespace ohm {

/// How bytes move between a hub and other groups of arrays.
enum class FlowKind {
  unicast,    ///< bytes[i] between the hub and groups[i]
  multicast,  ///< bytes[0] from the hub to all groups, once over each link of their tree
  reduction,  ///< bytes[0] of sums from all groups to the hub, added where routes join
};

/// Traffic that placement should keep short. Groups are numbered from 0; a group that is the hub
/// itself costs nothing.
struct Flow {
  FlowKind kind = FlowKind::unicast;
  Index hub = 0;
  std::vector<Index> groups;
  std::vector<std::int64_t> bytes;

  bool tree() const { return kind != FlowKind::unicast; }
};

/// The flows of one token of a mapping whose groups are the tiles it was placed on; copies of a
/// matrix carry equal shares.
std::vector<Flow> flows_of(const std::vector<Transfer>& transfers);

/// ArgumentError unless hubs and groups are in [0, n_groups), bytes are not negative and as many as
/// the kind wants, and no placement on this interconnect can cost 2^62 or more.
void check_flows(const Interconnect& interconnect, const std::vector<Flow>& flows, Index n_groups);

/// Σ bytes × hops of a flow whose group g stands on place[g].
std::int64_t hop_bytes(const Interconnect& interconnect, const Flow& flow,
                       const std::vector<Index>& place);

/// A sum of bytes × hops that no placement goes below.
///
/// A tree that joins n other groups takes n links. Of unicasts, each pair is counted at its busier
/// end, whose partners stand, in order of their bytes, no nearer than the nearest places of the
/// most central place; or half at both ends, whichever is more (the row minima of Gilmore, SIAM J.
/// Appl. Math. 10, 1962, and Lawler, Management Science 9, 1963, without the linear assignment).
std::int64_t least_hop_bytes(const Interconnect& interconnect, const std::vector<Flow>& flows,
                             Index n_groups);

}  // namespace ohm
