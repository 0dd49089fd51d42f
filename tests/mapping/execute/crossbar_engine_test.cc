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

DeviceSpec gaussian(double sigma) {
  DeviceSpec device;
  auto model = std::make_unique<GaussianDevice>();
  model->sigma = sigma;
  device.kind = "gaussian";
  device.model = std::move(model);
  return device;
}

/// Mean square error of a matrix's products against exact ones, over several chips.
double mean_square_error(const Network& network, const QuantizedNetwork& q, const ChipSpec& chip,
                         Index matmul) {
  const StaticMatmul& m = network.matmuls[static_cast<size_t>(matmul)];
  const Tensor x = tiny::random_tensor({8, m.rows}, 91);
  std::vector<std::uint32_t> tokens(8);
  std::iota(tokens.begin(), tokens.end(), 0U);
  const Tensor exact = QuantizedEngine(q).multiply(m, x, tokens);
  double sum = 0.0;
  constexpr int kChips = 50;
  for (std::uint32_t number = 0; number < kChips; ++number) {
    const CrossbarEngine engine(network, q, chip, {}, {7, number, 0}, 1);
    const Tensor y = engine.multiply(m, x, tokens);
    for (size_t i = 0; i < y.values.size(); ++i) {
      const double miss = static_cast<double>(y.values[i]) - static_cast<double>(exact.values[i]);
      sum += miss * miss;
    }
  }
  return sum / (kChips * static_cast<double>(exact.values.size()));
}

TEST_F(CrossbarEngineTest, ReplicasLowerTheErrorByTheRootOfTheirNumber) {
  // Errors are independent cell by cell, and far from where conductances would be negative (a bias
  // would not average out). The error power is a mean over 36 columns of 12 pairs on 50 chips,
  // some 2e4 degrees of freedom: 1 % each, so that 8 % is beyond five deviations of a ratio.
  chip_.macro.device = gaussian(0.005);
  const QuantizedNetwork q = quantized();
  const auto with_replicas = [&](Index redundancy) {
    chip_.map.matrices = {{"*", "digital", "chip", 1},
                          {network_.matmuls[0].name, "crossbar", "chip", redundancy}};
    return mean_square_error(network_, q, chip_, 0);
  };
  for (const double read_noise : {0.0, 0.02}) {
    chip_.macro.device.read_noise = read_noise;
    const double once = with_replicas(1);
    for (const Index redundancy : {2, 8}) {
      EXPECT_NEAR(once / with_replicas(redundancy) / static_cast<double>(redundancy), 1.0, 0.08)
          << redundancy << " replicas, read noise " << read_noise;
    }
  }
}

TEST_F(CrossbarEngineTest, ReplicasOfAnIdealChipChangeNothing) {
  const QuantizedNetwork q = quantized();
  chip_.map.matrices = {{"h.*.ffn.*", "crossbar", "chip", 4}};
  const CrossbarEngine chip(network_, q, chip_, calibration_, {}, 1);
  EXPECT_LT(tiny::largest_difference(run(network_, weights_, chip, input_),
                                     run(network_, weights_, QuantizedEngine(q), input_)),
            1e-5);
  EXPECT_EQ(chip.redundancy(0), 1);
}

TEST_F(CrossbarEngineTest, ReplicasAreProgrammedEach) {
  chip_.macro.device = gaussian(0.05);
  const QuantizedNetwork q = quantized();
  const CrossbarEngine once(network_, q, chip_, calibration_, {1, 0, 0}, 1);
  chip_.map.matrices = {{"*", "crossbar", "chip", 3}};
  const CrossbarEngine thrice(network_, q, chip_, calibration_, {1, 0, 0}, 2);
  EXPECT_EQ(thrice.programming().cells, 3 * once.programming().cells);
  EXPECT_EQ(thrice.redundancy(0), 3);
}

TEST_F(CrossbarEngineTest, EveryMatrixIsReadByItsOwnKindOfMacro) {
  // one kind is noisy, the other exact with other bits: noise is found where the rule puts it
  chip_.macro.device = gaussian(0.05);
  MacroKindSpec exact;
  exact.name = "exact";
  exact.macro = chip_.macro;
  exact.macro.device = {};
  exact.macro.input.bits = 6;
  exact.macro.weight.bits = 5;
  exact.macro.weight.slice_bits = {1, 1, 1, 1};
  chip_.macros = {exact};
  chip_.map.matrices = {{"h.*.attn.*", "crossbar", "exact", 1}};
  const QuantizedNetwork q = quantize_network(network_, weights_, chip_, calibration_);
  const CrossbarEngine engine(network_, q, chip_, calibration_, {3, 0, 0}, 1);
  std::vector<std::uint32_t> tokens{0, 1, 2};
  for (const StaticMatmul& matmul : network_.matmuls) {
    const Tensor x = tiny::random_tensor({3, matmul.rows}, 17);
    const bool own = matmul.name.find("attn") == std::string::npos;
    const double miss = tiny::largest_difference(engine.multiply(matmul, x, tokens),
                                                 QuantizedEngine(q).multiply(matmul, x, tokens));
    EXPECT_EQ(miss > 1e-4, own) << matmul.name;
    EXPECT_EQ(q.bits_of(matmul.id), own ? 8 : 6);
    for (const std::int32_t code : q.matmuls[static_cast<size_t>(matmul.id)].codes.values) {
      EXPECT_LE(std::abs(code), own ? 127 : 15);
    }
  }
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
