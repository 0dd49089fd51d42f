// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/choose_parallelism.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>

#include "mapping/network/parameter_count.h"
#include "mapping/serve/structure_steps.h"
#include "mapping/structure/layout.h"

namespace ohm {
namespace {

ChipSpec spread_over(ChipSpec chip, Index chips) {
  chip.map.tensor_parallel = chips;
  return chip;
}

/// Chips that a row of the largest layer's tiles reaches over.
Index widest(const Network& few, const ChipSpec& chip) {
  Index tiles = 1;
  for (const Band& band : bands_of(few, chip)) {
    if (band.layer >= 0) tiles = std::max(tiles, band.tiles);
  }
  return (tiles - 1) / chip.mesh.columns + 1;
}

/// Chips side by side that are worth comparing.
std::set<Index> widths_of(const Network& few, const Reduction& two, const ChipSpec& chip) {
  const Index unit = columns_of_unit(chip.system);
  if (!chip.system.empty() && chip.system.back().columns != LevelSpec::kAuto) {
    return {unit * chip.system.back().columns};
  }
  std::set<Index> widths;
  const Index most = widest(few, chip);
  for (Index chips = unit; chips <= most; chips *= 2) widths.insert(chips);
  const Layout unasked = layout_of(few, spread_over(chip, MapSpec::kAuto), &two);
  if (unasked.bands) widths.insert(unasked.grid.columns / chip.mesh.columns);
  return widths;
}

/// Steps of decoding at a number of positions, in two ways.
class StepRace {
 public:
  StepRace(const TransformerSpec& network, const ChipSpec& narrow, const ChipSpec& wide,
           Index batch, Fidelity fidelity)
      : narrow_(network, narrow, fidelity), wide_(network, wide, fidelity), batch_(batch) {
    const Workload one{std::max<Index>(1, network.context - 1), 1, batch, {}};
    const Index held = std::min(narrow_.kv_capacity(one), wide_.kv_capacity(one)) / batch;
    most_ = std::min(network.context, held);
  }

  /// From how many positions on the wide way takes no longer.
  double break_even() {
    constexpr Index kParts = 16;
    const Index fewest = 4 + start_tokens(narrow_.network());  // of a decode_step()
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

ParallelWay way_of(Index width, const Estimate& e) {
  return {width,
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

}  // namespace

Parallelism choose_parallelism(const TransformerSpec& network, const ChipSpec& chip,
                               const Workload& workload, Fidelity fidelity) {
  const Reduction two = keep_layers(network, 2);
  const Network few = build_network(two.spec);
  Parallelism found;
  for (const Index width : widths_of(few, two, chip)) {
    const ChipSpec spread = spread_over(chip, width);
    if (!chip.system.empty() && !layout_of(few, spread, &two).lacking.empty()) continue;
    found.ways.push_back(way_of(width, estimate_structure(network, spread, workload, fidelity)));
  }
  if (found.ways.empty()) {  // the system's rows are too few for any: say so
    estimate_structure(network, spread_over(chip, MapSpec::kAuto), workload, fidelity);
  }
  const auto cheaper = [](const ParallelWay& a, const ParallelWay& b) {
    return a.energy_delay < b.energy_delay;
  };
  const ParallelWay& best = *std::min_element(found.ways.begin(), found.ways.end(), cheaper);
  found.taken = best.tensor_parallel;
  found.decision = fmt::format("least energy x delay, {:.3g} J s, of {} ways", best.energy_delay,
                               found.ways.size());
  if (!network.is_decoder()) return found;
  const ChipSpec awake = always_awake(chip);
  const ChipSpec narrowest = spread_over(awake, found.ways.front().tensor_parallel);
  for (ParallelWay& way : found.ways) {
    const ChipSpec wide = spread_over(awake, way.tensor_parallel);
    way.break_even = StepRace(network, narrowest, wide, workload.batch, fidelity).break_even();
  }
  return found;
}

}  // namespace ohm
