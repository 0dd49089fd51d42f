// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/linearity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/purpose.h"

namespace ohm {
namespace {

constexpr Index kSamples = 16384, kCycles = 1021;

double largest_size(const std::vector<double>& values) {
  double largest = 0.0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

double code_of(const Transitions& transitions, double input) {
  const auto above =
      std::upper_bound(transitions.positions.begin(), transitions.positions.end(), input);
  return transitions.codes[static_cast<size_t>(above - transitions.positions.begin())];
}

/// A sine as high as all code widths together, thermal noise and random rounding on it, as codes.
std::vector<double> sampled_sine(const Transitions& transitions, const CodeRange& codes,
                                 double noise, bool is_stochastic) {
  const double middle = 0.5 * (codes.low + codes.high);
  const double amplitude = 0.5 * static_cast<double>(codes.size());
  std::vector<float> normals(static_cast<size_t>(kSamples), 0.0F);
  if (noise > 0.0) {
    fill_normal({0, 0, static_cast<std::uint8_t>(Purpose::conversion_noise)}, {}, 0, normals);
  }
  std::vector<float> uniforms(normals.size(), 0.5F);
  if (is_stochastic) {
    fill_uniform({0, 0, static_cast<std::uint8_t>(Purpose::rounding)}, {}, 0, uniforms);
  }
  std::vector<double> sampled(normals.size());
  for (size_t i = 0; i < sampled.size(); ++i) {
    const double phase = static_cast<double>(kCycles * static_cast<Index>(i) % kSamples) /
                         static_cast<double>(kSamples);
    const double input = middle + amplitude * std::sin(2.0 * std::numbers::pi * phase) +
                         noise * static_cast<double>(normals[i]) +
                         static_cast<double>(uniforms[i]) - 0.5;
    sampled[i] = code_of(transitions, input);
  }
  return sampled;
}

}  // namespace

double Linearity::worst_inl() const {
  return largest_size(inl);
}

double Linearity::worst_dnl() const {
  return largest_size(dnl);
}

Linearity linearity(std::span<const double> thresholds) {
  const Index n = std::ssize(thresholds);
  const bool finite = std::all_of(thresholds.begin(), thresholds.end(),
                                  [](double threshold) { return std::isfinite(threshold); });
  if (n < 2 || !finite || !std::is_sorted(thresholds.begin(), thresholds.end()) ||
      thresholds.front() == thresholds.back()) {
    throw ArgumentError(
        fmt::format("linearity: {} thresholds; expected two or more, finite, ascending, and not "
                    "all of them equal",
                    n));
  }
  Linearity result;
  const double first = thresholds.front();
  const double lsb = (thresholds.back() - first) / static_cast<double>(n - 1);
  for (size_t i = 0; i < thresholds.size(); ++i) {
    result.inl.push_back((thresholds[i] - first) / lsb - static_cast<double>(i));
  }
  for (size_t i = 0; i + 1 < thresholds.size(); ++i) {
    const double width = (thresholds[i + 1] - thresholds[i]) / lsb;
    result.dnl.push_back(width - 1.0);
    result.missing_codes += width < 0.1 ? 1 : 0;
  }
  return result;
}

double sndr_db(const Transitions& transitions, const CodeRange& codes, double noise,
               bool is_stochastic) {
  const auto sampled = sampled_sine(transitions, codes, noise, is_stochastic);
  const double n = static_cast<double>(kSamples);
  double mean = 0.0, sine = 0.0, cosine = 0.0, power = 0.0;
  for (size_t i = 0; i < sampled.size(); ++i) {
    const double angle = 2.0 * std::numbers::pi *
                         static_cast<double>(kCycles * static_cast<Index>(i) % kSamples) / n;
    mean += sampled[i] / n;
    sine += 2.0 / n * sampled[i] * std::sin(angle);
    cosine += 2.0 / n * sampled[i] * std::cos(angle);
    power += sampled[i] * sampled[i] / n;
  }
  const double signal = 0.5 * (sine * sine + cosine * cosine);
  return 10.0 * std::log10(signal / (power - mean * mean - signal));
}

double enob(const Transitions& transitions, const CodeRange& codes, double noise,
            bool is_stochastic) {
  return (sndr_db(transitions, codes, noise, is_stochastic) - 1.7609) / 6.0206;
}

}  // namespace ohm
