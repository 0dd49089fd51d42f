// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/converter_bank.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kBinsPerStep = 2.0F;
constexpr double kMostBinsPerCode = 8.0;  // where outliers stretch the span of the thresholds

/// The least float that reaches the threshold t; one that lies on it does so only if `inclusive`.
float least_above(double t, bool inclusive) {
  auto least = static_cast<float>(t);
  const bool below = static_cast<double>(least) < t;
  if (below || (!inclusive && static_cast<double>(least) == t)) {
    least = std::nextafter(least, kInfinity);
  }
  return least;
}

/// Thresholds of one converter, ready to compare, and its codes; the outermost two mark the range.
struct Comparisons {
  std::vector<float> thresholds, codes;
};

Comparisons comparisons(const Transitions& transitions, double step, bool mid_rise) {
  const auto inclusive = [&](double code) { return mid_rise || static_cast<Index>(code) % 2 == 0; };
  std::vector<double> positions = transitions.positions, codes = transitions.codes;
  positions.insert(positions.begin(), positions.front() - step);
  positions.push_back(positions.back() + step);
  codes.insert(codes.begin(), codes.front());
  codes.push_back(codes.back());
  Comparisons ready;
  ready.thresholds.reserve(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    const bool beyond = i + 1 == positions.size();
    ready.thresholds.push_back(least_above(positions[i], inclusive(codes[i + 1] + beyond)));
  }
  std::sort(ready.thresholds.begin(), ready.thresholds.end());
  ready.codes.assign(codes.begin(), codes.end());
  return ready;
}

std::vector<Comparisons> all_comparisons(const Adc& adc, std::span<const AdcDraw> converters,
                                         bool is_signed) {
  const bool mid_rise = adc.spec().levels == "mid_rise";
  std::vector<Comparisons> all;
  for (const AdcDraw& draw : converters) {
    const double step = 1.0 / (1.0 + adc.gain_error(draw));
    all.push_back(comparisons(adc.transitions(draw, is_signed), step, mid_rise));
  }
  return all;
}

/// Cuts the span of all thresholds into bins.
void set_bins(const std::vector<Comparisons>& all, ThresholdTables& tables) {
  float low = kInfinity, high = -kInfinity;
  double most = 0.0;
  for (const Comparisons& one : all) {
    low = std::min(low, one.thresholds.front());
    high = std::max(high, one.thresholds.back());
    most = std::max(most, kMostBinsPerCode * static_cast<double>(one.thresholds.size()));
  }
  const double span = static_cast<double>(high) - static_cast<double>(low);
  tables.edge = low;
  tables.scale = std::min(kBinsPerStep, static_cast<float>(most / std::max(span, 1.0)));
  tables.n_bins = static_cast<std::int32_t>(span * static_cast<double>(tables.scale)) + 1;
}

/// Counts the thresholds below each bin and the most that one bin holds.
void append(const Comparisons& one, ThresholdTables& tables) {
  std::vector<std::int32_t> held(static_cast<size_t>(tables.n_bins), 0);
  for (const float threshold : one.thresholds) {
    ++held[static_cast<size_t>(tables.bin_of(threshold))];
  }
  std::int32_t below = 0;
  for (const std::int32_t count : held) {
    tables.below.push_back(below);
    below += count;
    tables.passes = std::max(tables.passes, count);
  }
  tables.thresholds.insert(tables.thresholds.end(), one.thresholds.begin(), one.thresholds.end());
  tables.thresholds.push_back(kInfinity);
  tables.codes.insert(tables.codes.end(), one.codes.begin(), one.codes.end());
}

/// Whether code i of a converter with all its codes is low + i, the outer ones doubled.
bool is_in_order(const Comparisons& one, const CodeRange& range) {
  if (std::ssize(one.codes) != range.size() + 2) return false;
  for (size_t i = 0; i < one.codes.size(); ++i) {
    const double code = std::clamp(range.low - 1.0 + static_cast<double>(i), range.low, range.high);
    if (static_cast<double>(one.codes[i]) != code) return false;
  }
  return true;
}

