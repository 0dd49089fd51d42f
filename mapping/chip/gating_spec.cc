// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/gating_spec.h"

namespace ohm {

void GatingSpec::visit(Visitor& v) {
  v.value(Field("kind",
                "which tiles are switched off: none; unused_tiles: those without weights; "
                "idle_tiles: also those that wait longer than their break-even time")
              .one_of({"none", "unused_tiles", "idle_tiles"}),
          kind);
  v.value(Field("retained", "share of the leakage of gated circuits that their headers pass")
              .between(0, 1),
          retained);
  v.value(Field("memory_retained",
                "share of the leakage that buffers, and the SRAM of digital macros, keep while "
                "their tile is gated: they hold keys, values, waiting vectors, weights")
              .between(0, 1),
          memory_retained);
  v.value(Field("wake",
                "idle_tiles: ahead: a static schedule wakes a tile in time; on_demand: a step that "
                "finds its tile gated waits for it")
              .one_of({"ahead", "on_demand"}),
          wake);
  v.value(
      Field("wake_time", "idle_tiles: from the request until the supply has settled").between(0, 1),
      wake_time);
  v.value(
      Field("wake_energy", "idle_tiles: of one tile, on top of what charges its rail").at_least(0),
      wake_energy);
  v.value(Field("rail_capacitance",
                "idle_tiles: capacitance of the switched supply per gated area; a wake-up takes "
                "C vdd^2")
              .between(0, 1),
          rail_capacitance);
  v.value(Field("source", "where the figures come from"), source);
}

}  // namespace ohm
