// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// Single slope: one capacitive DAC per array counts up, and a comparator per column stops its
/// count.
///
/// Model: the code is the number of levels that the ramp passed before it first exceeded sum + 1/2;
/// levels: cdac_levels(). All columns of an array share the ramp's nonlinearity, so their errors
/// are correlated; each converter has a comparator offset of its own.
class RampAdc : public Adc {
 public:
  using Adc::Adc;

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
};

}  // namespace ohm
