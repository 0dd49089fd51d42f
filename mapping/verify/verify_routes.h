// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"

namespace ohm {

/// Checks that the routes of a mapping lose no byte of its transfers and invent none. Throws
/// SolveError at the first violation.
void verify_routes(const Mapping& mapping);

}  // namespace ohm
