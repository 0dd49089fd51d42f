// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/bands.h"

#include <algorithm>
#include <utility>

#include "mapping/macros/matrix_kind.h"
#include "mapping/macros/tile_filler.h"
#include "mapping/network/experts.h"
#include "mapping/system/router.h"

namespace ohm {
namespace {

Index ceil_of(Index n, Index by) {
  return n == 0 ? 0 : (n - 1) / by + 1;
}

/// 0: before or behind the layers; 1: dense ones; 2: with experts.
int layer_kind(const TransformerSpec& spec, const Band& band) {
  if (band.layer < 0) return 0;
  return spec.n_experts > 0 && band.layer >= spec.dense_layers ? 2 : 1;
}

/// Behind the last of the bands that are like the one at `begin`.
size_t end_of_run(const TransformerSpec& spec, const std::vector<Band>& bands, size_t begin) {
  const Band& first = bands[begin];
  size_t end = begin + 1;
  while (end < bands.size() && layer_kind(spec, bands[end]) == layer_kind(spec, first) &&
         bands[end].tiles == first.tiles) {
    ++end;
  }
  return end;
}

void lay_out(const TransformerSpec& spec, const BandGrid& grid, std::vector<Band>& bands) {
  Index row = 0;
  for (size_t begin = 0; begin < bands.size();) {
    const size_t end = end_of_run(spec, bands, begin);
    const Band& first = bands[begin];
    const Pitch pitch = grid.pitch_of(first.tiles);
    const Index start = grid.start_of(row, {first.tiles, 1, first.layer < 0});
    for (size_t i = begin; i < end; ++i) {
      bands[i].first_row = start + pitch.row_of(static_cast<Index>(i - begin));
      bands[i].rows = pitch.rows;
    }
    row = bands[end - 1].first_row + pitch.rows;
    begin = end;
  }
}

Chip one_chip(ChipSpec chip) {
  chip.mesh = {1, 1};
  chip.system.clear();
  return compile_chip(alike(std::move(chip)));
}

/// The place on the mesh of an array on the band's tile of this number.
Slot slot_of(const Band& band, const Slot& place, Index columns) {
  const Index row = place.tile / columns, along = place.tile % columns;
  const Index column = row % 2 == 0 ? along : columns - 1 - along;
  return {(band.first_row + row) * columns + column, place.slot};
}

/// Whether the blocks of a matrix are in the partition: of experts for which others stand only
/// where all of them are wanted.
bool is_in(const Network& network, const StaticMatmul& matmul, bool all) {
  return all || matmul.expert < 0 || stands_for_group(network.spec, matmul.expert);
}

Index stored_arrays(const Network& network, const Chip& chip, bool all) {
  Index sum = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (is_in(network, matmul, all)) sum += blocks_of(matmul, chip);
  }
  return sum;
}

/// Blocks of matrices, all of them or the listed ones, and their slots.
std::pair<Partition, std::vector<Slot>> store(const Network& network, const Chip& chip,
                                              const std::vector<Band>& bands, bool all) {
  const std::string row_split = row_split_of(chip.spec);
  Partition partition{chip.shape, {}, {0}};
  std::vector<Slot> slots;
  const auto blocks = static_cast<size_t>(stored_arrays(network, chip, all));
  partition.blocks.reserve(blocks);
  slots.reserve(blocks);
  size_t at = 0;
  TileFiller filler(macros_per_tile(chip));
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.layer != bands[at].layer) {
      ++at;
      filler = TileFiller(macros_per_tile(chip));
    }
    const Index arrays = blocks_of(matmul, chip), kind = kind_of(matmul, chip.spec).macro;
    if (arrays > 0 && is_in(network, matmul, all)) {
      add_blocks(matmul, cut_of(matmul, chip), row_split, partition);
      for (Index i = 0; i < arrays; ++i) {
        slots.push_back(slot_of(bands[at], filler.next(kind), chip.mesh.columns()));
      }
    } else {
      filler.skip(kind, arrays);
    }
    partition.first.push_back(std::ssize(partition.blocks));
  }
  return {std::move(partition), std::move(slots)};
}

}  // namespace

ChipSpec alike(ChipSpec chip) {
  chip.dies.clear();
  for (MacroKindSpec& kind : chip.macros) kind.tiles = MacroKindSpec::kAuto;
  return chip;
}

std::vector<Band> bands_of(const Network& network, const ChipSpec& spec) {
  const Chip chip = one_chip(spec);
  std::vector<Band> bands;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (bands.empty() || bands.back().layer != matmul.layer) {
      bands.push_back({matmul.layer});
      bands.back().arrays_of_kind.resize(chip.kinds.size());
    }
    const Index arrays = blocks_of(matmul, chip);
    bands.back().arrays += arrays;
    bands.back().arrays_of_kind[static_cast<size_t>(kind_of(matmul, chip.spec).macro)] += arrays;
  }
  for (Band& band : bands) {
    for (size_t k = 0; k < chip.kinds.size(); ++k) {
      const Index tiles = ceil_of(band.arrays_of_kind[k], chip.kinds[k].macros_per_tile);
      band.tiles_of_kind.push_back(tiles);
      band.tiles += tiles;
    }
  }
  return bands;
}

