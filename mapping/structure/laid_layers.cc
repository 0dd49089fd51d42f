// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/laid_layers.h"

#include <algorithm>
#include <utility>

#include "mapping/network/parameter_count.h"
#include "mapping/structure/alike_layers.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/layout.h"

namespace ohm {

LaidLayers lay_out_layers(const TransformerSpec& spec, const ChipSpec& chip, Index most) {
  const Reduction two = keep_layers(spec, 2);
  const Network few = build_network(two.spec);
  Layout layout = layout_of(few, chip, &two);
  require_none(chip, layout.apart);
  ChipSpec on = std::move(layout.joined);
  Reduction reduction = keep_layers(spec, most, periods_of(few, on, layout.grid));
  reduction.one_memory = on.system.empty();
  const Network network = build_network(reduction.spec);
  require_alike_layers(network, reduction, on);
  BandMapping mapped = map_in_bands(network, on, layout.grid);
  return {most, std::move(on), layout.grid, std::move(reduction), std::move(mapped)};
}

Index periods_kept(const TransformerSpec& spec, const Request& request, Fidelity fidelity) {
  constexpr double kMostWeights = 2e9;  // that are laid out
  constexpr Index kMatricesOfALayer = 4;
  const double work = static_cast<double>(request.tokens()) * static_cast<double>(request.batch) *
                      event_work(kMatricesOfALayer * spec.n_layers, 0);
  const bool small = fidelity == Fidelity::automatic && work <= kQuickWork &&
                     static_cast<double>(parameter_count(spec)) <= kMostWeights;
  return small ? std::max<Index>(2, spec.n_layers) : 3;
}

std::optional<AskedKey> stand_apart(const TransformerSpec& spec, const ChipSpec& chip, Index most) {
  const Reduction two = keep_layers(spec, 2);
  const Network few = build_network(two.spec);
  const Layout layout = layout_of(few, chip, &two);
  if (layout.apart || chip.map.matrices.empty()) return layout.apart;
  const Reduction kept = keep_layers(spec, most, periods_of(few, layout.joined, layout.grid));
  if (are_alike_layers(build_network(kept.spec), kept, chip)) return {};
  return AskedKey{"map.matrices", "rules that hold for all layers of a kind"};
}

ChipsOfKept::ChipsOfKept(Mapping& mapping)
    : mapping_(mapping),
      chip_(mapping.chip),
      tiles_used_(mapping.placement.tiles_used),
      of_kind_(mapping.placement.tiles_of_kind) {}

ChipsOfKept::~ChipsOfKept() {
  mapping_.chip = std::move(chip_);
  mapping_.placement.tiles_used = tiles_used_;
  mapping_.placement.tiles_of_kind = std::move(of_kind_);
}

}  // namespace ohm
