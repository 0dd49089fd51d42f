// SPDX-License-Identifier: Apache-2.0
#include "core/quantize.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"
#include "core/percentile.h"

namespace ohm {
namespace {

void require_finite_values(std::span<const float> values) {
  const auto bad =
      std::find_if(values.begin(), values.end(), [](float value) { return !std::isfinite(value); });
  if (bad != values.end())
    throw ArgumentError(fmt::format("quantise: value {} at flat index {}; expected finite values",
                                    *bad, bad - values.begin()));
}

float largest_size(std::span<const float> values) {
  float largest = 0;
  for (const float value : values) largest = std::max(largest, std::abs(value));
  return largest;
}

std::vector<float> sizes_of(std::span<const float> values) {
  std::vector<float> sizes(values.size());
  std::transform(values.begin(), values.end(), sizes.begin(), [](float x) { return std::abs(x); });
  return sizes;
}

double step_for(double largest, std::int32_t max_code) {
  return largest > 0 ? largest / max_code : 1.0;
}

/// Exact mean squared error of symmetric quantisers on one set of values.
class ErrorCurve {
 public:
  ErrorCurve(std::vector<float> sizes, std::int32_t max_code)
      : sizes_(std::move(sizes)),
        sums_(sizes_.size() + 1),
        squares_(sizes_.size() + 1),
        max_code_(max_code) {
    std::sort(sizes_.begin(), sizes_.end());
    for (std::size_t i = 0; i < sizes_.size(); ++i) {
      const double size = sizes_[i];
      sums_[i + 1] = sums_[i] + size;
      squares_[i + 1] = squares_[i] + size * size;
    }
  }

  /// Total squared error: all values that share a code are summed at once.
  double error(double step) const {
    double total = 0;
    for (std::size_t begin = 0; begin < sizes_.size();) {
      const std::int32_t code = quantize(sizes_[begin], step, max_code_);
      const std::size_t next = code == max_code_ ? sizes_.size() : first_above((code + 0.5) * step);
      const std::size_t end = std::max(begin + 1, next);
      total += squared_distance(begin, end, code * step);
      begin = end;
    }
    return total;
  }

  /// Squared error of the values beyond `clip` alone, which no number of codes can avoid.
  double clipping_error(double clip) const {
    return squared_distance(first_above(clip), sizes_.size(), clip);
  }

 private:
  std::size_t first_above(double limit) const {
    const auto found = std::upper_bound(sizes_.begin(), sizes_.end(), limit,
                                        [](double a, float b) { return a < b; });
    return static_cast<std::size_t>(found - sizes_.begin());
  }

  double squared_distance(std::size_t begin, std::size_t end, double level) const {
    const double sum = sums_[end] - sums_[begin];
    const double square = squares_[end] - squares_[begin];
    const double n = static_cast<double>(end - begin);
    return std::max(0.0, square - level * (2 * sum - n * level));
  }

