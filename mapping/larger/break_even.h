// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace ohm {

/// What a pass costs: once, and for every token that it takes along. Joules or seconds.
struct PassCost {
  double once = 0.0, each = 0.0;

  double of(double tokens) const { return once + tokens * each; }
};

/// Tokens per pass from which on `first` costs no more than `second`: 0 where it never costs more,
/// infinity where it does in the end.
///
/// Model: once1 + T each1 = once2 + T each2; tokens cost the same where they do to nine digits.
double break_even(const PassCost& first, const PassCost& second);

}  // namespace ohm
