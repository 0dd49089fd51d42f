// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/visitor.h"
#include "mapping/network/transformer_spec.h"

namespace ohm {

/// Positions of a sequence, and widths, at most: every total stays below 2^62.
inline constexpr double kLongestSequence = 1 << 24;

/// What the fields of a network must be to each other, and which a family has at all.
void check_rules(const TransformerSpec& spec, Visitor& v);

}  // namespace ohm
