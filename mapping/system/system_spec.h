// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "mapping/chip/link_spec.h"
#include "mapping/system/link_grid.h"

namespace ohm {

/// What joins two neighbours.
struct EdgeSpec {
  LinkSpec link;
  Index links_per_edge = 1;  ///< side by side, as one link of so many times the bandwidth

  BytesPerSecond bandwidth() const { return static_cast<double>(links_per_edge) * link.bandwidth; }
  void visit(Visitor& v);
  bool operator==(const EdgeSpec&) const = default;
};

/// One level of a system: a grid of equal units (chips; packages of chips; boards of packages),
/// with links between neighbours.
struct LevelSpec : EdgeSpec {
  static constexpr Index kAuto = 0;

  Index columns = kAuto,
        rows = kAuto;  ///< units in a row and rows of them; kAuto: as many as needed

  bool is_auto() const { return columns == kAuto || rows == kAuto; }
  LinkGrid grid() const { return {columns, rows}; }
  void visit(Visitor& v);
};

/// How many chips work as one: level 0 joins chips, level 1 groups of chips, and so on.
///
/// Without levels: one chip. Only the last level may grow with the network.
using SystemSpec = std::vector<LevelSpec>;

constexpr size_t kMostLevels = 3;
constexpr size_t kMostEdgeKinds = 6;  ///< levels, and what dies name beside them
constexpr Index kMostSystemTiles = Index{1} << 22;

/// "chip_link", "package_link", "board_link": the component that the links of a level are booked
/// on.
const char* link_component(Index level);

/// Rules between levels, reported at `system`.
void check_system(const SystemSpec& system, Index tiles_per_chip, Visitor& v);

/// Chips of a system whose levels are sized.
Index n_chips(const SystemSpec& system);

/// Whether the number of chips follows from the network.
bool grows(const SystemSpec& system);

/// Chips in a row of one unit of the last level; 1 without levels.
Index columns_of_unit(const SystemSpec& system);

/// The system whose last level is so many chips wide, of one unit at least.
SystemSpec spread(SystemSpec system, Index chips);

/// The system with as many units as `chips` need. Both directions auto: the fewest units in a full
/// grid at most eight times as long as wide, the squarest such grid, longer than wide; one: as many
/// as needed in that direction. Levels whose sizes are given stay.
SystemSpec sized(SystemSpec system, Index chips);

}  // namespace ohm
