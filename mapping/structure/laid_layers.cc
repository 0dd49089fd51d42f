// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/laid_layers.h"

#include <utility>

#include "mapping/structure/alike_layers.h"
#include "mapping/structure/assumed_system.h"

namespace ohm {
namespace {

/// The chip with the system that joins as many as the network needs; alone where one holds it.
ChipSpec joined(const Network& few, const Reduction& reduction, ChipSpec chip) {
  chip.dram_at.clear();
  if (!chip.system.empty()) return chip;
  const BandGrid grid = band_grid(chip, chip.n_tiles());
  const Index tiles = tiles_of(bands_on(few, chip, grid), reduction);
  if (tiles > chip.n_tiles()) chip.system = assumed_system(chip);
  return chip;
}

}  // namespace

LaidLayers lay_out_layers(const TransformerSpec& spec, const ChipSpec& chip, Index most) {
  const Reduction two = keep_layers(spec, 2);
  const Network few = build_network(two.spec);
  ChipSpec on = joined(few, two, chip);
  const BandGrid grid = band_grid(on, tiles_of_layers(few, on));
  Reduction reduction = keep_layers(spec, most, periods_of(few, on, grid));
  reduction.one_memory = on.system.empty();
  const Network network = build_network(reduction.spec);
  require_alike_layers(network, reduction, on);
  BandMapping mapped = map_in_bands(network, on, grid);
  return {most, std::move(on), grid, std::move(reduction), std::move(mapped)};
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
