// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/sar.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crossbar/adc/cdac.h"
#include "crossbar/adc/linearity.h"
#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::adc_spec;
using testing::draw_of;

/// Bit by bit as the circuit does it, for an unsigned sum in LSB.
double successive(const AdcSpec& spec, const AdcDraw& draw, double sum) {
  const auto levels = cdac_levels(spec, draw.normals(ConverterPart::capacitor, spec.bits + 2));
  const double offset = spec.comparator_offset * draw.normals(ConverterPart::comparator, 1)[0];
  size_t code = 0;
  for (size_t bit = levels.size() / 2; bit > 0; bit /= 2) {
    if (sum + 0.5 >= levels[code | bit] + offset) code |= bit;
  }
  return static_cast<double>(code);
}

double code_of(const Transitions& transitions, double sum) {
  const auto above =
      std::upper_bound(transitions.positions.begin(), transitions.positions.end(), sum);
  return transitions.codes[static_cast<size_t>(above - transitions.positions.begin())];
}

TEST(SarAdc, ThresholdsAreThoseOfItsDecisionsBitByBit) {
  for (const double sigma : {0.0, 0.01, 0.1}) {
    for (const Index split : {0, 4}) {
      AdcSpec spec = adc_spec("sar", 8);
      spec.capacitor_mismatch = sigma;
      spec.split_bits = split;
      spec.comparator_offset = 0.7;
      for (std::uint32_t c = 0; c < 5; ++c) {
        const auto transitions = SarAdc(spec).transitions(draw_of(c), false);
        for (double sum = -2.03; sum < 258.0; sum += 0.0917) {
          ASSERT_EQ(code_of(transitions, sum), successive(spec, draw_of(c), sum))
              << sigma << " " << split << " " << sum;
        }
      }
    }
  }
}

TEST(SarAdc, LargeMismatchLosesCodesButNeverOrder) {
  AdcSpec spec = adc_spec("sar", 10);
  spec.capacitor_mismatch = 0.1;
  Index missing = 0;
  for (std::uint32_t c = 0; c < 20; ++c) {
    const auto thresholds = SarAdc(spec).thresholds(draw_of(c), true);
    EXPECT_TRUE(std::is_sorted(thresholds.begin(), thresholds.end()));
    missing += linearity(thresholds).missing_codes;
  }
  EXPECT_GT(missing, 0);
}

}  // namespace
}  // namespace ohm
