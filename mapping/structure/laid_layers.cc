// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/laid_layers.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "mapping/network/parameter_count.h"
#include "mapping/structure/alike_layers.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/layout.h"

namespace ohm {
namespace {

/// What the tiles of a mapping hold, band by band; a tile of several is the last one's.
std::vector<Band> bands_along(const Mapping& mapping) {
  std::vector<Band> bands = bands_of(mapping.network, mapping.chip.spec);
  std::map<Index, size_t> held;  // by tile: the band
  size_t at = 0, block = 0;
  for (const StaticMatmul& matmul : mapping.network.matmuls) {
    if (matmul.layer != bands[at].layer) ++at;
    for (Index b = 0; b < mapping.partition.size(matmul.id); ++b) {
      held[mapping.placement.slots[block++].tile] = at;
    }
  }
  const std::map<Index, Index> kinds = mapping.tile_kinds();
  for (Band& band : bands) {
    band.tiles = 0;
    band.tiles_of_kind.assign(band.tiles_of_kind.size(), 0);
  }
  for (const auto& [tile, band] : held) {
    ++bands[band].tiles;
    ++bands[band].tiles_of_kind[static_cast<size_t>(kinds.at(tile))];
  }
  return bands;
}

/// Periods among which no layer is left out.
Index every_layer(const TransformerSpec& spec) {
  return spec.n_layers + 1;
}

/// All layers where map_network() puts them.
LaidLayers lay_out_all(const TransformerSpec& spec, const ChipSpec& chip, ChipSpec joined) {
  Reduction all = keep_layers(spec, every_layer(spec));
  all.one_memory = false;  // none stands for another that would use it as well
  BandMapping mapped{map_network(build_network(all.spec), chip), {}};
  mapped.bands = bands_along(mapped.mapping);
  ChipSpec chips = mapped.mapping.chip.spec;
  return {0, true, std::move(joined), std::move(chips), std::move(all), std::move(mapped)};
}

/// Whether all layers are kept: where each has a way of its own to the memory, if not too many.
bool keeps_all(const Layout& layout) {
  return layout.bands && !layout.joined.dram_at.empty() &&
         std::accumulate(layout.arrays.begin(), layout.arrays.end(), Index{0}) <= kMostLaidOut;
}

Reduction kept_of(const TransformerSpec& spec, const CountedLayout& asked, Index most) {
  const Layout& layout = asked.layout;
  const Index kept = keeps_all(layout) ? every_layer(spec) : most;
  if (!layout.bands) return keep_layers(spec, kept);
  return keep_layers(spec, kept, periods_of(asked.network, layout.joined, layout.grid));
}

/// Whether all layers stand where map_network() puts them.
bool is_along_snake(const Layout& layout) {
  return !layout.bands && !layout.apart;
}

}  // namespace

LaidLayers lay_out_layers(const TransformerSpec& spec, const ChipSpec& chip, Index most) {
  CountedLayout asked = count_layout(spec, chip);
  Layout& layout = asked.layout;
  if (is_along_snake(layout)) return lay_out_all(spec, chip, std::move(layout.joined));
  Reduction reduction = kept_of(spec, asked, most);
  const Network network = build_network(reduction.spec);
  require_alike_layers(network, reduction, chip);
  require_none(chip, layout.apart);
  if (!layout.lacking.empty() && !chip.system.empty()) throw ConfigError(layout.lacking);
  const bool is_all = keeps_all(layout);
  ChipSpec on = std::move(layout.joined);
  reduction.one_memory = on.system.empty() || std::ssize(on.dram_at) == 1;
  BandMapping mapped = map_in_bands(network, on, layout.grid);
  ChipSpec all = on.system.empty()
                     ? chip
                     : on_grid(on, layout.grid, rows_of(mapped.bands, reduction, layout.grid));
  return {most, is_all, std::move(on), std::move(all), std::move(reduction), std::move(mapped)};
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
  const CountedLayout asked = count_layout(spec, chip);
  if (chip.map.matrices.empty() || is_along_snake(asked.layout)) return asked.layout.apart;
  const Reduction kept = kept_of(spec, asked, most);
  if (are_alike_layers(build_network(kept.spec), kept, chip)) return asked.layout.apart;
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
