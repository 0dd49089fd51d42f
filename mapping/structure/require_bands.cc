// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/require_bands.h"

#include <fmt/format.h>

#include <string>

#include "core/error.h"

namespace ohm {

void require_bands(const ChipSpec& chip) {
  const auto refuse = [&](bool asked, const std::string& key, const std::string& expected) {
    if (!asked) return;
    throw ArgumentError(fmt::format(
        "chip {}: {}: only a mapping of all tiles knows it, and layers that are solved once have "
        "none; expected {}, or an estimate of map() on chips that hold the network",
        chip.name, key, expected));
  };
  const GatingSpec& gating = chip.gating;
  refuse(!chip.dies.empty(), "dies", "a chip without dies");
  refuse(chip.map.duplication != "none", "map.duplication", "none");
  refuse(chip.map.packing != "none", "map.packing", "none");
  refuse(chip.map.placement == "anneal", "map.placement", "snake");
  refuse(chip.thermal.given(), "thermal", "a chip without it");
  refuse(gating.gates_idle_tiles() && gating.wake != "ahead", "gating.wake", "ahead");
  refuse(gating.gates_idle_tiles() && !chip.macros.empty(), "gating", "one kind of macro");
}

}  // namespace ohm
