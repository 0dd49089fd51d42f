// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/choose_parallelism.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "mapping/network/context.h"
#include "mapping/serve/structure_steps.h"
#include "mapping/structure/layout.h"
#include "mapping/structure/require_bands.h"

namespace ohm {
namespace {

ChipSpec spread_over(ChipSpec chip, Index asked) {
  chip.map.tensor_parallel = asked;
  return chip;
}

/// Chips that a row of the largest layer's tiles reaches over.
Index widest(const TransformerSpec& network, const ChipSpec& chip) {
  Index tiles = 1;
  for (const Band& band : bands_of(build_network(keep_layers(network, 2).spec), chip)) {
    if (band.layer >= 0) tiles = std::max(tiles, band.tiles);
  }
  return (tiles - 1) / chip.mesh.columns + 1;
}

/// What map.tensor_parallel may say, auto first.
std::vector<Index> askable(const TransformerSpec& network, const ChipSpec& chip) {
  std::vector<Index> asked{MapSpec::kAuto};
  const bool is_given = !chip.system.empty() && chip.system.back().columns != LevelSpec::kAuto;
  if (is_given || beyond_bands(chip)) return asked;
  const Index most = widest(network, chip);
  for (Index chips = columns_of_unit(chip.system); chips <= most; chips *= 2) {
    asked.push_back(chips);
  }
  return asked;
}

Index width_of(const Layout& layout, const ChipSpec& chip) {
  return layout.bands ? layout.grid.columns / chip.mesh.columns : 1;
}

/// Whether a layout other than the chip's own is worth comparing.
bool is_there(const Layout& layout, const ChipSpec& chip) {
  const bool grows_freely = chip.larger == "chips";
  return (grows_freely || layout.chips <= n_chips(chip.system)) &&
         (chip.system.empty() || layout.lacking.empty());
}

/// Steps of decoding at a number of positions, in two ways.
class StepRace {
 public:
  StepRace(const TransformerSpec& network, const ChipSpec& narrow, const ChipSpec& wide,
           Index batch, Fidelity fidelity)
      : narrow_(network, narrow, fidelity), wide_(network, wide, fidelity), batch_(batch) {
    const AttentionSpec& attention = narrow.attention;
    most_ = most_positions(network);
    if (attention.window > 0 && !attention.truncate) most_ = std::min(most_, attention.window);
    const Workload one{std::clamp<Index>(most_ - 1, 1, network.context), 1, batch, {}};
    most_ = std::min({most_, narrow_.kv_capacity(one) / batch, wide_.kv_capacity(one) / batch});
  }

  /// From how many positions on the wide way takes no longer.
  double break_even() {
    constexpr Index kParts = 16;
    const Index fewest = 2 + fewest_positions(narrow_.network());  // of the mean of three steps
    if (most_ < fewest) return std::numeric_limits<double>::infinity();
    if (is_won(fewest)) return 1.0;
    if (!is_won(most_)) return std::numeric_limits<double>::infinity();
    Index lost = fewest, won = most_;
    while (won - lost > std::max<Index>(1, lost / kParts)) {
      const Index middle = std::midpoint(lost, won);
      (is_won(middle) ? won : lost) = middle;
    }
    return static_cast<double>(won);
  }

 private:
  bool is_won(Index positions) {
    return decode_step(wide_, positions, batch_).cost.time <=
           decode_step(narrow_, positions, batch_).cost.time;
  }

  StructureModel narrow_, wide_;
  const Index batch_;
  Index most_ = 0;
};

ParallelWay way_of(Index asked, Index width, const Estimate& e) {
  return {asked,
          width,
          e.chips,
          e.ttft,
          e.tpot,
          e.makespan,
          e.energy_per_token,
          e.energy.si() * e.makespan.si()};
}

/// Tiles that wake ahead change no time.
ChipSpec always_awake(ChipSpec chip) {
  chip.gating = {};
  return chip;
}

/// Each width once, the narrowest first.
std::vector<ParallelWay> ways_of(const TransformerSpec& network, const ChipSpec& chip,
                                 const Workload& workload, Fidelity fidelity) {
  std::map<Index, ParallelWay> ways;
  for (const Index asked : askable(network, chip)) {
    const ChipSpec spread = spread_over(chip, asked);
    const Layout layout = layout_of(network, spread);
    const Index width = width_of(layout, chip);
    const bool is_own = asked == MapSpec::kAuto;
    if (ways.contains(width) || !(is_own || is_there(layout, chip))) continue;
    ways[width] = way_of(asked, width, estimate_structure(network, spread, workload, fidelity));
  }
  std::vector<ParallelWay> sorted;
  for (const auto& [width, way] : ways) sorted.push_back(way);
  return sorted;
}

bool is_cheaper(const ParallelWay& a, const ParallelWay& b) {
  return a.energy_delay < b.energy_delay;
}

}  // namespace

Parallelism choose_parallelism(const TransformerSpec& network, const ChipSpec& chip,
                               const Workload& workload, Fidelity fidelity) {
  Parallelism found;
  found.ways = ways_of(network, chip, workload, fidelity);
  const auto best = std::min_element(found.ways.begin(), found.ways.end(), is_cheaper);
  found.taken = static_cast<size_t>(best - found.ways.begin());
  found.decision = fmt::format("least energy x delay, {:.3g} J s, of {} way{}", best->energy_delay,
                               found.ways.size(), found.ways.size() == 1 ? "" : "s");
  if (!network.is_decoder()) return found;
  const ChipSpec awake = always_awake(chip);
  const ChipSpec narrowest = spread_over(awake, found.ways.front().asked);
  for (ParallelWay& way : found.ways) {
    const ChipSpec wide = spread_over(awake, way.asked);
    way.break_even = StepRace(network, narrowest, wide, workload.batch, fidelity).break_even();
  }
  return found;
}

}  // namespace ohm
