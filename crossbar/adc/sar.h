// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// Successive approximation with a capacitive DAC of its own and one comparator.
///
/// Model: from the top bit down, a bit stays set where sum + 1/2 reaches the DAC's level with it,
/// comparator offset included. The decisions are a tree of comparisons, so codes ascend with the
/// sum whatever the mismatch; a level outside the interval that the bits above left open decides
/// nothing, and its codes are missing. Levels: cdac_levels(). Each converter has its own
/// capacitors.
class SarAdc : public Adc {
 public:
  using Adc::Adc;

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
};

}  // namespace ohm
