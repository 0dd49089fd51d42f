// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "mapping/schedule/schedule.h"
#include "mapping/structure/carried_plan.h"

namespace ohm {

/// How much of prompts is simulated.
struct Shortening {
  Index stride = 1;     ///< of the tokens of a sequence every so-manyth
  Index sequences = 1;  ///< of the batch

  /// Tokens of the prompts for each that is simulated, rounded.
  Index ratio(const Request& prompts) const;
};

/// Every `stride`-th token of so many sequences, the others left out: each attends to as many
/// positions as in the whole prompt.
Request shortened(const Request& prompts, Shortening shortening);

/// What leaves at most so many tokens, and two of them at least: whole sequences, or one of which
/// tokens are left out.
Shortening shorten_to(double tokens, const Request& prompts);

/// When the outputs of prompts are there, by sequence.
using OutputsOf = std::function<std::vector<Picoseconds>(const Request&)>;

/// The outputs of prompts from those of the shortened ones and of half as many tokens.
///
/// As a full pipeline takes a further token in the time of the last ones, whatever sequence it is
/// of, the time of the last output grows with the number of tokens as from the one to the other
/// (Richardson's extrapolation); sequences end one such time apart.
std::vector<Picoseconds> lengthened(const Request& prompts, Shortening shortening,
                                    const OutputsOf& outputs_of);

/// Prompts of which not all tokens are simulated.
struct LengthenedPrompt {
  std::vector<Picoseconds> outputs;  ///< by sequence, layers left out included
  Schedule simulated;                ///< of the longer of two shortened ones
};

/// Prompts of a decoder (that generates one token) through all layers.
///
/// As many tokens as the shortening leaves pass the plan, and half as many (see lengthened()),
/// spread over the positions of the whole prompt, so that attention overtakes other work where it
/// does so there. Each layer left out adds what the last token takes of it alone on the chip, and
/// what tokens of the later half have waited on average in the last period.
LengthenedPrompt lengthen(const CarriedPlan& carried, const Request& prompts,
                          Shortening shortening);

}  // namespace ohm
