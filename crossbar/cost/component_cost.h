// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/ledger.h"

namespace ohm {

/// What one component of a macro adds: the caller knows the operator, layer and phase of its leaf.
struct ComponentCost {
  std::string component;
  Cost cost;
};

}  // namespace ohm
