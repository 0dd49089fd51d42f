// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_network.h"

#include <fmt/format.h>

#include "core/error.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

Index crossbar_blocks(const Network& network, const Chip& chip) {
  Index blocks = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (!in_crossbars(matmul, chip.spec.head)) continue;
    blocks += tile_grid(matmul.rows, matmul.columns, chip.shape).size();
  }
  return blocks;
}

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

}  // namespace

Mapping map_network(const Network& network, const ChipSpec& spec) {
  require_mappable(network, "map");
  Chip chip = chip_for(network, spec, crossbar_blocks(network, compile_chip(spec)));
  Partition partition = partition_network(network, chip.shape, spec.row_split, spec.head);
  Placement placement = place(network, partition, chip.mesh, spec.macros_per_tile);
  Mapping mapping{network, std::move(chip), std::move(partition), std::move(placement), {}, {}, {},
                  {}};
  mapping.verification =
      verify(network,
             {spec.name, mapping.chip.mesh.size(), spec.macros_per_tile,
              inputs_per_array(spec.macro), mapping.chip.shape.columns, spec.head},
             mapping.partition.blocks, mapping.placement.slots);
  mapping.transfers = transfers_of(network, mapping.placement, mapping.chip.widths);
  for (const Transfer& transfer : mapping.transfers) {
    mapping.routes.push_back(route(mapping.chip.mesh, transfer));
    mapping.traffic.link_bytes += mapping.routes.back().link_bytes;
    mapping.traffic.lower_bound += least_link_bytes(transfer);
  }
  return mapping;
}

}  // namespace ohm
