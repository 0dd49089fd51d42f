// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/uniform.h"

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

/// Rounds to the nearest integer, ties to even, for |x| < 2^51; vectorises without SSE 4.1.
double round_even(double x) {
  constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52
  return (x + kShift) - kShift;
}

}  // namespace

AdcTransfer UniformAdc::transfer(bool is_signed) const {
  if (!is_signed) return {1.0, 0.0, std::ldexp(1.0, static_cast<int>(bits_)) - 1.0};
  // one bit leaves a sign and no magnitude: such a converter still tells -1, 0 and 1 apart
  const double high = std::max(1.0, std::ldexp(1.0, static_cast<int>(bits_) - 1) - 1.0);
  return {1.0, -high, high};
}

double UniformAdc::step_for(double reach, bool is_signed) const {
  return reach > 0.0 ? reach / transfer(is_signed).high : 1.0;
}

Index UniformAdc::convert(std::span<double> sums, const AdcTransfer& transfer,
                          const AdcMismatch& mismatch) const {
  const double inverse = 1.0 / transfer.step, low = transfer.low, high = transfer.high;
  const bool matched = mismatch.gain.empty();
  for (size_t j = 0; j < sums.size() && !matched; ++j) {
    sums[j] *= 1.0 + static_cast<double>(mismatch.gain[j]);
    sums[j] += static_cast<double>(mismatch.offset[j]) * transfer.step;
  }
  Index inside = 0;
  for (double& sum : sums) {
    // beyond the last code nothing is left to round, and the shift below stays in its range
    const double scaled = std::min(std::max(sum * inverse, low - 1.0), high + 1.0);
    const double code = round_even(scaled);
    sum = std::min(std::max(code, low), high);
    inside += sum == code ? 1 : 0;
  }
  return static_cast<Index>(sums.size()) - inside;
}

}  // namespace ohm
