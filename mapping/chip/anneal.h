// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"
#include "mapping/chip/flow.h"
#include "mapping/chip/interconnect.h"

namespace ohm {

/// How long and from where to anneal.
struct AnnealSpec {
  std::vector<Index> start{};  ///< by group: its place
  std::vector<bool> fixed{};   ///< by group: stays where it starts; empty: none does
  std::uint32_t seed = 0;
  Index moves = 4'000'000;  ///< proposed by each chain; about 1000 for each group settle
  Index chains = 1;         ///< independent runs; the best one counts
  int threads = 0;          ///< 0: all available; changes no result
};

/// Where groups of arrays stand, and how good that is.
struct AnnealedPlacement {
  std::vector<Index> place;               ///< by group
  std::int64_t start_cost = 0, cost = 0;  ///< Σ bytes × hops
  std::int64_t bound = 0;                 ///< no placement costs less

  /// cost / bound - 1; 0 where both are 0.
  double gap() const {
    return cost == bound ? 0 : static_cast<double>(cost) / static_cast<double>(bound) - 1;
  }
};

/// Places of the first n_groups steps along a snake through bands of `band` rows: each band is
/// crossed column by column, so that consecutive groups fill compact rectangles. band = 1:
/// Mesh::snake, which fills chip after chip.
std::vector<Index> banded_snake(const Mesh& mesh, Index band, Index n_groups);

/// The banded snake, band = 1, 2, 3, …, rows of the mesh up to 64, on which the flows cost least;
/// `crossing` as of Interconnect.
std::vector<Index> compact_start(const Mesh& mesh, const std::vector<Flow>& flows, Index n_groups,
                                 const std::vector<Index>& crossing = {});

/// Places groups of arrays, one to a place, so that Σ bytes × hops gets small.
///
/// Simulated annealing (Kirkpatrick, Gelatt and Vecchi, Science 220, 1983): a group swaps places
/// with what stands near one of its partners, or near itself; a move costs O(flows of the two
/// groups), a tree counts once over each of its links; the reach and the temperature fall
/// geometrically. The result is the best state met, so never worse than the start. The same spec
/// gives the same bits: streams are counted by chain and move. ArgumentError where start, fixed or
/// flows do not belong together.
AnnealedPlacement anneal(const Interconnect& interconnect, const std::vector<Flow>& flows,
                         const AnnealSpec& spec);

}  // namespace ohm
