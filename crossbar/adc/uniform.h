// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// Uniform mid-tread quantiser with an exact zero.
///
/// Model: code = clip(rint((1 + gain) · sum / step + offset)), ties to even. Signed sums use the
/// symmetric codes ±(2^(bits-1) - 1), unsigned ones 0 … 2^bits - 1.
class UniformAdc : public Adc {
 public:
  explicit UniformAdc(Index bits) : bits_(bits) {}

  AdcTransfer transfer(bool is_signed) const override;
  double step_for(double reach, bool is_signed) const override;
  Index convert(std::span<double> sums, const AdcTransfer& transfer,
                const AdcMismatch& mismatch) const override;

 private:
  Index bits_;
};

}  // namespace ohm