  std::vector<float> sizes_;
  std::vector<double> sums_, squares_;
  std::int32_t max_code_;
};

struct Candidate {
  double step;
  double error;
};

/// Golden-section search for a minimum in [low, high]; keeps the best step it meets.
Candidate refine(const ErrorCurve& curve, double low, double high, Candidate best) {
  constexpr double golden = 0.6180339887498949;
  Candidate left{high - golden * (high - low), 0}, right{low + golden * (high - low), 0};
  left.error = curve.error(left.step);
  right.error = curve.error(right.step);
  for (int i = 0; i < 24; ++i) {
    if (left.error < best.error) best = left;
    if (right.error < best.error) best = right;
    if (left.error <= right.error) {
      high = right.step;
      right = left;
      left.step = high - golden * (high - low);
      left.error = curve.error(left.step);
    } else {
      low = left.step;
      left = right;
      right.step = low + golden * (high - low);
      right.error = curve.error(right.step);
    }
  }
  return best;
}

/// The fp32 step of a column whose largest |w| is `largest`.
float narrow_step(float largest, std::int32_t max_code) {
  const double exact = step_for(largest, max_code);
  float step = static_cast<float>(exact);
  if (step > exact) step = std::nextafter(step, 0.0f);
  return std::max(step, std::numeric_limits<float>::min());
}

std::vector<float> weight_steps(const Matrix<float>& weights, std::int32_t max_code,
                                WeightScale scale) {
  if (scale == WeightScale::per_tensor)
    return {narrow_step(largest_size(weights.values), max_code)};
  std::vector<float> steps(static_cast<std::size_t>(weights.cols), 0.0f);
  for (Index i = 0; i < weights.rows; ++i) {
    const auto row = weights.row(i);
    for (std::size_t j = 0; j < row.size(); ++j) steps[j] = std::max(steps[j], std::abs(row[j]));
  }
  for (float& step : steps) step = narrow_step(step, max_code);
  return steps;
}

}  // namespace

std::int32_t symmetric_max_code(int bits) {
  if (bits < 2 || bits > 16)
    throw ArgumentError(fmt::format("quantise: {} bits; expected 2 to 16", bits));
  return (1 << (bits - 1)) - 1;
}

std::int32_t quantize(float x, double step, std::int32_t max_code) {
  // Adding and taking away 1.5 · 2^52 leaves an integer rounded half to even, without a call.
  constexpr double magic = 6755399441055744.0;
  const double limit = max_code;
  const double clipped = std::min(limit, std::max(-limit, static_cast<double>(x) / step));
  return static_cast<std::int32_t>((clipped + magic) - magic);
}

std::vector<std::int32_t> quantize(std::span<const float> values, double step,
                                   std::int32_t max_code) {
  if (!(step > 0) || !std::isfinite(step))
    throw ArgumentError(fmt::format("quantise: step {}; expected a positive, finite number", step));
  require_finite_values(values);
  std::vector<std::int32_t> codes(values.size());
  std::transform(values.begin(), values.end(), codes.begin(),
                 [&](float value) { return quantize(value, step, max_code); });
  return codes;
}

double scale_max(std::span<const float> values, int bits) {
  const std::int32_t max_code = symmetric_max_code(bits);
  require_finite_values(values);
  return step_for(largest_size(values), max_code);
}

double scale_percentile(std::span<const float> values, int bits, double percentile) {
  if (!(percentile > 0 && percentile <= 100))
    throw ArgumentError(
        fmt::format("quantise: percentile {}; expected above 0 and at most 100", percentile));
  const double at_most = scale_max(values, bits);
  if (values.empty()) return at_most;
  const double clip = percentile_of(sizes_of(values), percentile);
  return clip > 0 ? clip / symmetric_max_code(bits) : at_most;
}

double scale_mse(std::span<const float> values, int bits) {
  constexpr double ratio = 0.99;
  const std::int32_t max_code = symmetric_max_code(bits);
  const double at_most = scale_max(values, bits);
  if (largest_size(values) == 0) return at_most;
  const ErrorCurve curve(sizes_of(values), max_code);
  Candidate best{at_most, curve.error(at_most)};
  double step = at_most * max_code / (max_code - 0.5);
  while (curve.clipping_error(step * max_code) < best.error) {
    if (const double error = curve.error(step); error < best.error) best = {step, error};
    step *= ratio;
  }
  return best.error > 0 ? refine(curve, best.step * ratio, best.step / ratio, best).step
                        : best.step;
}

QuantizedMatrix quantize_weights(const Matrix<float>& weights, int bits, WeightScale scale) {
  const std::int32_t max_code = symmetric_max_code(bits);
  require_finite_values(weights.values);
  QuantizedMatrix quantized{
      {weights.rows, weights.cols}, weight_steps(weights, max_code, scale), max_code};
  for (Index i = 0; i < weights.rows; ++i)
    for (Index j = 0; j < weights.cols; ++j)
      quantized.codes(i, j) = quantize(weights(i, j), quantized.step_of(j), max_code);
  return quantized;
}

Matrix<float> dequantize(const QuantizedMatrix& quantized) {
  Matrix<float> values(quantized.codes.rows, quantized.codes.cols);
  for (Index i = 0; i < values.rows; ++i)
    for (Index j = 0; j < values.cols; ++j)
      values(i, j) = static_cast<float>(quantized.codes(i, j)) * quantized.step_of(j);
  return values;
}

}  // namespace ohm
