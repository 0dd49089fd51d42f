// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"

namespace ohm {

/// Recomputes everything about a mapping: weights, cells and tiles as verify() and verify_copies()
/// do, then that each tile's buffer and the DRAM hold what they must, that every operator receives
/// from its producer each byte that it consumes, and that routes neither lose nor invent bytes.
///
/// Throws SolveError, with what is wrong, at the first violation: a bug of the mapper. ConfigError
/// where a buffer or the DRAM is too small: a matter of the chip.
Verification verify_mapping(const Mapping& mapping);

}  // namespace ohm
