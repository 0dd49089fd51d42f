// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// The perfect converter: infinite resolution and range; noise and mismatch are those of the Spec.
class IdealAdc : public Adc {
 public:
  AdcTransfer transfer(bool is_signed) const override;
  double step_for(double reach, bool is_signed) const override;
  Index convert(std::span<double> sums, const AdcTransfer& transfer,
                const AdcMismatch& mismatch) const override;
};

}  // namespace ohm
