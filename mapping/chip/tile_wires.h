// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/index.h"
#include "core/units.h"
#include "mapping/chip/noc_spec.h"

namespace ohm {

/// Energy per byte and metre of a repeated wire: 8 bits × transitions × 1/2 c V² × (1 + repeaters).
JoulesPerByteMetre wire_energy(const WireSpec& wire);

/// Length of wire that one bit switches between the buffer of a square tile, at the middle of an
/// edge, and one of its `macros`.
///
/// Bus: one net, a spine and a branch to every row of macros, all of which switches: side (1 +
/// ⌈√macros⌉). H-tree: gated at its forks, so that only the path switches: side / 2 to the centre
/// and side (1 - 2^-m) from there through m = ⌈log4 macros⌉ forks. None: no wires are costed.
/// Throws ArgumentError for another kind or less than one macro.
Metres tile_wire_length(const std::string& kind, Index macros, Metres side);

/// Energy per byte between the buffer and the macros of a tile.
JoulesPerByte tile_wire_energy(const NocSpec& noc, Index macros, Metres side);

}  // namespace ohm
