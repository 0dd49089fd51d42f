// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crossbar/adc/adc_draw.h"
#include "crossbar/adc/adc_spec.h"
#include "crossbar/adc/transitions.h"

namespace ohm {

/// A kind of converter, described by its static transfer; thermal noise is added to the sums
/// before. A new kind is one file and one line in the table of adc.cc.
///
/// All sums are in steps. Gain and offset come before the decisions: sum' = (1 + γ) · sum + o, γ
/// and o drawn once per converter; γ is held above -0.99.
class Adc {
 public:
  explicit Adc(AdcSpec spec) : spec_(std::move(spec)) {}
  virtual ~Adc() = default;

  const AdcSpec& spec() const { return spec_; }

  /// Codes for signed or unsigned sums, by the Spec's bits and levels; infinite for kind ideal.
  virtual CodeRange codes(bool is_signed) const;

  /// Whether it rounds at all; kind ideal returns the sum itself.
  virtual bool quantises() const { return true; }

  /// Whether gain and offset are all that is wrong with it: code = clip(round((1 + γ) · sum + o)).
  virtual bool is_affine() const { return false; }

  /// Sum per code such that `reach`, a magnitude of the sum, falls on the last code (levels
  /// mid_rise: on the end of the last code). 1 where reach is 0.
  double step_for(double reach, bool is_signed) const;

  /// Static transfer of one physical converter.
  Transitions transitions(const AdcDraw& draw, bool is_signed) const;

  /// Its thresholds, ascending, in steps: where a slow ramp finds the boundaries of the codes.
  std::vector<double> thresholds(const AdcDraw& draw, bool is_signed) const;

  double gain_error(const AdcDraw& draw) const;  ///< γ
  double offset(const AdcDraw& draw) const;      ///< o, steps

 protected:
  /// The converter on its own axis: 2^bits codes 0, 1, …, in LSB, boundary c nominally at c - 1/2.
  /// Gain and offset excluded. Codes that are left out are merged with their neighbour by the
  /// caller. The default is the perfect converter.
  virtual Transitions decisions(const AdcDraw& draw) const;

  /// 2^bits.
  Index full_codes() const;

 private:
  AdcSpec spec_;
};

/// The names of all kinds, in the order of the table.
std::vector<std::string> adc_kinds();

/// The converter that the Spec describes, with `bits` already resolved.
std::unique_ptr<Adc> make_adc(const AdcSpec& spec);

}  // namespace ohm
