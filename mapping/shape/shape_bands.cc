// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_bands.h"

#include "mapping/structure/layout.h"

namespace ohm {
namespace {

Index arrays_of(const LayerKind& kind, const BlockShape& shape) {
  Index arrays = arrays_of(kind.behind, shape);
  for (const ShapeMatrix& matrix : kind.matrices) {
    arrays += arrays_of(matrix.before, shape);
    if (matrix.stored) arrays += tile_grid(matrix.rows, matrix.columns, shape).size();
  }
  return arrays;
}

Index tiles_of(Index arrays, const ChipSpec& chip) {
  return arrays == 0 ? 0 : (arrays - 1) / chip.macros_per_tile + 1;
}

/// All that the layout of one network depends on.
std::vector<Index> key_of(const std::vector<Index>& arrays, const ChipSpec& chip) {
  std::vector<Index> key{chip.mesh.columns, chip.mesh.rows, chip.map.placement == "bands",
                         chip.map.tensor_parallel, beyond_bands(chip).has_value()};
  for (const LevelSpec& level : chip.system) key.insert(key.end(), {level.columns, level.rows});
  for (const Index of_kind : arrays) key.insert(key.end(), {of_kind, tiles_of(of_kind, chip)});
  return key;
}

std::vector<Index> arrays_by_kind(const ShapeNetwork& network, const BlockShape& shape) {
  std::vector<Index> arrays;
  for (const LayerKind& kind : network.kinds) arrays.push_back(arrays_of(kind, shape));
  return arrays;
}

std::optional<BandChips> chips_of(const TransformerSpec& network, const ChipSpec& chip,
                                  const std::vector<Band>& bands) {
  const Layout layout = layout_of(network, chip, bands);
  if (!layout.bands) return {};
  BandChips found{layout.chips, layout.grid.columns, 1, {}};
  if (!chip.system.empty()) {
    found.system = on_grid(chip, layout.grid, layout.rows).system;
    found.chips = n_chips(found.system);
  }
  found.rows = found.chips * chip.n_tiles() / found.columns;
  return found;
}

}  // namespace

Index arrays_of(const std::vector<SkippedMatrices>& skipped, const BlockShape& shape) {
  Index arrays = 0;
  for (const SkippedMatrices& s : skipped) {
    arrays += s.count * tile_grid(s.rows, s.columns, shape).size();
  }
  return arrays;
}

std::vector<Band> bands_of(const ShapeNetwork& network, const ChipSpec& chip,
                           const BlockShape& shape) {
  const std::vector<Index> arrays = arrays_by_kind(network, shape);
  std::vector<Band> bands;
  for (const LayerUse& use : network.layers) {
    const Index of_layer = arrays[use.kind];
    const Index tiles = tiles_of(of_layer, chip);
    if (of_layer == 0 && use.layer < 0) continue;
    bands.push_back({use.layer, of_layer, tiles, 0, 0, {of_layer}, {tiles}});
  }
  return bands;
}

const std::optional<BandChips>& KnownBands::of(const ShapeNetwork& network, const ChipSpec& chip,
                                               const BlockShape& shape) {
  constexpr size_t kMostKnown = 4096;
  const std::vector<Index> key = key_of(arrays_by_kind(network, shape), chip);
  const auto at = known_.find(key);
  if (at != known_.end()) return at->second;
  if (known_.size() >= kMostKnown) known_.clear();
  return known_[key] = chips_of(network.spec, chip, bands_of(network, chip, shape));
}

}  // namespace ohm
