// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "mapping/chip/anneal.h"
#include "mapping/macros/chips_for.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/layout.h"
#include "mapping/system/chip_dies.h"
#include "mapping/system/router.h"
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

/// A chip with room for so many tiles: where its system grows, as many chips as that takes.
Chip chip_for(const Network& network, const ChipSpec& spec, const Layout& layout) {
  const Index without = dies_without_weights(spec);
  // more tiles of a kind than a given number of chips is made with: settle_kinds() says so
  const Index all = layout.fewest_tiles;
  const Index chips =
      grows(spec.system) ? layout.chips : std::max<Index>(1, chips_for(spec, {all}));
  const Index taken = n_chips(sized(spec.system, chips));
  if (chips > taken - without || taken > kMostSystemTiles / spec.n_tiles()) {
    refuse(network, spec, all);
  }
  Chip chip = compile_chip(spec, chips);
  chip.widths.matrices = matrix_widths(network, spec);
  return chip;
}

/// A chip made with so many tiles of a kind has no more of them; of the others it has what is
/// taken.
void settle_kinds(const Network& network, const Placement& placement, Chip& chip) {
  for (Index k = 1; k < chip.spec.n_kinds(); ++k) {
    TileKind& kind = chip.kinds[static_cast<size_t>(k)];
    const Index taken = placement.tiles_of(k);
    if (chip.spec.macros[static_cast<size_t>(k - 1)].tiles == MacroKindSpec::kAuto) {
      kind.tiles = taken;
    }
    if (taken <= kind.tiles) continue;
    throw ConfigError(fmt::format(
        "chip {}: macros[{}].tiles: network {} needs {} tiles of kind {}, the chip has {}: raise "
        "it, or say auto",
        chip.spec.name, k - 1, network.spec.name, taken, kind.name, kind.tiles));
  }
  Index own = chip.mesh.size() - tiles_of_dies(chip);
  for (const TileKind& kind : chip.kinds) own -= kind.tiles;
  if (placement.tiles_of(0) <= own) return;
  throw ConfigError(fmt::format(
      "chip {}: network {} needs {} tiles of the chip's own macros, {} are left beside those of "
      "other kinds: lower macros[...].tiles, or enlarge mesh",
      chip.spec.name, network.spec.name, placement.tiles_of(0), own));
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
  Router router(mapping.chip.mesh);
  for (const Transfer& transfer : mapping.transfers) {
    mapping.routes.push_back(router.route(transfer));
    mapping.traffic.lower_bound += least_link_bytes(per_token(transfer));
  }
  const std::int64_t together =
      least_hop_bytes(interconnect, flows_of(mapping.transfers), mapping.chip.mesh.size());
  mapping.traffic.lower_bound = std::max(mapping.traffic.lower_bound, together);
}

/// Still without what follows from the places.
Mapping in_bands(const Network& network, const ChipSpec& spec, const Layout& layout) {
  if (!layout.lacking.empty()) throw ConfigError(layout.lacking);
  if (!layout.holds) {
    refuse(network, spec, grows(spec.system) ? layout.chips * spec.n_tiles() : layout.fewest_tiles);
  }
  Chip chip = compile_chip(on_grid(spec, layout.grid, layout.rows));
  chip.widths.matrices = matrix_widths(network, spec);
  const std::vector<Band> bands = bands_on(network, spec, layout.grid);
  auto [partition, slots] = store_in_bands(network, chip, bands);
  Arrangement arrangement = arrange(network, chip, partition);
  Placement placement = placement_of(network, partition, chip, std::move(slots));
  placement.tiles_of_kind.assign(chip.kinds.size(), 0);
  for (const Band& band : bands) {
    placement.tiles_used += band.tiles;
    for (size_t k = 0; k < chip.kinds.size(); ++k) {
      placement.tiles_of_kind[k] += band.tiles_of_kind[k];
    }
  }
  if (chip.kinds.size() == 1) placement.tiles_of_kind.clear();
  return {network,
          std::move(chip),
          std::move(partition),
          std::move(arrangement),
          std::move(placement),
          {},
          {},
          {},
          {}};
}

Mapping along_snake(const Network& network, const ChipSpec& spec, const Layout& layout) {
  Chip chip = chip_for(network, spec, layout);
  Partition partition = partition_network(network, chip);
  Arrangement arrangement = arrange(network, chip, partition);
  Placement placement = place(network, partition, arrangement, chip);
  return {network,
          std::move(chip),
          std::move(partition),
          std::move(arrangement),
          std::move(placement),
          {},
          {},
          {},
          {}};
}

}  // namespace

std::vector<StoredBlock> Mapping::stored_blocks() const {
  std::vector<StoredBlock> blocks;
  for (const StoredCopy& copy : arrangement.stored) {
    const auto m = static_cast<size_t>(copy.matmul);
    for (Index b = partition.first[m]; b < partition.first[m + 1]; ++b) {
      const PackedSpot& spot = arrangement.spots[blocks.size()];
      blocks.push_back({partition.blocks[static_cast<size_t>(b)], copy.copy,
                        placement.slots[blocks.size()], spot.first_row, spot.first_column,
                        arrangement.kind_of(spot.array)});
    }
  }
  return blocks;
}

std::map<Index, Index> Mapping::tile_kinds() const {
  std::map<Index, Index> kinds;
  for (size_t i = 0; i < placement.slots.size(); ++i) {
    kinds.emplace(placement.slots[i].tile, arrangement.kind_of(arrangement.spots[i].array));
  }
  return kinds;
}

std::int64_t Mapping::weights_in_dram() const {
  std::int64_t bytes = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (arrangement.copies[static_cast<size_t>(matmul.id)] > 0) continue;
    bytes += (matmul.weights() * chip.widths.of(matmul.id).weight_bits + 7) / 8;
  }
  return bytes;
}

Mapping map_network(const Network& network, const ChipSpec& spec) {
  const Layout layout = layout_of(network, spec);
  Mapping mapping =
      layout.bands ? in_bands(network, spec, layout) : along_snake(network, spec, layout);
  settle_kinds(network, mapping.placement, mapping.chip);
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
