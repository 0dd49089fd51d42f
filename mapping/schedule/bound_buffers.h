// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/schedule/step_builder.h"

namespace ohm {

/// Gives the tiles of a plan the space that they have, see tile_space().
///
/// What tokens hold while each waits for all others (the residual stream of an encoder, queries)
/// would fill buffers that no token leaves. So many tokens keep it there, in space of its own, as
/// fit into half of what one token's other needs leave; those of all others go to the DRAM (step
/// `spill`) and come back behind the barrier (step `restore`). As with keys and values each token
/// takes the mean of both. ConfigError for a tile with less space than a flit: nothing could pass
/// through it even in pieces.
void bound_buffers(const StepBuilder& b, TokenPlan& plan);

}  // namespace ohm
