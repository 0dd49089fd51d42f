// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/pipeline.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace ohm {
namespace {

/// Follows intervals of the input, in V_ref, through the stages.
class Propagation {
 public:
  Propagation(const std::vector<PipelineStage>& stages, double inverse_gain)
      : stages_(stages), inverse_gain_(inverse_gain) {}

  Transitions run() {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    follow({-kInfinity, kInfinity, 1.0, 0.0, 0.0}, 0);
    return transitions_;
  }

 private:
  /// Inputs between `from` and `to`: their residue slope · V + shift, and the digits so far.
  struct Interval {
    double from, to, slope, shift, digits;
  };

  double weight(size_t stage) const {
    return std::ldexp(1.0, static_cast<int>(stages_.size()) - 2 - static_cast<int>(stage));
  }

  void follow(const Interval& in, size_t stage) {
    const bool last = stage + 1 == stages_.size();
    const PipelineStage& own = stages_[stage];
    const double nominal = last ? 0.5 : 0.25;
    const double a = -nominal + own.low, b = nominal + own.high;
    const auto input_at = [&](double residue) {
      return std::clamp((residue - in.shift) / in.slope, in.from, in.to);
    };
    const std::array edges{in.from, input_at(std::min(a, b)), input_at(std::max(a, b)), in.to};
    for (size_t k = 0; k < 3; ++k) {
      if (edges[k] >= edges[k + 1]) continue;
      const double d = static_cast<double>(k) - 1.0;
      if (last) {
        decide(edges[k], in.digits + d);
      } else {
        const double loop = 1.0 + (1.0 + own.ratio) * inverse_gain_;
        follow(
            {edges[k], edges[k + 1], (1.0 + own.ratio) * in.slope / loop,
             ((1.0 + own.ratio) * in.shift - d * own.ratio) / loop, in.digits + d * weight(stage)},
            stage + 1);
      }
    }
  }

  /// From input `from` on, in V_ref, the digits add up to `digits`.
  void decide(double from, double digits) {
    const double middle = std::ldexp(1.0, static_cast<int>(stages_.size()) - 1);
    const double code = std::clamp(digits + middle, 0.0, 2.0 * middle - 1.0);
    if (!transitions_.codes.empty()) {
      if (code == transitions_.codes.back()) return;
      transitions_.positions.push_back((from + 1.0) * middle);
    }
    transitions_.codes.push_back(code);
  }

  const std::vector<PipelineStage>& stages_;
  double inverse_gain_;
  Transitions transitions_;
};

PipelineStage stage_of(const AdcSpec& spec, const double* capacitors, const double* comparators) {
  const double sigma = spec.capacitor_mismatch;
  const double in_vref = spec.comparator_offset / std::ldexp(1.0, static_cast<int>(spec.bits) - 1);
  return {(1.0 + sigma * capacitors[1]) / (1.0 + sigma * capacitors[0]), in_vref * comparators[0],
          in_vref * comparators[1]};
}

}  // namespace

std::vector<PipelineStage> PipelineAdc::stages(const AdcDraw& draw) const {
  const auto capacitors = draw.normals(ConverterPart::capacitor, 2 * spec().bits);
  const auto comparators = draw.normals(ConverterPart::comparator, 2 * spec().bits);
  std::vector<PipelineStage> stages;
  for (Index i = 0; i < spec().bits; ++i) {
    stages.push_back(stage_of(spec(), &capacitors[static_cast<size_t>(2 * i)],
                              &comparators[static_cast<size_t>(2 * i)]));
  }
  return stages;
}

std::vector<PipelineStage> CyclicAdc::stages(const AdcDraw& draw) const {
  const auto capacitors = draw.normals(ConverterPart::capacitor, 2);
  const auto comparators = draw.normals(ConverterPart::comparator, 2);
  return std::vector<PipelineStage>(static_cast<size_t>(spec().bits),
                                    stage_of(spec(), capacitors.data(), comparators.data()));
}

Transitions PipelineAdc::decisions(const AdcDraw& draw) const {
  const bool infinite = spec().amplifier_gain == AdcSpec::kInfiniteGain;
  const double inverse = infinite ? 0.0 : 1.0 / static_cast<double>(spec().amplifier_gain);
  return Propagation(stages(draw), inverse).run();
}

}  // namespace ohm
