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

void require_room(const Network& network, const Chip& chip) {
  const Index blocks = crossbar_blocks(network, chip);
  const Index tiles = (blocks - 1) / chip.spec.macros_per_tile + 1;
  if (tiles <= chip.spec.n_tiles()) return;
  const bool may_leave = network.spec.is_decoder() && chip.spec.head != "digital";
  throw ConfigError(fmt::format(
      "network {} needs {} tiles, chip {} has {}: enlarge mesh or macros_per_tile,{} or take a "
      "smaller network",
      network.spec.name, tiles, chip.spec.name, chip.spec.n_tiles(),
      may_leave ? " keep the head digital," : ""));
}

}  // namespace

Mapping map_network(const Network& network, const ChipSpec& spec) {
  Chip chip = compile_chip(spec);
  require_room(network, chip);
  Partition partition = partition_network(network, chip.shape, spec.row_split, spec.head);
  Placement placement = place(network, partition, chip.mesh, spec.macros_per_tile);
  Mapping mapping{network, std::move(chip), std::move(partition), std::move(placement), {}, {}, {},
                  {}};
  mapping.verification =
      verify(network,
             {spec.name, spec.n_tiles(), spec.macros_per_tile, inputs_per_array(spec.macro),
              mapping.chip.shape.columns, spec.head},
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
