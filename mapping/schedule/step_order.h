// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Which steps of a token must have ended before which others begin.
class StepOrderTable {
 public:
  explicit StepOrderTable(const TokenPlan& plan);

  /// Whether `later` waits for `earlier`, directly or not.
  bool before(Index earlier, Index later) const {
    const auto bit = static_cast<size_t>(earlier);
    return (ancestors_[static_cast<size_t>(later) * words_ + bit / 64] >> (bit % 64) & 1) != 0;
  }

 private:
  size_t words_ = 0;                      // of a row
  std::vector<std::uint64_t> ancestors_;  // by step: a bit for each step
};

}  // namespace ohm
