// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/temperature_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "crossbar/device/temperature.h"
#include "mapping/thermal/leakage_feedback.h"
#include "mapping/thermal/thermal_network.h"

namespace ohm {
namespace {

TileField field_of(const Chip& chip) {
  return {chip.mesh.columns(), chip.mesh.rows(), chip.spec.mesh.columns, chip.spec.mesh.rows,
          chip.link_length};
}

double ageing_at(const ChipSpec& chip, Kelvins temperature) {
  TemperatureSpec cells = chip.macro.device.temperature;
  cells.operating = temperature;
  return acceleration(cells);
}

}  // namespace

double TemperatureMap::leakage_ratio() const {
  return leakage_reference.si() > 0.0 ? leakage / leakage_reference : 1.0;
}

TemperatureMap temperature_map(const ChipSpec& chip, const TileField& tiles,
                               const PowerMap& power) {
  const ThermalNetwork network(chip.thermal, tiles);
  const auto fixed = network.by_node(power.fixed), leakage = network.by_node(power.leakage);
  const HotState state = with_leakage(network, fixed, leakage, chip.name);
  TemperatureMap map;
  map.tiles = network.by_tile(state.rise);
  for (double& kelvin : map.tiles) kelvin += chip.thermal.ambient.si();
  map.hottest = std::max_element(map.tiles.begin(), map.tiles.end()) - map.tiles.begin();
  map.peak = Kelvins(map.tiles[static_cast<size_t>(map.hottest)]);
  map.mean = Kelvins(std::accumulate(map.tiles.begin(), map.tiles.end(), 0.0) /
                     static_cast<double>(map.tiles.size()));
  map.leakage = Watts(state.leakage.sum());
  map.leakage_reference = Watts(leakage.sum());
  map.power = Watts(fixed.sum()) + map.leakage;
  map.loop_gain = state.loop_gain;
  map.ageing = ageing_at(chip, map.peak);
  map.tiles_per_side = network.tiles_per_side();
  return map;
}

TemperatureMap temperature_map(const Mapping& mapping, const Ledger& ledger, Seconds makespan) {
  return temperature_map(mapping.chip.spec, field_of(mapping.chip),
                         power_map(mapping, ledger, makespan));
}

Ledger at_temperature(const Ledger& ledger, const TemperatureMap& map) {
  const double ratio = map.leakage_ratio();
  Ledger hot;
  for (const auto& [leaf, cost] : ledger.leaves()) {
    Cost flowing = cost;
    if (is_leakage(leaf)) {
      flowing.energy = ratio * cost.energy;
      flowing.energy_low = ratio * cost.energy_low;
      flowing.energy_high = ratio * cost.energy_high;
      flowing.source += fmt::format("; {:.4g} times as much at the chip's temperature", ratio);
    }
    hot.book(leaf, flowing);
  }
  return hot;
}

ChipSpec at_temperature(ChipSpec chip, Kelvins temperature) {
  chip.macro.device.temperature.operating = temperature;
  for (MacroKindSpec& kind : chip.macros) kind.macro.device.temperature.operating = temperature;
  return chip;
}

std::vector<std::string> thermal_assumptions(const ChipSpec& chip, const TemperatureMap& map) {
  std::vector<std::string> list{
      "temperatures are steady, for the request's mean power, repeated without pause",
      "package and heat sink are one thermal resistance, shared by area; heat flows to the side "
      "within dies only"};
  if (map.tiles_per_side > 1) {
    list.push_back(fmt::format("temperatures are those of squares of {} × {} tiles",
                               map.tiles_per_side, map.tiles_per_side));
  }
  if (chip.gating.gates_idle_tiles()) {
    list.push_back(
        "idle tiles are gated by the break-even time of leakage at its reference "
        "temperature");
  }
  const Kelvins cells = chip.macro.device.temperature.operating;
  if (std::abs((cells - map.peak).si()) > 0.5) {
    list.push_back(
        fmt::format("accuracy is computed for cells at {:.1f} K; the hottest tile is at {:.1f} K: "
                    "set macro.device.temperature.operating to age them as hot as they are",
                    cells.si(), map.peak.si()));
  }
  return list;
}

}  // namespace ohm
