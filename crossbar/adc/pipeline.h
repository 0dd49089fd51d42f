// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/adc/adc.h"

namespace ohm {

/// One 1.5-bit stage: its capacitor ratio and the offsets of its two comparators, in V_ref.
struct PipelineStage {
  double ratio = 1.0;            ///< C2 / C1
  double low = 0.0, high = 0.0;  ///< comparator offsets
};

/// 1.5-bit residue stages one after the other, each with its own capacitors and comparators.
///
/// Model: bits - 1 stages take d in {-1, 0, 1} from thresholds ±V_ref/4 and pass on the residue
/// V ← [(1 + γ) V - d γ V_ref] / (1 + (1 + γ) / A), γ = C2 / C1 of two unit capacitors, A the
/// amplifier's open-loop gain; two comparators at ±V_ref/2 round the last residue. The digits add
/// up with weights of 2 and the sum is held within the codes. Redundancy absorbs comparator offsets
/// up to V_ref/4 = 2^(bits - 3) LSB. The transfer is propagated exactly, interval by interval, and
/// steps back where a stage's gain exceeds 2.
class PipelineAdc : public Adc {
 public:
  using Adc::Adc;

 protected:
  Transitions decisions(const AdcDraw& draw) const override;
  /// Capacitors and comparators of the stages, the last entry for the comparators of the residue.
  virtual std::vector<PipelineStage> stages(const AdcDraw& draw) const;
};

/// One such stage, used over and over: all digits see the same errors.
class CyclicAdc : public PipelineAdc {
 public:
  using PipelineAdc::PipelineAdc;

 protected:
  std::vector<PipelineStage> stages(const AdcDraw& draw) const override;
};

}  // namespace ohm
