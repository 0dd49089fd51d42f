// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"

namespace ohm {

/// Whether a transfer is one of attention's, which verify_attention() checks.
bool is_of_attention(const Transfer& transfer);

/// Recomputes what attention keeps and moves: every query head works in one team of tiles of its
/// own layer, every head of keys and values is kept once (as often as teams share it, where one has
/// only a part of the heads behind it), every tile of a team gets its queries, a token's keys and
/// values arrive once per copy, partial results of all tiles of a team meet in its first tile, each
/// merged once, and that tile alone sends the team's heads on.
///
/// Throws SolveError at the first violation.
void verify_attention(const Mapping& mapping);

}  // namespace ohm
