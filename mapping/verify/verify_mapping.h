// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"

namespace ohm {

/// Recomputes everything about a mapping: weights, cells and tiles as verify() and verify_copies()
/// do, then that the DRAM holds what is not in crossbars, that every operator receives from its
/// producer each byte that it consumes, and that routes neither lose nor invent bytes. Buffers that
/// cannot hold what meets in them are listed as an assumption, with figures.
///
/// Throws SolveError, with what is wrong, at the first violation: a bug of the mapper. ConfigError
/// where the DRAM is too small: a matter of the chip.
Verification verify_mapping(const Mapping& mapping);

}  // namespace ohm
