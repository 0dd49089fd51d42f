// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "mapping/baseline/roofline.h"
#include "mapping/serve/step_times.h"

namespace ohm {

/// A baseline as a server: the closed forms of its roofline, rounded to picoseconds.
class BaselineSteps : public StepTimes {
 public:
  explicit BaselineSteps(Roofline roofline) : roofline_(std::move(roofline)) {}

  StepCost prefill(std::span<const Index> prompts) const override;
  StepCost decode(std::span<const Decoding> sequences) const override;
  Index kv_capacity() const override;
  Index start_tokens() const override { return roofline_.start_tokens(); }
  Watts idle() const override;

 private:
  Roofline roofline_;
};

}  // namespace ohm