std::vector<BandRun> runs_of(const TransformerSpec& spec, const std::vector<Band>& bands,
                             const Reduction* reduction) {
  std::vector<BandRun> runs;
  for (size_t begin = 0; begin < bands.size();) {
    const size_t end = end_of_run(spec, bands, begin);
    BandRun run{bands[begin].tiles, 0, bands[begin].layer < 0};
    for (size_t i = begin; i < end; ++i) {
      run.layers += reduction == nullptr ? 1 : reduction->stands_for(bands[i].layer);
    }
    runs.push_back(run);
    begin = end;
  }
  return runs;
}

std::vector<Band> bands_on(const Network& network, const ChipSpec& chip, const BandGrid& grid) {
  std::vector<Band> bands = bands_of(network, chip);
  lay_out(network.spec, grid, bands);
  return bands;
}

std::vector<Index> periods_of(const Network& network, const ChipSpec& chip, const BandGrid& grid) {
  std::vector<Index> periods;
  int kind = 0;
  for (const Band& band : bands_of(network, chip)) {
    const int next = layer_kind(network.spec, band);
    if (next > 0 && next != kind) periods.push_back(1);
    if (next > 0) periods.back() = grid.pitch_of(band.tiles).period;
    kind = next;
  }
  return periods;
}

ChipSpec on_grid(ChipSpec chip, const BandGrid& grid, Index rows) {
  const Index most = std::max<Index>(1, rows);
  if (chip.system.empty()) {
    chip.mesh = {grid.columns, std::max(chip.mesh.rows, most)};
    return chip;
  }
  Index width = chip.mesh.columns, height = chip.mesh.rows;
  for (size_t k = 0; k + 1 < chip.system.size(); ++k) {
    width *= chip.system[k].columns;
    height *= chip.system[k].rows;
  }
  chip.system.back().columns = grid.columns / width;
  chip.system.back().rows = std::max(chip.system.back().rows, ceil_of(most, height));
  return chip;
}

Index rows_of(const std::vector<Band>& bands, const Reduction& reduction, const BandGrid& grid) {
  Index rows = bands.back().first_row + bands.back().rows;
  for (const LayerRun& run : reduction.runs) {
    if (run.repeats() == 0) continue;
    for (const Band& band : bands) {
      if (band.layer != run.kept_first + run.kept - 1) continue;
      const Pitch pitch = grid.pitch_of(band.tiles);
      rows += (run.layers - run.kept) / pitch.abreast * pitch.step;
    }
  }
  return rows;
}

std::pair<Partition, std::vector<Slot>> store_in_bands(const Network& network, const Chip& chip,
                                                       const std::vector<Band>& bands) {
  return store(network, chip, bands, true);
}

BandMapping map_in_bands(const Network& network, const ChipSpec& chip, const BandGrid& grid) {
  std::vector<Band> bands = bands_on(network, chip, grid);
  const Index rows = bands.back().first_row + bands.back().rows;
  Chip compiled = compile_chip(on_grid(alike(chip), grid, rows));
  compiled.widths.matrices = matrix_widths(network, chip);
  auto [partition, slots] = store(network, compiled, bands, false);
  Placement placement = placement_of(network, partition, compiled, std::move(slots));
  for (const Band& band : bands) placement.tiles_used += band.tiles;
  Arrangement arrangement = single_copies(partition);
  for (const StaticMatmul& matmul : network.matmuls) {  // also those of experts that are not listed
    arrangement.copies[static_cast<size_t>(matmul.id)] = in_crossbars(matmul, chip) ? 1 : 0;
  }
  Mapping mapping{network,
                  std::move(compiled),
                  std::move(partition),
                  std::move(arrangement),
                  std::move(placement),
                  {},
                  {},
                  {},
                  {}};
  mapping.transfers = transfers_of(network, mapping.placement, mapping.chip.widths);
  Router router(mapping.chip.mesh);
  for (const Transfer& transfer : mapping.transfers) {
    mapping.routes.push_back(router.route(transfer));
    mapping.traffic.link_bytes += mapping.routes.back().link_bytes;
    mapping.traffic.lower_bound += least_link_bytes(transfer);
  }
  return {std::move(mapping), std::move(bands)};
}

Index arrays_of(const std::vector<Band>& bands, const Reduction& reduction) {
  Index sum = 0;
  for (const Band& band : bands) sum += band.arrays * reduction.stands_for(band.layer);
  return sum;
}

std::vector<Index> by_kind(const std::vector<Band>& bands, const Reduction& reduction,
                           std::vector<Index> Band::*count) {
  std::vector<Index> sums((bands.front().*count).size(), 0);
  for (const Band& band : bands) {
    for (size_t k = 0; k < sums.size(); ++k) {
      sums[k] += (band.*count)[k] * reduction.stands_for(band.layer);
    }
  }
  return sums;
}

Index tiles_of(const std::vector<Band>& bands, const Reduction& reduction) {
  Index sum = 0;
  for (const Band& band : bands) sum += band.tiles * reduction.stands_for(band.layer);
  return sum;
}

}  // namespace ohm
