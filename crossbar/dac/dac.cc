// SPDX-License-Identifier: Apache-2.0
#include "crossbar/dac/dac.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

/// One element of 2^k units per bit.
std::vector<double> binary_levels(Index bits, double sigma, const AdcDraw& draw) {
  const auto errors = draw.normals(ConverterPart::dac_element, bits);
  std::vector<double> levels(size_t{1} << bits, 0.0);
  for (size_t k = 0; k < errors.size(); ++k) {
    const double units = std::ldexp(1.0, static_cast<int>(k));
    const double element = units + sigma * std::sqrt(units) * errors[k];
    for (size_t code = 0; code < levels.size(); ++code) {
      if (code >> k & 1) levels[code] += element;
    }
  }
  return levels;
}

/// 2^bits - 1 equal elements that switch on one after the other.
std::vector<double> thermometer_levels(Index bits, double sigma, const AdcDraw& draw) {
  std::vector<double> levels(size_t{1} << bits, 0.0);
  const auto errors = draw.normals(ConverterPart::dac_element, std::ssize(levels) - 1);
  for (size_t i = 0; i < errors.size(); ++i) {
    levels[i + 1] = levels[i] + std::max(0.0, 1.0 + sigma * errors[i]);
  }
  return levels;
}

}  // namespace

void DacSpec::visit(Visitor& v) {
  v.value(Field("kind", "binary: one element per bit; thermometer: one per code; ideal: no errors")
              .one_of({"ideal", "binary", "thermometer"}),
          kind);
  v.value(Field("element_mismatch",
                "a unit element: standard deviation, relative (0.001 to 0.01 is usual: assumption)")
              .between(0, 0.3),
          element_mismatch);
  v.value(Field("gain_error", "static relative gain error of each DAC: standard deviation")
              .between(0, 1),
          gain_error);
  v.value(Field("offset", "static offset of each DAC: standard deviation, LSB").at_least(0),
          offset);
  v.value(Field("inl", "bow of the levels at mid-scale, LSB; the same for all DACs")
              .between(-1000, 1000),
          inl);
  v.rule(kind != "ideal" || is_ideal(*this), "kind",
         "an ideal DAC has no element_mismatch, gain_error, offset or inl; set them to 0 or use "
         "kind binary or thermometer");
}

bool is_ideal(const DacSpec& spec) {
  return spec.element_mismatch == 0.0 && spec.gain_error == 0.0 && spec.offset == 0.0 &&
         spec.inl == 0.0;
}

std::vector<double> dac_levels(const DacSpec& spec, Index bits, const AdcDraw& draw) {
  if (bits < 1 || bits > 16) {
    throw ArgumentError(fmt::format("dac: {} bits found; expected 1 to 16", bits));
  }
  const bool unary = spec.kind == "thermometer";
  auto levels = unary ? thermometer_levels(bits, spec.element_mismatch, draw)
                      : binary_levels(bits, spec.element_mismatch, draw);
  const double last = static_cast<double>(levels.size() - 1);
  const double factor = 1.0 + spec.gain_error * draw.normals(ConverterPart::dac_gain, 1)[0];
  const double shift = spec.offset * draw.normals(ConverterPart::dac_offset, 1)[0];
  for (size_t code = 0; code < levels.size(); ++code) {
    const double x = static_cast<double>(code) / last;
    levels[code] = factor * (levels[code] + 4.0 * spec.inl * x * (1.0 - x)) + shift;
  }
  return levels;
}

Matrix<float> dac_bank(const DacSpec& spec, Index bits, AdcDraw array, Index n_wordlines) {
  Matrix<float> bank(n_wordlines, Index{1} << bits);
  for (Index i = 0; i < n_wordlines; ++i) {
    array.converter = static_cast<std::uint32_t>(i);
    const auto levels = dac_levels(spec, bits, array);
    std::copy(levels.begin(), levels.end(), bank.row(i).begin());
  }
  return bank;
}

}  // namespace ohm
