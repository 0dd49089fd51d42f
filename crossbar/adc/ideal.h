// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// The perfect converter: infinite resolution and range; noise and mismatch are those of the Spec.
class IdealAdc : public Adc {
 public:
  using Adc::Adc;

  CodeRange codes(bool is_signed) const override;
  bool quantises() const override { return false; }
  bool is_affine() const override { return true; }
};

}  // namespace ohm
