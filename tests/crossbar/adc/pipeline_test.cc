// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "crossbar/adc/linearity.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

/// One unsigned sum in LSB through the stages, as the circuit does it.
double staged(const AdcSpec& spec, const AdcDraw& draw, double sum) {
  const bool cyclic = spec.kind == "cyclic";
  const Index n = cyclic ? 2 : 2 * spec.bits;
  const auto capacitors = draw.normals(ConverterPart::capacitor, n);
  const auto comparators = draw.normals(ConverterPart::comparator, n);
  const double middle = std::pow(2.0, spec.bits - 1);
  double v = sum / middle - 1.0, code = middle;
  for (Index i = 0; i < spec.bits; ++i) {
    const auto k = static_cast<size_t>(cyclic ? 0 : 2 * i);
    const bool last = i + 1 == spec.bits;
    const double unit = spec.comparator_offset / middle, at = last ? 0.5 : 0.25;
    const double d = (v >= -at + unit * comparators[k] ? 1.0 : 0.0) +
                     (v >= at + unit * comparators[k + 1] ? 1.0 : 0.0) - 1.0;
    code += d * std::max(1.0, std::pow(2.0, spec.bits - 2 - i));
    const double c1 = 1.0 + spec.capacitor_mismatch * capacitors[k];
    const double c2 = 1.0 + spec.capacitor_mismatch * capacitors[k + 1];
    const double beta = c1 / (c1 + c2), gamma = c2 / c1;
    v = (1.0 + gamma) * v - d * gamma;
    if (spec.amplifier_gain > 0) v /= 1.0 + 1.0 / (static_cast<double>(spec.amplifier_gain) * beta);
  }
  return std::min(std::max(code, 0.0), 2.0 * middle - 1.0);
}

double code_of(const Transitions& transitions, double sum) {
  const auto above =
      std::upper_bound(transitions.positions.begin(), transitions.positions.end(), sum);
  return transitions.codes[static_cast<size_t>(above - transitions.positions.begin())];
}

TEST(PipelineAdc, TransitionsAreThoseOfTheStagesSumBySum) {
  for (const char* kind : {"pipeline", "cyclic"}) {
    for (const double sigma : {0.0, 0.01, 0.08}) {
      AdcSpec spec = adc_spec(kind, 8);
      spec.capacitor_mismatch = sigma;
      spec.comparator_offset = 3.0;
      spec.amplifier_gain = 300;
      for (std::uint32_t c = 0; c < 4; ++c) {
        const auto transitions = make_adc(spec)->transitions(draw_of(c), false);
        for (double sum = -3.011; sum < 260.0; sum += 0.0317) {
          ASSERT_EQ(code_of(transitions, sum), staged(spec, draw_of(c), sum))
              << kind << " " << sigma << " " << sum;
        }
      }
    }
  }
}

TEST(PipelineAdc, RedundancyAbsorbsComparatorOffsetsBelowAQuarterOfTheReference) {
  AdcSpec spec = adc_spec("pipeline", 10);
  spec.comparator_offset = 20.0;  // of 128 LSB that every stage tolerates
  const auto absorbed = PipelineAdc(spec).transitions(draw_of(0), false);
  double worst = 0.0;
  for (double sum = 0.0; sum < 1023.0; sum += 0.037) {
    worst = std::max(worst, std::abs(code_of(absorbed, sum) - sum));
  }
  // only the last two comparators, behind a gain of 512, move thresholds: by 20/512 LSB rms
  EXPECT_GT(worst, 0.5);
  EXPECT_LT(worst, 0.5 + 4.0 * 20.0 / 512.0);
}

TEST(PipelineAdc, CapacitorRatiosSpoilLinearity) {
  AdcSpec spec = adc_spec("pipeline", 10, "mid_tread");
  const auto worst = [&] {
    return linearity(PipelineAdc(spec).thresholds(draw_of(1), true)).worst_inl();
  };
  EXPECT_LT(worst(), 1e-9);
  spec.capacitor_mismatch = 0.01;
  EXPECT_GT(worst(), 1.0);
}

TEST(CyclicAdc, TheSameErrorsComeBackInEveryCycle) {
  AdcSpec spec = adc_spec("cyclic", 8);
  spec.capacitor_mismatch = 0.01;
  const auto a = CyclicAdc(spec).transitions(draw_of(0), true);
  spec.kind = "pipeline";
  const auto b = PipelineAdc(spec).transitions(draw_of(0), true);
  EXPECT_NE(a.positions, b.positions);
}

}  // namespace
}  // namespace ohm
