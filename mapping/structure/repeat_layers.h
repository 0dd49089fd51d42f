// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "core/ledger.h"
#include "mapping/structure/layer_runs.h"

namespace ohm {

/// Books leaves of a reduced network for every layer that theirs stands for: `h.2.attn.qkv` also as
/// `h.3.attn.qkv`, …; of those that `wanted` lets pass.
void repeat_layers(const Ledger& reduced, const Reduction& reduction,
                   const std::function<bool(const Leaf&)>& wanted, Ledger& all);

}  // namespace ohm
