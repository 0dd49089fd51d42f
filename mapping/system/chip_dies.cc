// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/chip_dies.h"

#include <algorithm>

namespace ohm {
namespace {

template <class Keep>
std::vector<Index> along_snake(const Chip& chip, const Keep& keep) {
  std::vector<Index> tiles;
  for (Index step = 0; step < chip.mesh.size(); ++step) {
    const Index tile = chip.mesh.snake(step);
    const Index die =
        chip.dies.empty() ? -1 : chip.dies[static_cast<size_t>(chip.mesh.chip_of(tile))];
    if (keep(die)) tiles.push_back(tile);
  }
  return tiles;
}

}  // namespace

Index dies_without_weights(const ChipSpec& spec) {
  Index n = 0;
  for (const DieSpec& die : spec.dies) n += std::ssize(die.at);
  return n;
}

Index tiles_of_dies(const Chip& chip) {
  return dies_without_weights(chip.spec) * chip.spec.n_tiles();
}

std::vector<Index> tiles_of_die(const Chip& chip, const DieSpec& die) {
  std::vector<Index> tiles;
  for (Index tile = 0; tile < chip.mesh.size(); ++tile) {
    const auto& at = die.at;
    if (std::find(at.begin(), at.end(), chip.mesh.chip_of(tile)) != at.end()) tiles.push_back(tile);
  }
  return tiles;
}

bool is_on_die(const Chip& chip, Index tile) {
  return !chip.dies.empty() && chip.dies[static_cast<size_t>(chip.mesh.chip_of(tile))] >= 0;
}

SquareMetres die_tile_area(const Chip& chip) {
  const ChipSpec& spec = chip.spec;
  return spec.buffer.area + spec.digital.area + spec.noc.router_area +
         total_area(spec.tile.parts, spec.macro.periphery.technology());
}

SquareMetres die_area(const Chip& chip, const DieSpec& die) {
  return static_cast<double>(chip.spec.n_tiles()) * die_tile_area(chip) +
         total_area(die.parts, chip.spec.macro.periphery.technology()) + chip.link_ends();
}

Watts die_tile_leakage(const Chip& chip, const DieSpec& die) {
  return chip.spec.buffer.leakage +
         die.leakage * (chip.spec.digital.area + chip.spec.noc.router_area);
}

Watts leakage_of_dies(const Chip& chip) {
  Watts sum;
  for (const DieSpec& die : chip.spec.dies) {
    const auto tiles = static_cast<double>(std::ssize(die.at) * chip.spec.n_tiles());
    sum += tiles * die_tile_leakage(chip, die);
  }
  return sum;
}

std::vector<Index> dies_of(const ChipSpec& spec) {
  std::vector<Index> dies;
  if (spec.dies.empty()) return dies;
  for (Index chip = 0; chip < n_chips(spec.system); ++chip) dies.push_back(die_at(spec.dies, chip));
  return dies;
}

std::vector<Index> weight_tiles(const Chip& chip) {
  return along_snake(chip, [](Index die) { return die < 0; });
}

std::vector<Index> attention_tiles(const Chip& chip) {
  if (chip.dies.empty()) return {};
  return along_snake(chip, [&](Index die) {
    return die >= 0 && chip.spec.dies[static_cast<size_t>(die)].attention;
  });
}

}  // namespace ohm
