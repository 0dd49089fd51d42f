// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <numeric>
#include <vector>

#include "core/random.h"
#include "crossbar/adc/converter_bank.h"

namespace ohm::testing {

/// A Spec of one kind and resolution.
inline AdcSpec adc_spec(const std::string& kind, Index bits = 8,
                        const std::string& levels = "sign_magnitude") {
  AdcSpec spec;
  spec.kind = kind;
  spec.bits = bits;
  spec.levels = levels;
  return spec;
}

/// A Spec whose every random part errs, for the kinds that round.
inline AdcSpec erring_spec(const std::string& kind, Index bits = 8) {
  AdcSpec spec = adc_spec(kind, bits);
  spec.offset = 0.5;
  spec.gain_error = 0.005;
  spec.dnl = kind == "uniform" ? 0.3 : 0.0;
  spec.comparator_offset = kind == "uniform" ? 0.0 : 0.4;
  const bool has_capacitors = kind != "uniform" && kind != "flash" && kind != "integrating";
  spec.capacitor_mismatch = has_capacitors ? 0.02 : 0.0;
  spec.amplifier_gain = has_capacitors ? 2000 : AdcSpec::kInfiniteGain;
  return spec;
}

/// The converter at an array, by its number.
inline AdcDraw draw_of(std::uint32_t converter, std::uint32_t seed = 7) {
  return {seed, 0, 0, 0, converter};
}

/// n sums uniform in [low, high).
inline std::vector<float> uniform_sums(Index n, double low, double high, std::uint32_t seed = 1) {
  std::vector<float> sums(static_cast<size_t>(n));
  fill_uniform({seed, 0, 99}, {}, 0, sums);
  for (float& sum : sums) {
    sum = static_cast<float>(low + (high - low) * static_cast<double>(sum));
  }
  return sums;
}

/// A bank of `n` converters, column j on converter j modulo n.
inline ConverterBank bank_of(const AdcSpec& spec, Index n_columns, Index n = 1,
                             bool is_signed = true) {
  std::vector<AdcDraw> draws;
  for (Index c = 0; c < n; ++c) draws.push_back(draw_of(static_cast<std::uint32_t>(c)));
  std::vector<Index> wiring;
  for (Index j = 0; j < n_columns; ++j) wiring.push_back(j % n);
  return ConverterBank(*make_adc(spec), draws, wiring, is_signed);
}

/// The textbook quantiser in doubles.
inline double ideal_code(double sum, const CodeRange& codes) {
  const bool mid_rise = codes.high != std::floor(codes.high);
  const double code = mid_rise ? std::floor(sum) + 0.5 : std::nearbyint(sum);
  return std::min(std::max(code, codes.low), codes.high);
}

}  // namespace ohm::testing
