// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/step_order.h"

namespace ohm {

StepOrderTable::StepOrderTable(const TokenPlan& plan)
    : words_((plan.steps.size() + 63) / 64), ancestors_(plan.steps.size() * words_, 0) {
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    std::uint64_t* row = &ancestors_[k * words_];
    for (const Index before : plan.steps[k].after) {
      const auto b = static_cast<size_t>(before);
      const std::uint64_t* earlier = &ancestors_[b * words_];
      for (size_t w = 0; w < words_; ++w) row[w] |= earlier[w];
      row[b / 64] |= std::uint64_t{1} << (b % 64);
    }
  }
}

}  // namespace ohm
