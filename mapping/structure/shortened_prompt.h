// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/schedule/schedule.h"
#include "mapping/structure/carried_plan.h"

namespace ohm {

/// Every `stride`-th token of a prompt, the others left out: each attends to as many positions as
/// in the whole one.
Request shortened(const Request& prompt, Index stride);

/// The stride that leaves at most `tokens` of a prompt, and two of them at least.
Index stride_to(double tokens, const Request& prompt);

/// A prompt of which not all tokens are simulated.
struct LengthenedPrompt {
  std::vector<Picoseconds> outputs;  ///< by sequence, layers left out included
  Schedule simulated;                ///< of the longer of two shortened ones
};

/// A decoder's prompt (that generates one token) through all layers.
///
/// Every `stride`-th token and every second of these pass the plan, spread over the positions of
/// the whole prompt, so that attention overtakes other work where it does so there. As a full
/// pipeline takes a further token in the time of the last ones, the time of outputs grows with the
/// number of tokens as from the one to the other (Richardson's extrapolation). Each layer left out
/// adds what the last token takes of it alone on the chip, and what tokens of the later half have
/// waited on average in the last period.
LengthenedPrompt lengthen(const CarriedPlan& carried, const Request& prompt, Index stride);

}  // namespace ohm
