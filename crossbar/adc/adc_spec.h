// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// What one paper says about its converter, at the resolution, node and supply of that paper.
struct PublishedConverter {
  Index bits = 8;
  Joules energy{0.0};      ///< per conversion
  SquareMetres area{0.0};  ///< of one converter; 0: not published
  Hertz rate{0.0};         ///< at which it was measured
  Metres node{32e-9};
  Volts vdd{0.9};
  std::string source;

  void visit(Visitor& v);
};

/// The converter behind the bitlines: what it resolves, over which range, how well, at what cost.
struct AdcSpec {
  static constexpr Index kAutoBits = 0;
  static constexpr Index kInfiniteGain = 0;
  static constexpr Index kAnyBits = 0;             ///< of rate_bits
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
  Index rate_bits = kAnyBits;             ///< resolution at which it has this rate
  std::string cost = "survey";            ///< survey | isaac | sar | published

  /// Figures for cost published; beside another cost they widen its range.
  std::vector<PublishedConverter> published;
  bool common_step = false;   ///< less significant input slices are converted to fewer bits
  bool early_stop = false;    ///< counting ends with the largest code of the array
  double count_energy = 0.0;  ///< share of a conversion's energy that grows with the count

  void visit(Visitor& v);
};

/// Steps of one conversion: sar, cyclic, uniform and ideal sample once and decide bit by bit (bits
/// + 1); ramp and integrating count (2^bits); flash and pipeline deliver a code per clock (1).
double conversion_steps(const std::string& kind, Index bits);

/// Conversions per second at `bits`: adc.rate, slower in proportion to the steps of a conversion
/// where rate_bits says at which resolution it holds.
Hertz conversion_rate(const AdcSpec& spec, Index bits);

/// The converter of the same bits, range, rate and cost that neither rounds nor errs.
AdcSpec idealised(const AdcSpec& spec);

}  // namespace ohm
