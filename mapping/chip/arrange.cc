// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/arrange.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "core/error.h"
#include "crossbar/cost/macro_timing.h"
#include "mapping/chip/packed_arrays.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/system/chip_dies.h"

namespace ohm {
namespace {

Index budget_in_tiles(const Chip& chip) {
  const auto all = static_cast<double>(chip.mesh.size() - tiles_of_dies(chip));
  const double budget = chip.spec.map.budget;
  const double tiles = std::floor(std::min(budget <= 1 ? budget * all : budget, all));
  // each kind of macro but one may leave a tile that is not full
  return std::max<Index>(0, static_cast<Index>(tiles) + 1 - std::ssize(chip.kinds));
}

/// Shares of a tile in which arrays of all kinds are whole numbers.
Index shares_of_tile(const Chip& chip) {
  Index shares = 1;
  for (const TileKind& kind : chip.kinds) shares = std::lcm(shares, kind.macros_per_tile);
  return shares;
}

Index shares_of(const StaticMatmul& matmul, const Chip& chip, const Partition& partition) {
  const Index kind = kind_of(matmul, chip.spec).macro;
  return partition.size(matmul.id) * (shares_of_tile(chip) / chip.kind(kind).macros_per_tile);
}

Duplication duplicate(const Network& network, const Chip& chip, const Partition& partition) {
  constexpr double kLongest = 1000;  // seconds; no schedule has longer steps
  std::vector<DuplicationStage> stages;
  Index blocks = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    const Index arrays = shares_of(matmul, chip, partition);
    blocks += arrays;
    const MvmTime time = mvm_time(chip, partition, matmul);
    // of a whole sequence, one token passes a matrix that acts once
    const double longer =
        matmul.once ? 0.0 : std::min(std::max(time.load, time.interval).si(), kLongest);
    const double load = static_cast<double>(matmul.active) / static_cast<double>(matmul.among);
    const bool copied =
        arrays > 0 && !matmul.once && !matmul.routed() && chip.spec.map.duplication != "none";
    stages.push_back({static_cast<std::int64_t>(std::round(longer * load * 1e12)), arrays,
                      copied ? DuplicationStage::kMostCopies : 1});
  }
  if (chip.spec.map.duplication == "none") {
    return duplicate_for_throughput(stages, blocks);  // no stage has a second copy
  }
  const Index budget = budget_in_tiles(chip) * shares_of_tile(chip);
  if (blocks > budget) {
    throw ConfigError(fmt::format(
        "chip {}: map.budget: {:g} of {} tiles hold {} arrays; expected at least the {} that one "
        "copy of each matrix of {} takes: raise the budget",
        chip.spec.name, chip.spec.map.budget, chip.mesh.size(), budget, blocks, network.spec.name));
  }
  return chip.spec.map.duplication == "latency" ? duplicate_for_latency(stages, budget)
                                                : duplicate_for_throughput(stages, budget);
}

/// Entries of `stored` for these copies; blocks are still to be counted.
void list_copies(const Partition& partition, const std::vector<Index>& copies,
                 Arrangement& result) {
  result.first = {0};
  for (size_t m = 0; m + 1 < partition.first.size(); ++m) {
    const auto matmul = static_cast<Index>(m);
    result.copies.push_back(partition.size(matmul) == 0 ? 0 : copies[m]);
    for (Index copy = 0; copy < result.copies.back(); ++copy) {
      result.stored.push_back({matmul, copy, partition.size(matmul), 1, {}});
    }
    result.first.push_back(std::ssize(result.stored));
  }
}

/// Calls visit(copy, block) for every stored block, in order.
void for_each_block(const Partition& partition, std::vector<StoredCopy>& stored,
                    const auto& visit) {
  for (StoredCopy& copy : stored) {
    const auto m = static_cast<size_t>(copy.matmul);
    for (Index b = partition.first[m]; b < partition.first[m + 1]; ++b) {
      visit(copy, partition.blocks[static_cast<size_t>(b)]);
    }
  }
}

void one_array_each(Arrangement& result) {
  Index arrays = 0;
  for (const StoredCopy& copy : result.stored) arrays += copy.arrays;
  result.spots.resize(static_cast<size_t>(arrays));
  for (PackedSpot& spot : result.spots) spot = {result.arrays++, 0, 0};
  result.fewest_arrays = result.arrays;
}

void number_by_first_use(Arrangement& result) {
  std::vector<Index> number(static_cast<size_t>(result.arrays), -1);
  Index next = 0;
  for (PackedSpot& spot : result.spots) {
    Index& known = number[static_cast<size_t>(spot.array)];
    if (known < 0) known = next++;
    spot.array = known;
  }
}

/// Fills in who shares arrays with whom, and how often a copy must read them.
void count_sharing(const Partition& partition, Arrangement& result) {
  std::map<Index, std::map<StoredCopy*, Index>> users;  // blocks, by array and copy
  size_t i = 0;
  for_each_block(partition, result.stored,
                 [&](StoredCopy& copy, const Block&) { ++users[result.spots[i++].array][&copy]; });
  for (StoredCopy& copy : result.stored) copy.arrays = 0;
  for (const auto& [array, copies] : users) {
    for (const auto& [copy, blocks] : copies) {
      ++copy->arrays;
      copy->turns = std::max(copy->turns, blocks);
      if (copies.size() > 1) copy->shared.push_back(array);
    }
  }
}

/// By stored block: the kind of its macro.
std::vector<Index> kinds_of_blocks(const Network& network, const Chip& chip,
                                   const Partition& partition, Arrangement& result) {
  std::vector<Index> kinds, of_matmul;
  for (const StaticMatmul& matmul : network.matmuls) {
    of_matmul.push_back(kind_of(matmul, chip.spec).macro);
  }
  for_each_block(partition, result.stored, [&](const StoredCopy& copy, const Block&) {
    kinds.push_back(of_matmul[static_cast<size_t>(copy.matmul)]);
  });
  return kinds;
}

/// Blocks of a kind of macro share arrays of that kind only.
void pack_blocks(const Chip& chip, const Partition& partition, const std::vector<Index>& kinds,
                 Arrangement& result) {
  std::vector<PackingItem> items;
  Index inputs = 0;
  for_each_block(partition, result.stored, [&](const StoredCopy&, const Block& block) {
    if (block.row_tile == 0 && block.column_tile == 0) inputs = std::ssize(items);
    items.push_back({block.rows, block.columns, inputs + block.row_tile, 0});
  });
  result.spots.resize(items.size());
  for (Index kind = 0; kind < chip.spec.n_kinds(); ++kind) {
    std::vector<PackingItem> own;
    std::vector<size_t> numbers;
    for (size_t i = 0; i < items.size(); ++i) {
      if (kinds[i] != kind) continue;
      own.push_back(items[i]);
      numbers.push_back(i);
    }
    const Packing packing = pack(own, array_of(chip, kind), Sharing::in_turn);
    for (size_t i = 0; i < own.size(); ++i) {
      result.spots[numbers[i]] = packing.spots[i];
      result.spots[numbers[i]].array += result.arrays;
    }
    result.arrays += packing.arrays;
    result.fewest_arrays += packing.bound;
  }
  number_by_first_use(result);
  count_sharing(partition, result);
}

/// An array is of the kind of its blocks.
void note_kinds(const std::vector<Index>& kinds, Arrangement& result) {
  result.kinds.assign(static_cast<size_t>(result.arrays), 0);
  for (size_t i = 0; i < kinds.size(); ++i) {
    result.kinds[static_cast<size_t>(result.spots[i].array)] = kinds[i];
  }
}

}  // namespace

