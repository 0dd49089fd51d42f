// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/ledger.h"
#include "core/units.h"
#include "mapping/chip/chip_spec.h"
#include "mapping/thermal/power_map.h"
#include "mapping/thermal/tile_field.h"

namespace ohm {

/// How hot a chip gets under a steady load.
struct TemperatureMap {
  std::vector<double> tiles;  ///< K by tile, of its hottest layer that makes power
  Index hottest = 0;          ///< tile
  Kelvins peak, mean;         ///< of the hottest tile; over all tiles
  Watts power;                ///< all heat of the chip, leakage at its temperature included
  Watts leakage;              ///< at its temperature
  Watts leakage_reference;    ///< at thermal.leakage_reference
  double loop_gain = 0.0;     ///< heat that a disturbance returns through leakage; 1: runaway
  double ageing = 1.0;        ///< how many times faster cells age at `peak` than at the reference
                              ///< temperature of the device
  Index tiles_per_side = 1;   ///< of the square of tiles that one node of the network stands for

  /// Leakage / leakage at the reference temperature; 1 where there is none.
  double leakage_ratio() const;
};

/// The steady state under `power`, repeated without pause.
///
/// Throws ConfigError for thermal runaway and for tiles hotter than thermal.limit, ArgumentError
/// for powers that are not finite or negative.
TemperatureMap temperature_map(const ChipSpec& chip, const TileField& tiles, const PowerMap& power);

/// The same for a mapped workload whose energy stands in the ledger.
TemperatureMap temperature_map(const Mapping& mapping, const Ledger& ledger, Seconds makespan);

/// The ledger with leakage as it flows at the temperatures of `map`, everything else unchanged.
Ledger at_temperature(const Ledger& ledger, const TemperatureMap& map);

/// The chip whose cells are as hot as `temperature`: drift, retention, thermal noise and
/// temperature coefficient of its devices follow.
ChipSpec at_temperature(ChipSpec chip, Kelvins temperature);

/// What the map assumes, and whether the accuracy of this chip is computed at another temperature.
std::vector<std::string> thermal_assumptions(const ChipSpec& chip, const TemperatureMap& map);

}  // namespace ohm
