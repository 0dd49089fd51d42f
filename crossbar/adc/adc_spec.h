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

  std::string kind = "uniform";  ///< ideal: no quantisation
  Index bits = 8;                ///< kAutoBits: as many as the lossless range needs
  std::string range = "max";     ///< lossless | max | percentile | mse
  double percentile = 99.9;      ///< of |sum| over the calibration inputs
  double offset = 0.0;           ///< standard deviation over converters, LSB
  double gain_error = 0.0;       ///< standard deviation over converters, relative
  double noise = 0.0;            ///< standard deviation per conversion, LSB
  Hertz rate{1e9};               ///< conversions per second
  std::string cost = "survey";   ///< survey | isaac

  void visit(Visitor& v);
};

}  // namespace ohm