MvmTime mvm_time(const Chip& chip, const Partition& partition, const StaticMatmul& matmul) {
  const auto m = static_cast<size_t>(matmul.id);
  Index rows = 0, columns = 0;
  for (Index b = partition.first[m]; b < partition.first[m + 1]; ++b) {
    rows = std::max(rows, partition.blocks[static_cast<size_t>(b)].rows);
    columns = std::max(columns, partition.blocks[static_cast<size_t>(b)].columns);
  }
  if (rows == 0) return {};
  const MacroTiming timing = macro_timing(macro_of(matmul, chip.spec), rows, columns);
  // each tile writes what arrives and reads it into its macros
  const auto inputs = bytes_of(matmul.rows, chip.widths.of(matmul.id).input_bits);
  return {Bytes(static_cast<double>(2 * inputs)) / chip.spec.buffer.bandwidth, timing.interval,
          timing.latency};
}

Arrangement single_copies(const Partition& partition) {
  Arrangement result;
  list_copies(partition, std::vector<Index>(partition.first.size() - 1, 1), result);
  one_array_each(result);
  return result;
}

Arrangement arrange(const Network& network, const Chip& chip, const Partition& partition) {
  Arrangement result;
  result.duplication = duplicate(network, chip, partition);
  list_copies(partition, result.duplication.copies, result);
  const std::vector<Index> kinds = kinds_of_blocks(network, chip, partition, result);
  if (chip.spec.map.packing == "edge_blocks") {
    pack_blocks(chip, partition, kinds, result);
  } else {
    one_array_each(result);
  }
  if (chip.kinds.size() > 1) note_kinds(kinds, result);
  return result;
}

}  // namespace ohm
