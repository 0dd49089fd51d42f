// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/score.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

struct Sums {
  double nll = 0.0, hits = 0.0;
  Index count = 0;
};

Score mean_of(const Sums& sums) {
  const auto count = static_cast<double>(sums.count);
  const double nll = sums.nll / count;
  return {nll, std::exp(nll), sums.hits / count, sums.count};
}

/// log Σ exp of the logits; its largest one is subtracted first.
double log_sum_exp(std::span<const float> logits, float largest) {
  double sum = 0.0;
  for (const float x : logits) {
    sum += std::exp(static_cast<double>(x) - static_cast<double>(largest));
  }
  return static_cast<double>(largest) + std::log(sum);
}

void check(const Tensor& logits, std::span<const Index> targets, Index from, Index to) {
  if (logits.rank() != 2 || from < 0 || from > to || to > logits.dim(0)) {
    throw ArgumentError(
        fmt::format("score: rows {} to {} of logits {}; expected a range of rows of "
                    "(rows, classes)",
                    from, to, to_string(logits.shape)));
  }
  if (to > std::ssize(targets)) {
    throw ArgumentError(fmt::format("score: {} targets; expected at least {}, one for every row",
                                    targets.size(), to));
  }
  for (Index i = from; i < to; ++i) {
    const Index target = targets[static_cast<size_t>(i)];
    if (target >= 0 && target < logits.dim(1)) continue;
    throw ArgumentError(
        fmt::format("score: target {} of row {}; expected 0 to {}", target, i, logits.dim(1) - 1));
  }
}

}  // namespace

Score score(const Tensor& logits, std::span<const Index> targets, Index from, Index to) {
  check(logits, targets, from, to);
  Sums sums;
  for (Index i = from; i < to; ++i) {
    const auto row = logits.row(i);
    const auto target = static_cast<size_t>(targets[static_cast<size_t>(i)]);
    const bool valid = std::none_of(row.begin(), row.end(), [](float x) { return std::isnan(x); });
    const auto best = std::max_element(row.begin(), row.end());
    const double nll = log_sum_exp(row, *best) - static_cast<double>(row[target]);
    sums.nll += valid ? nll : std::numeric_limits<double>::quiet_NaN();
    sums.hits += valid && static_cast<size_t>(best - row.begin()) == target ? 1.0 : 0.0;
    ++sums.count;
  }
  return mean_of(sums);
}

Score score(const Tensor& logits, std::span<const Index> targets) {
  return score(logits, targets, 0, logits.dim(0));
}

Score score_next_tokens(const Tensor& logits, std::span<const Index> tokens, Index from, Index to) {
  return score(logits, tokens.empty() ? tokens : tokens.subspan(1), from, to);
}

Score combine(std::span<const Score> parts) {
  Sums sums;
  for (const Score& part : parts) {
    if (part.count == 0) continue;
    const auto count = static_cast<double>(part.count);
    sums.nll += part.nll * count;
    sums.hits += part.accuracy * count;
    sums.count += part.count;
  }
  return mean_of(sums);
}

}  // namespace ohm
