// SPDX-License-Identifier: Apache-2.0
#include "mapping/serve/baseline_steps.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ohm {
namespace {

StepCost cost_of(const PassCost& pass) {
  return {whole_picoseconds(pass.time), pass.energy};
}

}  // namespace

StepCost BaselineSteps::prefill(std::span<const Index> prompts) const {
  Prompts sum;
  for (const Index tokens : prompts) {
    sum += roofline_.counter().prompts(1.0, static_cast<double>(tokens));
  }
  return cost_of(roofline_.prefill(sum));
}

StepCost BaselineSteps::decode(std::span<const Decoding> sequences) const {
  double sum = 0.0;
  for (const Decoding& each : sequences) {
    const Index positions = each.positions() + start_tokens();
    sum += roofline_.counter().attended(static_cast<double>(positions));
  }
  return cost_of(roofline_.decode(static_cast<double>(sequences.size()), sum));
}

Index BaselineSteps::kv_capacity() const {
  constexpr auto kMost = static_cast<double>(std::numeric_limits<Index>::max() / 2);
  return static_cast<Index>(std::min(std::floor(roofline_.kv_capacity()), kMost));
}

Watts BaselineSteps::idle() const {
  return roofline_.idle_power();
}

}  // namespace ohm
