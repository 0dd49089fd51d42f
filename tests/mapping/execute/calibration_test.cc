// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/calibration.h"

#include <gtest/gtest.h>

#include "mapping/execute/accuracy.h"
#include "mapping/execute/float_engine.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

TEST(Calibration, KeepsTheFirstInputsOfEveryMatrixUpToTheLimit) {
  const Network network = build_network(tiny::gpt2());
  const Weights weights = tiny::random_weights(network);
  std::vector<Input> inputs(3);
  for (Input& input : inputs) input.tokens = tiny::tokens(7, network.spec.vocabulary);
  const Calibration calibration = record_calibration(network, weights, inputs, 10);
  ASSERT_EQ(calibration.inputs.size(), network.matmuls.size());
  for (const StaticMatmul& m : network.matmuls) {
    EXPECT_EQ(calibration.inputs[static_cast<size_t>(m.id)].shape, (Shape{10, m.rows})) << m.name;
  }
}

TEST(Calibration, RecordingChangesNoResult) {
  const Network network = build_network(tiny::vit());
  const Weights weights = tiny::random_weights(network);
  Input input;
  input.image = tiny::random_tensor({3, 6, 6}, 99);
  const FloatEngine floats(weights);
  const RecordingEngine recorder(floats, std::ssize(network.matmuls), 4);
  EXPECT_EQ(run(network, weights, recorder, input), run(network, weights, floats, input));
}

TEST(Calibration, ChannelMaximaAreTakenOverAllTokens) {
  Calibration calibration;
  calibration.inputs = {Tensor({2, 3}, {1, -5, 0, -2, 4, 0.5F}), Tensor()};
  const auto maxima = channel_maxima(calibration);
  EXPECT_EQ(maxima[0], (std::vector<float>{2, 5, 0.5F}));
  EXPECT_TRUE(maxima[1].empty());
}

}  // namespace
}  // namespace ohm
