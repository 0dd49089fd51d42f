// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/latency.h"

#include <gtest/gtest.h>

namespace ohm {
namespace {

TEST(Latency, OfADecoderSplitsIntoFirstTokenAndGaps) {
  // two sequences, four outputs: gaps of 10, 20, 30 and 40, 10, 10
  const Latency l = latency_of({100, 110, 110, 150, 130, 160, 160, 170}, {true, 7, 4, 2}, 200);
  EXPECT_DOUBLE_EQ(l.ttft.si(), 105e-12);
  EXPECT_DOUBLE_EQ(l.tpot.si(), 20e-12);
  EXPECT_DOUBLE_EQ(l.tpot_p50.si(), 10e-12);
  EXPECT_DOUBLE_EQ(l.tpot_p95.si(), 40e-12);
  EXPECT_DOUBLE_EQ(l.tokens_per_s_per_user, 1.0 / 20e-12);
  EXPECT_DOUBLE_EQ(l.output_tokens_per_s, 8.0 / 200e-12);
  EXPECT_DOUBLE_EQ(l.input_tokens_per_s, 14.0 / 200e-12);
}

TEST(Latency, OfOneOutputHasNoGaps) {
  const Latency l = latency_of({50, 70}, {true, 3, 1, 2}, 70);
  EXPECT_DOUBLE_EQ(l.ttft.si(), 60e-12);
  EXPECT_EQ(l.tpot.si(), 0.0);
  EXPECT_EQ(l.tpot_p95.si(), 0.0);
  EXPECT_DOUBLE_EQ(l.tokens_per_s_per_user, 1.0 / 60e-12);
}

TEST(Latency, OfAnEncoderCountsInputsOnly) {
  const Latency l = latency_of({80, 90}, {false, 16, 0, 2}, 90);
  EXPECT_DOUBLE_EQ(l.ttft.si(), 85e-12);
  EXPECT_EQ(l.output_tokens_per_s, 0.0);
  EXPECT_DOUBLE_EQ(l.input_tokens_per_s, 32.0 / 90e-12);
}

TEST(Latency, OfTwoStacksCountsSourceTokensAsInputs) {
  Request request{true, 1, 2, 1};
  request.source = 10;
  EXPECT_DOUBLE_EQ(latency_of({40, 60}, request, 60).input_tokens_per_s, 10.0 / 60e-12);
}

}  // namespace
}  // namespace ohm
