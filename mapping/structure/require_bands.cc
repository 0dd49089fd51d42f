// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/require_bands.h"

#include <fmt/format.h>

#include "core/error.h"

namespace ohm {

std::optional<AskedKey> beyond_bands(const ChipSpec& chip) {
  if (!chip.dies.empty()) return AskedKey{"dies", "a chip without dies"};
  const MapSpec& map = chip.map;
  if (map.duplication != "none") return AskedKey{"map.duplication", "none"};
  if (map.packing != "none") return AskedKey{"map.packing", "none"};
  for (size_t k = 0; k < chip.macros.size(); ++k) {
    if (chip.macros[k].tiles == MacroKindSpec::kAuto) continue;
    return AskedKey{fmt::format("macros[{}].tiles", k), "auto"};
  }
  if (map.placement == "anneal" || map.placement == "snake") {
    return AskedKey{"map.placement", "auto or bands"};
  }
  return {};
}

std::optional<AskedKey> beyond_layers(const ChipSpec& chip) {
  if (!chip.dies.empty()) return AskedKey{"dies", "a chip without dies"};
  const MapSpec& map = chip.map;
  if (map.duplication != "none") return AskedKey{"map.duplication", "none"};
  if (map.packing != "none") return AskedKey{"map.packing", "none"};
  if (map.placement == "anneal") return AskedKey{"map.placement", "auto, snake or bands"};
  if (chip.thermal.given()) return AskedKey{"thermal", "a chip without it"};
  if (!chip.gating.gates_idle_tiles()) return {};
  if (chip.gating.wake != "ahead") return AskedKey{"gating.wake", "ahead"};
  if (!chip.macros.empty()) return AskedKey{"gating", "one kind of macro"};
  return {};
}

void require_none(const ChipSpec& chip, const std::optional<AskedKey>& key) {
  if (!key) return;
  throw ArgumentError(fmt::format(
      "chip {}: {}: only a mapping of all tiles knows it, and layers that are solved once have "
      "none; expected {}, or an estimate of map() on chips that hold the network",
      chip.name, key->key, key->expected));
}

}  // namespace ohm
