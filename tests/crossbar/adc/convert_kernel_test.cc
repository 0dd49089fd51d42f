// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/convert_kernel.h"

#include <gtest/gtest.h>

#include <hwy/targets.h>

#include "tests/crossbar/adc/quantisers.h"

namespace ohm {
namespace {

using testing::bank_of;
using testing::erring_spec;
using testing::uniform_sums;

struct Outcome {
  std::vector<float> codes;
  Index clipped;
  bool operator==(const Outcome&) const = default;
};

Outcome outcome_of(const ConverterBank& bank, const std::vector<float>& uniforms) {
  Outcome outcome{uniform_sums(1003, -140.0, 140.0), 0};
  outcome.clipped = bank.convert(outcome.codes, 0, uniforms);
  return outcome;
}

TEST(ConvertKernel, EveryInstructionSetGivesTheSameCodes) {
  for (const char* kind : {"uniform", "sar", "pipeline"}) {
    for (const char* rounding : {"nearest", "stochastic"}) {
      AdcSpec spec = erring_spec(kind);
      spec.dnl = 0.0;
      spec.rounding = rounding;
      const ConverterBank bank = bank_of(spec, 1003, 7);
      const auto uniforms =
          bank.is_stochastic() ? uniform_sums(1003, 0.0, 1.0, 3) : std::vector<float>{};
      const Outcome expected = outcome_of(bank, uniforms);
      for (const auto target : hwy::SupportedAndGeneratedTargets()) {
        hwy::SetSupportedTargetsForTest(target);
        EXPECT_EQ(outcome_of(bank, uniforms), expected) << hwy::TargetName(target);
      }
      hwy::SetSupportedTargetsForTest(0);
    }
  }
}

TEST(ConvertKernel, SumsBeyondTheBinsFallIntoTheOuterOnes) {
  ThresholdTables tables;
  tables.edge = -2.0F, tables.scale = 2.0F, tables.n_bins = 9;
  EXPECT_EQ(tables.bin_of(-100.0F), 0);
  EXPECT_EQ(tables.bin_of(-2.0F), 0);
  EXPECT_EQ(tables.bin_of(0.25F), 4);
  EXPECT_EQ(tables.bin_of(1e30F), 8);
}

}  // namespace
}  // namespace ohm
