// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

inline constexpr Dimension kKelvinPerWatt = kKelvin - kWatt;

using KelvinsPerWatt = Quantity<kKelvinPerWatt>;
using WattsPerMetreKelvin = Quantity<kWatt - kMetre - kKelvin>;
using KelvinSquareMetresPerWatt = Quantity<kKelvinPerWatt + kSquareMetre>;
using JoulesPerCubicMetreKelvin = Quantity<kJoule - kSquareMetre - kMetre - kKelvin>;
using JoulesPerKelvin = Quantity<kJoule - kKelvin>;

/// One sheet that heat spreads in: a die, or the heat spreader on it.
///
/// The defaults are a silicon die of full wafer thickness at 300 K.
struct ThermalLayerSpec {
  std::string name = "die";
  Metres thickness{775e-6};                         ///< SEMI M1: wafers of 300 mm
  WattsPerMetreKelvin conductivity{148.0};          ///< Ho et al., 1972; 99 W/m/K at 400 K
  JoulesPerCubicMetreKelvin heat_capacity{1.66e6};  ///< 2330 kg/m3 × 712 J/kg/K, silicon
  KelvinSquareMetresPerWatt interface { 0.0 };      ///< between this layer and the next one
  double power = 0.0;                               ///< share of the tiles' power made here

  bool operator==(const ThermalLayerSpec&) const = default;
  void visit(Visitor& v);
};

/// How a chip loses its heat, and how its leakage grows with temperature.
///
/// Model: a network of thermal resistances, one node per tile and layer; layers are listed from the
/// one farthest from the heat sink to the one that touches it. Ref: Stan et al., HotSpot,
/// Microelectronics Journal 34, 1153 (2003). Departures: square cells instead of floorplan blocks;
/// package and heat sink are one resistance, shared by area; conductivities do not depend on
/// temperature. Leakage doubles every `leakage_doubling`.
struct ThermalSpec {
  std::string kind = "none";             ///< none: temperature is not computed; network
  Kelvins ambient{318.15};               ///< 45 °C inside the case: HotSpot's default
  KelvinsPerWatt resistance{0.3};        ///< of one chip, from its last layer to the ambient
  std::vector<ThermalLayerSpec> layers;  ///< empty: one die that makes all the power
  Kelvins leakage_reference{300.0};      ///< at which the chip's leakage is stated
  Kelvins leakage_doubling{22.0};        ///< that doubles leakage
  Kelvins limit{423.15};                 ///< hottest tile that is accepted
  std::string source =
      "assumptions: 0.3 K/W from junction to ambient, as heat sinks with fans for 100 to 300 W "
      "have; leakage doubles every 22 K (20 to 25 K); no tile above 150 degrees Celsius";

  bool given() const { return kind != "none"; }
  bool operator==(const ThermalSpec&) const = default;
  /// The layers, or the single die that stands for none.
  std::vector<ThermalLayerSpec> stack() const;
  void visit(Visitor& v);
};

}  // namespace ohm
