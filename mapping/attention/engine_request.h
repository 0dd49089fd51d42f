// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/chip/map_network.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// resolve(), with the window that the chip's attention engine has. Throws ArgumentError where the
/// window is shorter than the network's attention and attention.truncate does not ask for that (an
/// encoder's, and what a second stack sees of it, is never cut), or where the engine cannot take
/// the network at all.
Request resolve_on(const ChipSpec& chip, const TransformerSpec& network, const Workload& workload);

/// Throws ArgumentError where keys and values of the request exceed what the engine's arrays hold:
/// in a layer of a second stack its own and those of the source share them.
void require_engine(const Mapping& mapping, const Request& request);

}  // namespace ohm
