// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/adc/adc.h"

namespace ohm {

/// Uniform quantiser, of which gain, offset and, if it was measured, its nonlinearity are known.
///
/// Model: code = clip(round((1 + γ) · sum + o)), ties to even; floor(…) + 1/2 for levels mid_rise.
/// `inl` bends every converter by the same parabola; `dnl` gives the inner codes of each converter
/// independent widths of mean 1 (the ends stay, so INL is a Brownian bridge).
class UniformAdc : public Adc {
 public:
  using Adc::Adc;

  bool is_affine() const override { return spec().inl == 0.0 && spec().dnl == 0.0; }

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
};

/// Adds a parabola of height `inl` at mid-scale and zero at both ends to ascending thresholds,
/// which keep ascending: codes that it closes are missing.
void bend(std::vector<double>& thresholds, double inl);

/// Raises every threshold to its largest predecessor.
void keep_ascending(std::vector<double>& thresholds);

}  // namespace ohm
