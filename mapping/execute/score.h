// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/tensor.h"

namespace ohm {

/// How well logits predict: means over `count` predictions; NaN where there are none.
struct Score {
  double nll = 0.0;         ///< negative log-likelihood, nats
  double perplexity = 0.0;  ///< exp(nll)
  double accuracy =
      0.0;  ///< share of predictions whose largest logit (the first of equals) is right
  Index count = 0;
};

/// Scores rows from … to - 1 of logits (rows, classes), where targets[i] is the class of row i: the
/// next token of a decoder, the label of a classifier. Log-sum-exp in double.
///
/// A row with a NaN, or whose logits are all -inf, makes the likelihood NaN; it counts as wrong.
/// Throws ArgumentError on a range outside the rows, missing targets, or a target that is no class.
Score score(const Tensor& logits, std::span<const Index> targets, Index from, Index to);

/// The same over all rows.
Score score(const Tensor& logits, std::span<const Index> targets);

/// Scores a decoder on its own input: row i of logits against tokens[i + 1], for i in [from, to)
/// with to at most tokens.size() - 1.
Score score_next_tokens(const Tensor& logits, std::span<const Index> tokens, Index from, Index to);

/// The score over the predictions of all parts, summed in their order.
Score combine(std::span<const Score> parts);

}  // namespace ohm
