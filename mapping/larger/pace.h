// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/structure/estimate_structure.h"

namespace ohm {

/// n tokens that pipeline through all chips of a stack take first + (n - 1) · each.
struct Pace {
  Picoseconds first = 0;
  double each = 0.0;  ///< ps
};

/// Those of an estimate of enough chips, by stack.
///
/// From a token that waits for no other (of an encoder, or of a first stack, the longest chain) and
/// from all prompts, of second stacks from a step of all sequences; from two tokens where these are
/// one, if the network takes two. Throws what estimate_structure() throws.
std::vector<Pace> paces_of(const TransformerSpec& network, const ChipSpec& chip,
                           const Estimate& held, Fidelity fidelity);

}  // namespace ohm
