// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "core/index.h"

namespace ohm {

/// The codes of a converter, low, low + 1, …, high, as the digital value they stand for in steps:
/// whole numbers, or numbers and a half for mid-rise converters.
struct CodeRange {
  double low = 0.0, high = 0.0;

  Index size() const { return static_cast<Index>(high - low) + 1; }
  bool operator==(const CodeRange&) const = default;
};

/// Static transfer of one physical converter: where its code changes, and to what.
///
/// `positions` ascend, in steps; codes[i] holds from positions[i - 1] to positions[i]. A converter
/// that decides in order has one position per code boundary and ascending codes (the nominal
/// position between k and k + 1 is k + 1/2); missing codes show as equal positions. Pipelined ones
/// can step back, so their codes are listed.
struct Transitions {
  std::vector<double> positions;
  std::vector<double> codes;  ///< one more than positions
};

/// Codes in order: codes[i] = low + i.
Transitions in_order(std::vector<double> thresholds, const CodeRange& codes);

/// The boundaries between codes that a code-density test with a linear ramp finds: the ramp spends
/// on each code what the converter spends on it, in ascending order. Those of a converter that
/// decides in order are its thresholds. The outer codes have no width of their own.
///
/// Ref: IEEE Std 1241, histogram test. Returns codes.size() - 1 ascending positions, in steps.
std::vector<double> code_density_thresholds(const Transitions& transitions, const CodeRange& codes);

}  // namespace ohm
