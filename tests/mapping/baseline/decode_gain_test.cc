// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/decode_gain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "mapping/baseline/roofline.h"
#include "tests/core/error_text.h"
#include "tests/mapping/baseline/baseline_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

constexpr double kWeights = 69501714432.0, kPerToken = 160.0 * 1024.0;  // Llama-3-70B, 8 bits

double gain(double batch, double context) {
  return decode_gain(Bytes(kWeights), Bytes(context * kPerToken), batch);
}

TEST(DecodeGain, OfLlama70bFollowsTheLaw) {
  EXPECT_NEAR(gain(1, 2048), 208, 0.5);
  EXPECT_NEAR(gain(8, 2048), 26.9, 0.05);
  EXPECT_NEAR(gain(64, 2048), 4.2, 0.05);
  EXPECT_NEAR(gain(256, 2048), 1.8, 0.05);
  EXPECT_NEAR(gain(1, 8192), 53, 0.3);
  EXPECT_NEAR(gain(256, 8192), 1.2, 0.05);
}

TEST(DecodeGain, TenfoldNeedsAtMost23Sequences) {
  const double batch = batch_of_gain(Bytes(kWeights), Bytes(2048 * kPerToken), 10.0);
  EXPECT_EQ(std::floor(batch), 23);
  EXPECT_NEAR(gain(batch, 2048), 10.0, 1e-12);
  EXPECT_LT(batch_of_gain(Bytes(kWeights), Bytes(2048 * kPerToken), 300.0), 1.0);
}

TEST(DecodeGain, IsTheRatioOfTwoRooflines) {
  BaselineSpec spec = testing::shipped_baseline("h100_x8");
  spec.exchange.latency = Seconds(0.0);
  spec.exchange.bandwidth = BytesPerSecond(0.0);
  const Roofline roofline(spec, testing::shipped_graph("llama-3-70b"));
  for (const double batch : {1.0, 8.0, 64.0}) {
    const double streamed = roofline.decode(batch, batch * 2048).time.si();
    const double kv = batch * 2048 * kPerToken / (8 * 0.7 * 3.35e12);
    EXPECT_NEAR(streamed / kv, gain(batch, 2048), 1e-9 * gain(batch, 2048));
  }
}

TEST(DecodeGain, OfANetworkTakesItsBytes) {
  const Network llama = testing::shipped_graph("llama-3-70b");
  const NetworkGain law = decode_gain(llama, {8, 8, 8}, 8, 2048);
  EXPECT_DOUBLE_EQ(law.gain, gain(8, 2048));
  EXPECT_EQ(law.weights.si(), kWeights);
  EXPECT_EQ(law.kv_per_sequence.si(), 2048 * kPerToken);
  EXPECT_DOUBLE_EQ(decode_gain(llama, {4, 16, 8}, 8, 2048).gain - 1.0, (law.gain - 1.0) / 4.0);
}

TEST(DecodeGain, NamesTheArgumentThatIsWrong) {
  const Network llama = testing::shipped_graph("llama-3-8b");
  const auto message = [&](const BaselineBitsSpec& bits, double batch, double context) {
    return error_text<ArgumentError>([&] { decode_gain(llama, bits, batch, context); });
  };
  EXPECT_THAT(message({8, 8, 8}, 0, 2048), HasSubstr("batch 0; expected at least 1"));
  EXPECT_THAT(message({8, 8, 8}, NAN, 2048), HasSubstr("batch nan"));
  EXPECT_THAT(message({8, 8, 8}, 1, 0), HasSubstr("context 0"));
  EXPECT_THAT(message({0, 8, 8}, 1, 1), HasSubstr("weight_bits 0; expected 1 to 64"));
  EXPECT_THAT(message({8, 65, 8}, 1, 1), HasSubstr("kv_bits 65"));
  EXPECT_THROW(decode_gain(testing::shipped_graph("bert-base"), {8, 8, 8}, 1, 1), ArgumentError);
}

TEST(DecodeGain, RefusesWhatHasNoGain) {
  EXPECT_THROW(gain(0, 2048), ArgumentError);
  EXPECT_THROW(gain(NAN, 2048), ArgumentError);
  EXPECT_THROW(gain(1, 0), ArgumentError);
  EXPECT_THROW(decode_gain(Bytes(-1), Bytes(1), 1), ArgumentError);
  EXPECT_THROW(batch_of_gain(Bytes(1), Bytes(1), 1.0), ArgumentError);
  EXPECT_EQ(decode_gain(Bytes(0), Bytes(1), 1), 1.0);
}

/// Of t5-small a step reads 38,469,632 weights, and keys and values of source and answer.
TEST(DecodeGain, OfTwoStacksCountsTheWeightsOfTheSecond) {
  const NetworkGain law = decode_gain(testing::shipped_graph("t5-small"), {8, 8, 8}, 4, 160);
  EXPECT_EQ(law.weights.si(), 38469632);
  EXPECT_EQ(law.kv_per_sequence.si(), 160 * 6 * 2 * 512.0);
  EXPECT_DOUBLE_EQ(law.gain, 1 + 38469632 / (4 * 160 * 6144.0));
}

}  // namespace
}  // namespace ohm
