// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/accuracy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mapping/execute/float_engine.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

EvaluationSet sequences(const Network& network, Index count) {
  EvaluationSet set;
  for (Index i = 0; i < count; ++i) {
    Input input;
    for (Index t = 0; t < 12; ++t)
      input.tokens.push_back((3 * i + 5 * t) % network.spec.vocabulary);
    set.inputs.push_back(input);
  }
  set.segments = {{"first", 0, 5}, {"second", 5, 11}};
  return set;
}

TEST(Accuracy, SegmentsTogetherAreTheWhole) {
  const Network network = build_network(tiny::gpt2());
  const Weights weights = tiny::random_weights(network);
  const auto result = evaluate(network, weights, FloatEngine(weights), sequences(network, 4), 1);
  ASSERT_EQ(result.segments.size(), 2U);
  EXPECT_EQ(result.segments[0].count + result.segments[1].count, result.whole.count);
  EXPECT_NEAR(result.segments[0].nll * 20 + result.segments[1].nll * 24, result.whole.nll * 44,
              1e-9);
}

TEST(Accuracy, ThreadsDoNotChangeABit) {
  const Network network = build_network(tiny::gpt2());
  const Weights weights = tiny::random_weights(network);
  ChipSpec chip;
  chip.macro.device.read_noise = 0.05;
  const auto set = sequences(network, 6);
  const auto calibration = record_calibration(network, weights, set.inputs, 32);
  const auto q = quantize_network(network, weights, chip.macro, calibration);
  const CrossbarEngine engine(network, q, chip, calibration, {1, 0, 0}, 1);
  const auto one = evaluate(network, weights, engine, set, 1);
  const auto two = evaluate(network, weights, engine, set, 2);
  EXPECT_EQ(one.whole.nll, two.whole.nll);
  EXPECT_EQ(one.segments[1].nll, two.segments[1].nll);
}

TEST(Accuracy, ClassifiersNeedOneLabelPerInputAndDecodersNone) {
  const Network vit = build_network(tiny::vit());
  const Weights weights = tiny::random_weights(vit);
  EvaluationSet set;
  set.inputs.resize(2);
  for (Input& input : set.inputs) input.image = tiny::random_tensor({3, 6, 6}, 5);
  set.labels = {0};
  EXPECT_THROW(evaluate(vit, weights, FloatEngine(weights), set, 1), ArgumentError);
  set.labels = {0, 3};
  EXPECT_EQ(evaluate(vit, weights, FloatEngine(weights), set, 1).whole.count, 2);
  EXPECT_THROW(evaluate(vit, weights, FloatEngine(weights), {}, 1), ArgumentError);
}

TEST(Accuracy, ClipRateIsThatOfTheCodesThatAreSubtracted) {
  const Network network = build_network(tiny::gpt2());
  const Weights weights = tiny::random_weights(network);
  const auto set = sequences(network, 2);
  const auto calibration = record_calibration(network, weights, set.inputs, 32);
  const auto clip_rates = [&](const std::string& subtraction) {
    ChipSpec chip;
    chip.macro.adc.bits = 4;
    chip.macro.adc.range = "percentile";
    chip.macro.adc.percentile = 90.0;
    chip.macro.weight.subtraction = subtraction;
    const auto q = quantize_network(network, weights, chip.macro, calibration);
    const CrossbarEngine engine(network, q, chip, calibration, {}, 1);
    std::vector<double> rates;
    for (const MatmulQuality& m : matmul_quality(network, weights, engine, calibration)) {
      rates.push_back(m.clip_rate);
    }
    return rates;
  };
  const auto analog = clip_rates("analog");
  EXPECT_GT(*std::max_element(analog.begin(), analog.end()), 0.0);
  EXPECT_EQ(clip_rates("digital"), analog);
}

TEST(Accuracy, QualityOfAnIdealChipIsThatOfItsIntegers) {
  const Network network = build_network(tiny::gpt2());
  const Weights weights = tiny::random_weights(network);
  ChipSpec chip;
  chip.macro.adc.kind = "ideal";
  const auto set = sequences(network, 2);
  const auto calibration = record_calibration(network, weights, set.inputs, 32);
  const auto q = quantize_network(network, weights, chip.macro, calibration);
  const CrossbarEngine engine(network, q, chip, calibration, {}, 1);
  const auto quality = matmul_quality(network, weights, engine, calibration);
  ASSERT_EQ(quality.size(), network.matmuls.size());
  for (const MatmulQuality& m : quality) {
    EXPECT_GT(m.sqnr_db, 30.0);  // 8-bit integers: about 6 dB per bit, less the crest factor
    EXPECT_LT(m.sqnr_db, 60.0);
    EXPECT_EQ(m.clip_rate, 0.0);
    EXPECT_GT(m.activity.bit_density, 0.2);
    EXPECT_LT(m.activity.bit_density, 0.7);
    EXPECT_GT(m.activity.cell_level, 0.0);
    EXPECT_LT(m.activity.cell_level, 0.5);  // one side of each pair rests
    // random weights know nothing of their inputs
    EXPECT_NEAR(m.mean_cell_level / m.activity.cell_level, 1.0, 0.05);
    EXPECT_EQ(m.independent_activity().cell_level, m.mean_cell_level);
    EXPECT_EQ(m.independent_activity().drive_share, m.activity.drive_share);
  }
}

}  // namespace
}  // namespace ohm
