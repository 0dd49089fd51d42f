// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "mapping/verify/violated.h"

namespace ohm {
namespace {

std::string shown(const Block& b) {
  return fmt::format("block [{}, {}) × [{}, {}) of matmul {}", b.first_row, b.first_row + b.rows,
                     b.first_column, b.first_column + b.columns, b.matmul);
}

void check_slots(const Capacities& chip, const std::vector<Slot>& slots) {
  std::set<std::pair<Index, Index>> taken;
  for (const Slot& slot : slots) {
    if (slot.tile < 0 || slot.tile >= chip.tiles) {
      violated(fmt::format("tile {}; {} has {} tiles", slot.tile, chip.name, chip.tiles));
    }
    if (slot.slot < 0 || slot.slot >= chip.macros_per_tile) {
      violated(fmt::format("slot {} of tile {}; a tile has {} macros", slot.slot, slot.tile,
                           chip.macros_per_tile));
    }
    if (!taken.emplace(slot.tile, slot.slot).second) {
      violated(fmt::format("slot {} of tile {} is used twice", slot.slot, slot.tile));
    }
  }
}

void check_block(const Capacities& chip, const Network& network, const Block& b) {
  if (b.matmul < 0 || b.matmul >= std::ssize(network.matmuls)) {
    violated(fmt::format("{}; the network has {} matrices", shown(b), network.matmuls.size()));
  }
  const StaticMatmul& matmul = network.matmuls[static_cast<size_t>(b.matmul)];
  if (b.rows < 1 || b.rows > chip.array_rows || b.columns < 1 || b.columns > chip.array_columns) {
    violated(fmt::format("{}; an array holds up to {} × {} weights", shown(b), chip.array_rows,
                         chip.array_columns));
  }
  if (b.first_row < 0 || b.first_row + b.rows > matmul.rows || b.first_column < 0 ||
      b.first_column + b.columns > matmul.columns) {
    violated(fmt::format("{}; '{}' has {} × {} weights", shown(b), matmul.name, matmul.rows,
                         matmul.columns));
  }
}

/// Sweeps down the rows: at each edge the blocks in force must cover [0, columns) without a gap.
void check_cover(const StaticMatmul& matmul, const std::vector<Block>& blocks) {
  std::set<Index> edges{0, matmul.rows};
  std::map<Index, std::vector<Block>> starts;
  for (const Block& b : blocks) {
    edges.insert({b.first_row, b.first_row + b.rows});
    starts[b.first_row].push_back(b);
  }
  std::map<Index, Block> live;  // by first column
  for (const Index row : edges) {
    if (row == matmul.rows) break;
    std::erase_if(live, [row](const auto& e) { return e.second.first_row + e.second.rows <= row; });
    for (const Block& b : starts[row]) {
      if (!live.emplace(b.first_column, b).second) {
        violated(fmt::format("{} of '{}' overlaps another", shown(b), matmul.name));
      }
    }
    Index covered = 0;
    for (const auto& [column, b] : live) {
      if (column != covered) {
        violated(fmt::format("'{}': row {}, columns from {}: {}; every weight must be stored once",
                             matmul.name, row, std::min(covered, column),
                             column > covered ? "stored nowhere" : "stored twice"));
      }
      covered += b.columns;
    }
    if (covered != matmul.columns) {
      violated(
          fmt::format("'{}': row {}, columns from {}: stored nowhere; every weight must be "
                      "stored once",
                      matmul.name, row, covered));
    }
  }
}

void check_tiles(const StaticMatmul& matmul, const std::vector<Block>& blocks) {
  std::map<Index, std::pair<Index, Index>> rows_of, columns_of;
  for (const Block& b : blocks) {
    const auto row = rows_of.try_emplace(b.row_tile, b.first_row, b.rows).first->second;
    const auto column =
        columns_of.try_emplace(b.column_tile, b.first_column, b.columns).first->second;
    if (row != std::pair(b.first_row, b.rows) || column != std::pair(b.first_column, b.columns)) {
      violated(fmt::format("{} of '{}' does not lie where its row tile {} and column tile {} lie",
                           shown(b), matmul.name, b.row_tile, b.column_tile));
    }
  }
}

bool is_digital(const StaticMatmul& matmul, const Capacities& capacities) {
  if (!capacities.digital.empty()) return capacities.digital[static_cast<size_t>(matmul.id)];
  return capacities.head == "digital" && matmul.part == "head" && !matmul.once;
}

}  // namespace

Verification verify(const Network& network, const Capacities& capacities,
                    const std::vector<Block>& blocks, const std::vector<Slot>& slots) {
  if (blocks.size() != slots.size()) {
    violated(fmt::format("{} blocks but {} slots", blocks.size(), slots.size()));
  }
  check_slots(capacities, slots);
  std::map<Index, std::vector<Block>> by_matmul;
  for (const Block& b : blocks) {
    check_block(capacities, network, b);
    by_matmul[b.matmul].push_back(b);
  }
  Verification report;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (is_digital(matmul, capacities)) {
      if (by_matmul.contains(matmul.id)) {
        violated(fmt::format("'{}' is digital and has blocks in crossbars", matmul.name));
      }
      continue;
    }
    check_cover(matmul, by_matmul[matmul.id]);
    check_tiles(matmul, by_matmul[matmul.id]);
    report.weights += matmul.rows * matmul.columns;
  }
  report.blocks = std::ssize(blocks);
  report.checked = {"every weight is stored in exactly one block",
                    "row tiles and column tiles cover each matrix without gap or overlap",
                    "every block lies inside its matrix and fits into one array",
                    "every block has one slot, no slot has two blocks",
                    "every slot exists: tiles of the mesh, macros of the tile"};
  report.assumed = {"the operator graph describes the network",
                    "an array holds whole weights: all slices of a weight share one wordline",
                    "buffers hold the activations between two operators"};
  return report;
}

}  // namespace ohm
