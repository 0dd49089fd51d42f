// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/network/network.h"
#include "mapping/schedule/workload.h"

namespace ohm {

/// What one attention of a request keeps of a sequence.
struct PassedAttention {
  Index scores = 0;  ///< the vertex
  Index held = 0;    ///< positions at the end of its pass, see held_positions()
  Index stored = 0;  ///< tokens whose keys and values are written for it, in its pass or before
};

/// The attentions of all passes of a request.
std::vector<PassedAttention> attentions_of(const Network& network, const Request& request);

}  // namespace ohm
