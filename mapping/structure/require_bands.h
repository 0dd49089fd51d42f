// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "mapping/chip/chip_spec.h"

namespace ohm {

/// A key of a chip's description, and what it would have to say.
struct AskedKey {
  std::string key, expected;
};

/// The key that bands on several chips cannot follow: chips without weights, copies, packing, tiles
/// of a kind in given numbers, another placement; none: bands do.
std::optional<AskedKey> beyond_bands(const ChipSpec& chip);

/// The key that only a mapping of all tiles knows, on one chip or several: chips without weights,
/// copies, packing, annealing, temperatures, tiles that wake on demand; none: layers may be solved
/// once.
std::optional<AskedKey> beyond_layers(const ChipSpec& chip);

/// ArgumentError, naming the key, where there is one.
void require_none(const ChipSpec& chip, const std::optional<AskedKey>& key);

}  // namespace ohm
