// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/range.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/percentile.h"

namespace ohm {
namespace {

/// Values in bins of equal width, each bin as its number, sum and sum of squares.
class Histogram {
 public:
  Histogram(const std::vector<double>& magnitudes, double largest, Index n_bins)
      : bins_(static_cast<size_t>(n_bins)) {
    const double per_bin = static_cast<double>(n_bins) / largest;
    for (const double value : magnitudes) {
      const auto bin = std::min(static_cast<Index>(value * per_bin), n_bins - 1);
      Bin& own = bins_[static_cast<size_t>(bin)];
      own.n += 1.0, own.sum += value, own.squares += value * value;
    }
    std::erase_if(bins_, [](const Bin& bin) { return bin.n == 0.0; });
  }

  /// Total squared error of an ideal quantiser; all values of a bin take the code of their mean.
  double error(double step, const CodeRange& codes) const {
    const bool mid_rise = codes.high != std::floor(codes.high);
    double error = 0.0;
    for (const Bin& bin : bins_) {
      const double mean = bin.sum / bin.n / step;
      const double code = mid_rise ? std::floor(mean) + 0.5 : std::nearbyint(mean);
      const double level = step * std::min(code, codes.high);
      error += bin.squares - level * (2.0 * bin.sum - bin.n * level);
    }
    return error;
  }

 private:
  struct Bin {
    double n = 0.0, sum = 0.0, squares = 0.0;
  };
  std::vector<Bin> bins_;
};

struct Candidate {
  double step, error;
};

/// Golden section between a tenth below and above the best step so far.
double refine(const Histogram& histogram, const CodeRange& codes, Candidate best, double ratio) {
  constexpr double kGolden = 0.6180339887498949;
  double low = best.step * ratio, high = best.step / ratio;
  const auto at = [&](double step) { return Candidate{step, histogram.error(step, codes)}; };
  Candidate left = at(high - kGolden * (high - low)), right = at(low + kGolden * (high - low));
  for (int i = 0; i < 20; ++i) {
    best = std::min({best, left, right},
                    [](const Candidate& a, const Candidate& b) { return a.error < b.error; });
    if (left.error <= right.error) {
      high = right.step, right = left, left = at(high - kGolden * (high - low));
    } else {
      low = left.step, left = right, right = at(low + kGolden * (high - low));
    }
  }
  return best.step;
}

double largest_of(const std::vector<double>& magnitudes) {
  double largest = 0.0;
  for (const double value : magnitudes) {
    if (!(value >= 0.0) || !std::isfinite(value)) {
      throw ArgumentError(fmt::format(
          "adc.range: |sum| {} found; expected finite magnitudes of at least 0", value));
    }
    largest = std::max(largest, value);
  }
  return largest;
}

}  // namespace

double mse_step(const std::vector<double>& magnitudes, const CodeRange& codes) {
  constexpr double kRatio = 0.9;
  constexpr int kSteps = 48;  // down to 0.006 of the largest
  const double largest = largest_of(magnitudes);
  if (largest == 0.0) return 1.0;
  const double bins = std::clamp(16.0 * codes.high, 2048.0, 65536.0);
  const Histogram histogram(magnitudes, largest, static_cast<Index>(bins));
  Candidate best{largest / codes.high, 0.0};
  best.error = histogram.error(best.step, codes);
  double step = best.step;
  for (int i = 1; i < kSteps; ++i) {
    step *= kRatio;
    if (const double error = histogram.error(step, codes); error < best.error) best = {step, error};
  }
  return best.error > 0.0 ? refine(histogram, codes, best, kRatio) : best.step;
}

double calibrated_step(const Adc& adc, const std::vector<double>& magnitudes, bool is_signed) {
  const double largest = largest_of(magnitudes);
  const std::string& rule = adc.spec().range;
  if (largest == 0.0 || !adc.quantises()) return 1.0;
  if (rule == "mse" || rule == "learned") return mse_step(magnitudes, adc.codes(is_signed));
  double reach = largest;
  if (rule == "percentile") {
    // where most sums are zero a percentile of zero would leave no range at all
    const double percentile = percentile_of(magnitudes, adc.spec().percentile);
    if (percentile > 0.0) reach = percentile;
  }
  return adc.step_for(reach, is_signed);
}

}  // namespace ohm
