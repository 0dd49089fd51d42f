// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "mapping/chip/anneal.h"
#include "mapping/verify/verify_mapping.h"

namespace ohm {
namespace {

[[noreturn]] void refuse(const Network& network, const ChipSpec& chip, Index tiles) {
  const bool may_leave = network.spec.is_decoder() && chip.head != "digital";
  std::string found = fmt::format("has {}", chip.n_tiles());
  if (grows(chip.system)) {
    found += fmt::format(" and a system at most {}", kMostSystemTiles);
  } else if (!chip.system.empty()) {
    found += fmt::format(" on each of {} chips", n_chips(chip.system));
  }
  throw ConfigError(fmt::format(
      "network {} needs {} tiles, chip {} {}: enlarge mesh or macros_per_tile,{}{} or take a "
      "smaller network",
      network.spec.name, tiles, chip.name, found, may_leave ? " keep the head digital," : "",
      grows(chip.system)
          ? ""
          : " take as many chips as it needs with system: [{link: link_ucie_standard}],"));
}

/// A chip with room for so many arrays: where its system grows, as many chips as that takes.
Chip chip_for(const Network& network, const ChipSpec& spec, Index arrays) {
  const Index tiles = arrays == 0 ? 0 : (arrays - 1) / spec.macros_per_tile + 1;
  const Index chips = tiles == 0 ? 1 : (tiles - 1) / spec.n_tiles() + 1;
  const Index taken = n_chips(sized(spec.system, chips));
  if (chips > taken || taken > kMostSystemTiles / spec.n_tiles()) refuse(network, spec, tiles);
  return compile_chip(spec, chips);
}

void require_matches(const Network& network, const ChipSpec& spec) {
  for (const MatrixRule& rule : spec.map.matrices) {
    const auto& all = network.matmuls;
    const bool known = std::any_of(all.begin(), all.end(), [&](const StaticMatmul& matmul) {
      return matches(rule.match, matmul.name);
    });
    if (known) continue;
    throw ConfigError(fmt::format(
        "chip {}: map.matrices: '{}' matches no matrix of network {}; expected a name such as "
        "'{}', in which * stands for any text",
        spec.name, rule.match, network.spec.name, all.empty() ? "" : all.front().name));
  }
}

/// Where the contents of each tile go: annealed from the most compact snake, tile 0 stays, for the
/// DRAM is attached to it.
std::vector<Index> annealed(const Chip& chip, const std::vector<Transfer>& transfers, Index used) {
  std::vector<Index> step(static_cast<size_t>(chip.mesh.size()));  // by tile: along the snake
  for (Index i = 0; i < chip.mesh.size(); ++i) step[static_cast<size_t>(chip.mesh.snake(i))] = i;
  std::vector<Flow> flows = flows_of(transfers);
  for (Flow& flow : flows) {
    flow.hub = step[static_cast<size_t>(flow.hub)];
    for (Index& group : flow.groups) group = step[static_cast<size_t>(group)];
  }
  const MapSpec& map = chip.spec.map;
  AnnealSpec spec;
  spec.start = compact_start(chip.mesh, flows, used, chip.crossing_costs());
  spec.fixed.assign(static_cast<size_t>(used), false);
  spec.fixed.front() = true;
  spec.seed = static_cast<std::uint32_t>(map.seed);
  spec.moves = map.moves == 0 ? 1000 * used : map.moves;
  const AnnealedPlacement placed =
      anneal(Interconnect(chip.mesh, chip.crossing_costs()), flows, spec);
  std::vector<Index> target(static_cast<size_t>(chip.mesh.size()), -1);
  for (Index i = 0; i < used; ++i) {
    target[static_cast<size_t>(chip.mesh.snake(i))] = placed.place[static_cast<size_t>(i)];
  }
  return target;
}

void route_all(Mapping& mapping) {
  const Interconnect interconnect(mapping.chip.mesh, mapping.chip.crossing_costs());
  mapping.transfers = transfers_of(mapping.network, mapping.placement, mapping.chip.widths);
  mapping.routes.clear();
  mapping.traffic.link_bytes = mapping.traffic.lower_bound = 0;
  std::vector<Index> itself(static_cast<size_t>(mapping.chip.mesh.size()));
  std::iota(itself.begin(), itself.end(), Index{0});
  for (const Flow& flow : flows_of(mapping.transfers)) {
    mapping.traffic.link_bytes += hop_bytes(interconnect, flow, itself);
  }
  for (const Transfer& transfer : mapping.transfers) {
    mapping.routes.push_back(route(mapping.chip.mesh, transfer));
    mapping.traffic.lower_bound += least_link_bytes(per_token(transfer));
  }
  const std::int64_t together =
      least_hop_bytes(interconnect, flows_of(mapping.transfers), mapping.chip.mesh.size());
  mapping.traffic.lower_bound = std::max(mapping.traffic.lower_bound, together);
}

Partition partition_of(const Network& network, const Chip& chip) {
  return partition_network(network, chip.shape, row_split_of(chip.spec),
                           [&](const StaticMatmul& m) { return in_crossbars(m, chip.spec); });
}

/// Arrays that one copy of each matrix takes; copies are dealt out before they are packed.
Index fewest_arrays(const Network& network, const ChipSpec& spec) {
  const Chip chip = compile_chip(spec);
  if (spec.map.packing != "none" && spec.map.duplication == "none") {
    return arrange(network, chip, partition_of(network, chip)).arrays;
  }
  Index blocks = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (!in_crossbars(matmul, spec)) continue;
    blocks += tile_grid(matmul.rows, matmul.columns, chip.shape).size();
  }
  return blocks;
}

}  // namespace

std::vector<StoredBlock> Mapping::stored_blocks() const {
  std::vector<StoredBlock> blocks;
  for (const StoredCopy& copy : arrangement.stored) {
    const auto m = static_cast<size_t>(copy.matmul);
    for (Index b = partition.first[m]; b < partition.first[m + 1]; ++b) {
      const PackedSpot& spot = arrangement.spots[blocks.size()];
      blocks.push_back({partition.blocks[static_cast<size_t>(b)], copy.copy,
                        placement.slots[blocks.size()], spot.first_row, spot.first_column, 0});
    }
  }
  return blocks;
}

std::int64_t Mapping::weights_in_dram() const {
  std::int64_t bytes = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (arrangement.copies[static_cast<size_t>(matmul.id)] > 0) continue;
    bytes += (matmul.weights() * chip.widths.weight_bits + 7) / 8;
  }
  return bytes;
}

Mapping map_network(const Network& network, const ChipSpec& spec) {
  require_matches(network, spec);
  Chip chip = chip_for(network, spec, fewest_arrays(network, spec));
  Partition partition = partition_of(network, chip);
  Arrangement arrangement = arrange(network, chip, partition);
  if (arrangement.arrays > chip.mesh.size() * spec.macros_per_tile) {
    chip = chip_for(network, spec, arrangement.arrays);
  }
  Placement placement = place(network, partition, arrangement, chip.mesh, spec.macros_per_tile);
  Mapping mapping{network,
                  std::move(chip),
                  std::move(partition),
                  std::move(arrangement),
                  std::move(placement),
                  {},
                  {},
                  {},
                  {}};
  route_all(mapping);
  mapping.traffic.start_link_bytes = mapping.traffic.link_bytes;
  if (spec.map.placement == "anneal" && mapping.placement.tiles_used > 0) {
    move_tiles(mapping.placement,
               annealed(mapping.chip, mapping.transfers, mapping.placement.tiles_used));
    route_all(mapping);
  }
  mapping.verification = verify_mapping(mapping);
  return mapping;
}

}  // namespace ohm
