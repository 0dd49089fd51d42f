// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "core/ledger.h"
#include "mapping/chip/map_network.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// How full buffers were, where they are bounded.
struct BufferUse {
  Index tile = 0;            ///< that held most
  std::int64_t peak = 0;     ///< bytes that it held at most, beside keys and values
  std::int64_t space = 0;    ///< bytes that it has beside them
  std::int64_t need = 0;     ///< most bytes that one token needs on any tile at once
  Index in_pieces = 0;       ///< tiles with less than that, which tokens pass through in pieces
  std::int64_t spilled = 0;  ///< bytes to the DRAM, and as many back, of what waits at barriers
};

/// That of a pass: peaks are largest values, bytes are sums. Each vertex stands for so many.
BufferUse buffer_use(const TokenPlan& plan, const Request& request, const Schedule& schedule,
                     const std::function<Index(Index)>& stands_for);

/// Two passes, one after the other.
BufferUse both(const BufferUse& first, const BufferUse& second);

/// Energy of what `spill` and `restore` move.
void book_spills(const Mapping& mapping, const TokenPlan& plan, const Request& request,
                 Ledger& ledger);

}  // namespace ohm
