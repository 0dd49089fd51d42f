// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>
#include <vector>

#include "core/config/reader.h"
#include "core/error.h"
#include "crossbar/device/realise.h"
#include "tests/core/error_text.h"
#include "tests/repository.h"

namespace ohm {

/// A shipped device, with overrides (key, value).
inline DeviceSpec shipped_device(
    const std::string& name, const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  ConfigOptions options{{repository::configs()}, {}, true};
  for (const auto& [key, value] : changes) options.overrides.push_back({key, value, "--set"});
  return load_spec<DeviceSpec>("device", name, options);
}

/// Why a shipped device with these overrides is refused, or "".
inline std::string refusal_of(const std::string& name,
                              const std::vector<std::pair<std::string, std::string>>& changes) {
  return error_text<Error>([&] { shipped_device(name, changes); });
}

/// `n` cells, all tuned to `target`, as realise() leaves them; S.
inline std::vector<double> cells_at(const DeviceSpec& cell, double target, Index n = 1000000,
                                    std::uint32_t seed = 1) {
  std::vector<double> g(static_cast<size_t>(n), target);
  const std::vector<char> tuned(g.size(), 1);
  realise(cell, {seed, 0, {}}, tuned, g);
  return g;
}

struct Moments {
  double mean, sigma, skewness;
};

inline Moments moments_of(const std::vector<double>& values) {
  const double n = static_cast<double>(values.size());
  double sum = 0.0, second = 0.0, third = 0.0;
  for (const double x : values) sum += x;
  const double mean = sum / n;
  for (const double x : values) {
    second += (x - mean) * (x - mean);
    third += (x - mean) * (x - mean) * (x - mean);
  }
  const double sigma = std::sqrt(second / n);
  return {mean, sigma, third / n / (sigma * sigma * sigma)};
}

/// Kolmogorov-Smirnov statistic sqrt(n) · sup |F_n - F|, taken at 4095 quantiles of F: above 1.95
/// in 1 of 1000 samples.
inline double ks_statistic(const std::vector<double>& values,
                           const std::function<double(double)>& below) {
  constexpr double kBins = 4096.0;
  std::vector<double> counts(static_cast<size_t>(kBins));
  for (const double x : values) {
    counts[static_cast<size_t>(std::clamp(below(x) * kBins, 0.0, kBins - 1.0))] += 1.0;
  }
  const double n = static_cast<double>(values.size());
  double worst = 0.0, sum = 0.0;
  for (size_t i = 0; i < counts.size(); ++i) {
    sum += counts[i];
    worst = std::max(worst, std::abs(sum / n - static_cast<double>(i + 1) / kBins));
  }
  return worst * std::sqrt(n);
}

inline double normal_below(double x) {
  return 0.5 * std::erfc(-x / std::numbers::sqrt2);
}

}  // namespace ohm
