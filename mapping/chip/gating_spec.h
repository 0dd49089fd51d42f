// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

using FaradsPerSquareMetre = Quantity<kFarad - kSquareMetre>;

/// Which tiles are switched off while they have nothing to do, and what switching costs. The kind
/// may stand alone: `gating: unused_tiles`.
///
/// A tile without weights is off all the time unless kind is none. With idle_tiles, a tile that
/// waits longer than its break-even time is gated until its next step is ready: macros and digital
/// unit behind header switches, the memories at retention voltage, the router always on, since
/// others send through it. Resistive cells keep their weights without power.
struct GatingSpec {
  std::string kind = "unused_tiles";  ///< none | unused_tiles | idle_tiles
  double retained = 0.0;         ///< share of the leakage of gated circuits that their headers pass
  double memory_retained = 1.0;  ///< share of that of memories which hold something in a gap
  // idle_tiles only
  std::string wake = "ahead";  ///< ahead: in time for the next step; on_demand: when it is ready
  Seconds wake_time{50e-9};    ///< from the request until the supply has settled
  Joules wake_energy{0.0};     ///< of a tile, on top of what charges its rail
  FaradsPerSquareMetre rail_capacitance{1e-3};  ///< of the switched supply, per gated area
  std::string source = "assumption: wake-up in 50 ns (10 to 100 ns), rail of 1 nF/mm2";

  bool gates_idle_tiles() const { return kind == "idle_tiles"; }
  void visit(Visitor& v);
};

}  // namespace ohm
