// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/crossbar_engine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "core/error.h"
#include "crossbar/device/gaussian.h"
#include "mapping/execute/accuracy.h"
#include "mapping/execute/float_engine.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

class CrossbarEngineTest : public testing::Test {
 protected:
  CrossbarEngineTest()
      : network_(build_network(tiny::gpt2())), weights_(tiny::random_weights(network_)) {
    input_.tokens = tiny::tokens(12, network_.spec.vocabulary);
    calibration_ = record_calibration(network_, weights_, {input_}, 64);
    chip_.macro.adc.kind = "ideal";
    chip_.macro.array.n_wordlines = chip_.macro.array.rows_active = 8;  // several row tiles each
  }

  QuantizedNetwork quantized() const {
    return quantize_network(network_, weights_, chip_.macro, calibration_);
  }

  Network network_;
  Weights weights_;
  Input input_;
  Calibration calibration_;
  ChipSpec chip_;
};

TEST_F(CrossbarEngineTest, AnIdealChipComputesTheQuantisedNetworkBitForBit) {
  for (const char* range : {"dynamic", "max", "percentile", "mse"}) {
    chip_.macro.input.range = range;
    const QuantizedNetwork q = quantized();
    const CrossbarEngine chip(network_, q, chip_, calibration_, {}, 1);
    EXPECT_EQ(run(network_, weights_, chip, input_),
              run(network_, weights_, QuantizedEngine(q), input_))
        << range;
  }
}

TEST_F(CrossbarEngineTest, ManyBitsComeCloseToFloats) {
  chip_.macro.weight.bits = 16;
  chip_.macro.weight.slice_bits = {8, 8};
  chip_.macro.input.bits = 16;
  const QuantizedNetwork q = quantized();
  const CrossbarEngine chip(network_, q, chip_, calibration_, {}, 1);
  EXPECT_LT(tiny::largest_difference(run(network_, weights_, chip, input_),
                                     run(network_, weights_, FloatEngine(weights_), input_)),
            5e-3);
}

TEST_F(CrossbarEngineTest, DecodingTokenByTokenDrawsTheSameNoise) {
  chip_.macro.device.read_noise = 0.05;
  chip_.macro.adc.kind = "uniform";
  const QuantizedNetwork q = quantized();
  const CrossbarEngine chip(network_, q, chip_, calibration_, {5, 2, 0}, 1);
  input_.first_token = 40;
  const Tensor whole = run(network_, weights_, chip, input_);
  KvCache cache(network_, 40);
  for (size_t t = 0; t < input_.tokens.size(); ++t) {
    const Tensor logits = step(network_, weights_, chip, cache, input_.tokens[t]);
    EXPECT_TRUE(std::ranges::equal(logits.values, whole.row(static_cast<Index>(t)))) << t;
  }
}

TEST_F(CrossbarEngineTest, AMatrixThatTheChipComputesDigitallyIsNotProgrammed) {
  chip_.head = "digital";
  const QuantizedNetwork q = quantized();
  const CrossbarEngine chip(network_, q, chip_, calibration_, {}, 1);
  EXPECT_FALSE(chip.is_analog(network_.matmuls.back().id));
  EXPECT_TRUE(chip.is_analog(0));
}

TEST_F(CrossbarEngineTest, StaticRangesNeedCalibration) {
  chip_.macro.input.range = "max";
  EXPECT_THROW(quantize_network(network_, weights_, chip_.macro, {}), ArgumentError);
}

TEST_F(CrossbarEngineTest, RefusesActivationsThatAreNotNumbers) {
  const QuantizedNetwork q = quantized();
  Tensor x({1, network_.matmuls[0].rows});
  x.values[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(quantize_inputs(q, 0, x), ArgumentError);
}

TEST_F(CrossbarEngineTest, ProgrammingDoesNotDependOnThreads) {
  auto model = std::make_unique<GaussianDevice>();
  model->sigma = 0.05;
  chip_.macro.device.kind = "gaussian";
  chip_.macro.device.model = std::move(model);
  const QuantizedNetwork q = quantized();
  const CrossbarEngine one(network_, q, chip_, calibration_, {1, 0, 0}, 1);
  const CrossbarEngine two(network_, q, chip_, calibration_, {1, 0, 0}, 2);
  EXPECT_EQ(run(network_, weights_, one, input_), run(network_, weights_, two, input_));
}

TEST_F(CrossbarEngineTest, RowTilesAreThoseOfThePartition) {
  const auto tiles = row_tiles(network_.matmuls[0], chip_);
  Index next = 0;
  for (const RowTile& tile : tiles) {
    EXPECT_EQ(tile.first, next);
    EXPECT_LE(tile.rows, 8);
    next += tile.rows;
  }
  EXPECT_EQ(next, network_.matmuls[0].rows);
}

}  // namespace
}  // namespace ohm
