// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "crossbar/adc/adc_spec.h"

namespace ohm {

/// How one converter maps an analog column sum to a code: set at calibration and by its mismatch.
struct AdcTransfer {
  double step = 1.0;  ///< sum per code
  double low = 0.0;   ///< smallest code
  double high = 0.0;  ///< largest code
};

/// Static errors of the converter behind each column: code = (1 + gain) · sum / step + offset.
struct AdcMismatch {
  std::span<const float> gain, offset;  ///< one per column, or empty for none
};

/// A kind of converter. A new kind is one file and one line in the table of adc.cc.
class Adc {
 public:
  virtual ~Adc() = default;

  /// Codes [low, high] for signed or unsigned sums; step still 1.
  virtual AdcTransfer transfer(bool is_signed) const = 0;

  /// Sum per code such that `reach`, a magnitude of the sum, falls on the last code.
  virtual double step_for(double reach, bool is_signed) const = 0;

  /// Replaces sums (one per column) by codes; returns how many were clipped.
  virtual Index convert(std::span<double> sums, const AdcTransfer& transfer,
                        const AdcMismatch& mismatch) const = 0;
};

/// The names of all kinds, in the order of the table.
std::vector<std::string> adc_kinds();

/// The converter that the Spec describes, with `bits` already resolved.
std::unique_ptr<Adc> make_adc(const AdcSpec& spec);

}  // namespace ohm