ThresholdTables tabulate(const std::vector<Comparisons>& all, std::span<const Index> converter_of,
                         const CodeRange& range) {
  ThresholdTables tables;
  set_bins(all, tables);
  std::vector<std::int32_t> first;
  for (const Comparisons& one : all) {
    first.push_back(static_cast<std::int32_t>(tables.thresholds.size()));
    append(one, tables);
  }
  for (const Index converter : converter_of) {
    const auto c = static_cast<size_t>(converter);
    tables.first_bin.push_back(static_cast<std::int32_t>(converter) * tables.n_bins);
    tables.first_threshold.push_back(first[c]);
    tables.last.push_back(static_cast<std::int32_t>(all[c].thresholds.size()));
  }
  tables.in_order = std::all_of(all.begin(), all.end(),
                                [&](const Comparisons& one) { return is_in_order(one, range); });
  if (tables.in_order) tables.codes = {};  // they follow from the count
  tables.low = static_cast<float>(range.low), tables.high = static_cast<float>(range.high);
  const size_t padded = converter_of.size() + static_cast<size_t>(kColumnPadding);
  tables.first_bin.resize(padded, 0);
  tables.first_threshold.resize(padded, 0);
  tables.last.resize(padded, 0);
  return tables;
}

void check_wiring(std::span<const AdcDraw> converters, std::span<const Index> converter_of) {
  for (size_t j = 0; j < converter_of.size(); ++j) {
    if (converter_of[j] >= 0 && converter_of[j] < std::ssize(converters)) continue;
    throw ArgumentError(
        fmt::format("converter bank: column {} is wired to converter {}; expected one of the {} "
                    "converters, counted from 0",
                    j, converter_of[j], converters.size()));
  }
}

}  // namespace

ConverterBank::ConverterBank(const Adc& adc, std::span<const AdcDraw> converters,
                             std::span<const Index> converter_of, bool is_signed)
    : n_columns_(std::ssize(converter_of)),
      n_converters_(std::ssize(converters)),
      codes_(adc.codes(is_signed)),
      quantises_(adc.quantises()),
      affine_(adc.is_affine()),
      stochastic_(adc.spec().rounding == "stochastic"),
      is_exact_(affine_ && adc.spec().gain_error == 0.0 && adc.spec().offset == 0.0) {
  check_wiring(converters, converter_of);
  if (affine_) {
    wire_affine(adc, converters, converter_of);
  } else if (!converters.empty()) {
    tables_ = tabulate(all_comparisons(adc, converters, is_signed), converter_of, codes_);
  }
}

void ConverterBank::wire_affine(const Adc& adc, std::span<const AdcDraw> converters,
                                std::span<const Index> converter_of) {
  AffineConverters& affine = affine_converters_;
  affine.low = static_cast<float>(codes_.low);
  affine.high = static_cast<float>(codes_.high);
  affine.mid_rise = adc.spec().levels == "mid_rise";
  std::vector<float> factor, offset;
  for (const AdcDraw& draw : converters) {
    factor.push_back(static_cast<float>(1.0 + adc.gain_error(draw)));
    offset.push_back(static_cast<float>(adc.offset(draw)));
  }
  for (const Index converter : converter_of) {
    affine.factor.push_back(factor[static_cast<size_t>(converter)]);
    affine.offset.push_back(offset[static_cast<size_t>(converter)]);
  }
  affine.factor.resize(affine.factor.size() + static_cast<size_t>(kColumnPadding), 1.0F);
  affine.offset.resize(affine.offset.size() + static_cast<size_t>(kColumnPadding), 0.0F);
}

void ConverterBank::check_call(std::span<const float> sums, Index first_column,
                               std::span<const float> uniforms) const {
  const Index n = std::ssize(sums);
  if (first_column < 0 || n > n_columns_ - first_column) {
    throw ArgumentError(
        fmt::format("converter bank: columns [{}, {}) found; expected some of [0, {})",
                    first_column, first_column + n, n_columns_));
  }
  const Index expected = stochastic_ ? n : 0;
  if (std::ssize(uniforms) != expected) {
    throw ArgumentError(
        fmt::format("converter bank: {} uniform numbers for {} sums found; expected {}, as "
                    "rounding is {}",
                    uniforms.size(), n, expected, stochastic_ ? "stochastic" : "nearest"));
  }
}

Index ConverterBank::convert(std::span<float> sums, Index first_column,
                             std::span<const float> uniforms) const {
  check_call(sums, first_column, uniforms);
  if (sums.empty() || is_identity()) return 0;
  const Conversion conversion{sums, first_column, uniforms};
  if (quantises_) {
    return affine_ ? convert_affine(affine_converters_, conversion)
                   : convert_thresholds(tables_, conversion);
  }
  for (size_t j = 0; j < sums.size(); ++j) {
    const size_t column = j + static_cast<size_t>(first_column);
    sums[j] = sums[j] * affine_converters_.factor[column] + affine_converters_.offset[column];
  }
  return 0;
}

}  // namespace ohm
