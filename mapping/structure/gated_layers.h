// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/power_gates.h"
#include "mapping/schedule/token_plan.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/carried_plan.h"
#include "mapping/structure/compose_times.h"

namespace ohm {

/// What gating does to the tiles of all layers.
///
/// Events of all tokens through all layers tell, where all are kept or they take no more than the
/// work that is allowed: the plan of the kept layers is carried on with its tiles (see
/// expand_plan()). Else prompts pass as many layers, and as many of their tokens, as their times
/// are found with (powered time and wake-ups grow with the number of tokens as from half of them);
/// generated ones pass as many layers as the work allows, and are away from them for as long as the
/// others take. Tiles of layers left out are then powered as those that stand for them. All else of
/// the makespan tiles are gated. So are, always, tiles of experts that are not listed: the one that
/// stands for them is woken for every token of its group.
class GatedLayers {
 public:
  /// All outlive it.
  GatedLayers(const Mapping& mapping, const std::vector<Band>& bands, const Reduction& reduction);

  /// One more pass, whose times are found, within so much work (see event_work()). ArgumentError
  /// for more than 10^7 steps of the kept layers.
  ///
  /// Nobody wakes a tile before the request is there: where first steps wait for theirs, exact
  /// `times` become those of gated events, others are all as late as the first token is.
  void add(TokenPlan plan, const Request& pass, ComposedTimes& times, double work);

  /// Over the makespan of all passes and layers.
  Gated over(Picoseconds makespan) const;

 private:
  /// How long gates were on, or tiles in layers, and how often they woke.
  struct Powered {
    std::vector<double> time, woken;
  };
  /// The kept layers and more of them, gated, and the gates of their tiles (see GatedPlan).
  struct Carried {
    CarriedPlan layers;
    std::vector<std::vector<size_t>> gates;
    std::map<Index, Index> of_tile;
  };

  Carried carried(const TokenPlan& plan, Index most) const;
  Index periods_within(const Carried& kept, const TokenPlan& plan, double tokens,
                       double work) const;
  static Powered of(const Schedule& schedule);
  static Powered of_prompts(const Carried& carried, const Request& prompts,
                            const std::optional<Shortening>& shortening);
  static Powered generated(const Carried& carried, const Request& pass, const ComposedTimes& times);
  void count(const Carried& carried, const Powered& powered, size_t behind = 1);
  void leave(const Carried& all, const Gated& gated);
  void count_whole(const Carried& all, const Request& pass, ComposedTimes& times);

  const Mapping& mapping_;
  const Reduction& reduction_;
  std::vector<Powered> tiles_;  // of the gating rule: by layer that theirs stands for
  TilesLeft left_;              // behind the passes so far
  Index unlisted_ = 0;          // tiles of experts for which others stand
};

}  // namespace ohm
