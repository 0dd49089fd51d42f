// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "mapping/schedule/token_flow.h"

namespace ohm {

/// When the tokens that a batch generates are there, by token, then sequence, behind the outputs of
/// the prompts, `starts`; within so much work (see event_work()), else none.
///
/// A sequence sends its next token when the one before has left, so that all of them go round in a
/// ring. Kept layers are events; each layer left out adds to a token what the one that stands for
/// it has added, waits included. Where that takes too long for all tokens, the time of a step is
/// found at a few of them, from sequences that are spread over it, and is linear between them; and
/// where it does so for all sequences, a ring of as few stands for theirs as it has layers left: so
/// many tokens to a layer, and a time that grows with both. No step that is
/// simulated is shorter than flow_tokens() has it.
std::optional<std::vector<Picoseconds>> generate_batch(const RepeatedPlan& repeated,
                                                       const Request& request,
                                                       const std::vector<Picoseconds>& starts,
                                                       double work);

/// When the sequences of a batch begin, such that they are spread evenly over the step behind their
/// first tokens: as they are once they have been generating for a while. 0 for one.
std::vector<Picoseconds> spread_starts(const RepeatedPlan& repeated, const Request& request);

}  // namespace ohm
