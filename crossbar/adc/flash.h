// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// 2^bits - 1 comparators at once, each with its own offset on an ideal reference ladder.
///
/// Model: the code is the number of comparators that fire (ones-count), so bubbles in the
/// thermometer code cost nothing more than their offsets.
class FlashAdc : public Adc {
 public:
  using Adc::Adc;

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
};

}  // namespace ohm
