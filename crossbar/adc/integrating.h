// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// A counter: dual slope, or the cycles of a current-controlled oscillator.
///
/// Model: the code is the number of whole counts, floor(count); with half_lsb_correction the
/// counter starts from half a count, so that codes round instead of lying half an LSB low on
/// average. `inl` is the bow of the oscillator's frequency over its current. One comparator offset
/// per converter.
class IntegratingAdc : public Adc {
 public:
  using Adc::Adc;

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
};

}  // namespace ohm
