// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// The converter behind the bitlines: what it resolves, over which range, how well, at what cost.
struct AdcSpec {
  static constexpr Index kAutoBits = 0;
  static constexpr Index kInfiniteGain = 0;
  static constexpr Index kMostThresholdBits = 14;  ///< of kinds whose thresholds err one by one

  std::string kind = "uniform";           ///< ideal: no quantisation
  Index bits = 8;                         ///< kAutoBits: as many as the lossless range needs
  std::string levels = "sign_magnitude";  ///< sign_magnitude | mid_tread | mid_rise
  std::string rounding = "nearest";       ///< nearest | stochastic
  std::string range = "max";              ///< lossless | max | percentile | mse | learned
  double percentile = 99.9;               ///< of |sum| over the calibration inputs
  bool per_column = false;                ///< a range of its own for every column
  double offset = 0.0;                    ///< standard deviation over converters, LSB
  double gain_error = 0.0;                ///< standard deviation over converters, relative
  double noise = 0.0;                     ///< standard deviation per conversion, LSB
  double inl = 0.0;                       ///< bow at mid-scale, LSB
  double dnl = 0.0;                       ///< standard deviation of code widths, LSB
  double capacitor_mismatch = 0.0;        ///< standard deviation of a unit capacitor, relative
  Index split_bits = 0;                   ///< bits below the attenuation capacitor
  Index amplifier_gain = kInfiniteGain;   ///< open loop
  double comparator_offset = 0.0;         ///< standard deviation over comparators, LSB
  bool half_lsb_correction = true;        ///< integrating: count from half an LSB
  Hertz rate{1e9};                        ///< conversions per second
  std::string cost = "survey";            ///< survey | isaac

  void visit(Visitor& v);
};

/// The converter of the same bits, range, rate and cost that neither rounds nor errs.
AdcSpec idealised(const AdcSpec& spec);

}  // namespace ohm
