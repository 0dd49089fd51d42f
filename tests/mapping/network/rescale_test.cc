// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/rescale.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/error.h"
#include "mapping/execute/execute.h"
#include "mapping/execute/float_engine.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using testing::HasSubstr;
using Maxima = std::vector<std::vector<float>>;

/// Notes the largest magnitude of every input channel.
class Recorder : public MatmulEngine {
 public:
  Recorder(const Network& network, const Weights& weights) : engine_(weights) {
    maxima.resize(network.matmuls.size());
  }
  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override {
    auto& channels = maxima[static_cast<size_t>(matmul.id)];
    channels.resize(static_cast<size_t>(matmul.rows));
    for (Index i = 0; i < x.rows(); ++i) {
      for (size_t j = 0; j < channels.size(); ++j) {
        channels[j] = std::max(channels[j], std::abs(x.row(i)[j]));
      }
    }
    return engine_.multiply(matmul, x, tokens);
  }
  mutable Maxima maxima;

 private:
  FloatEngine engine_;
};

struct Model {
  Network network;
  Weights weights;
  Input input;

  explicit Model(const TransformerSpec& spec)
      : network(build_network(spec)), weights(tiny::random_weights(network)) {
    if (spec.family == "vit") {
      input.image = tiny::random_tensor({3, 6, 6}, 9, 1.0F);
    } else {
      input.tokens = tiny::tokens(15, spec.vocabulary);
    }
  }
  Tensor outputs() const { return run(network, weights, FloatEngine(weights), input); }
  Maxima input_maxima() const {
    const Recorder recorder(network, weights);
    run(network, weights, recorder, input);
    return recorder.maxima;
  }
};

void expect_same_function(const Tensor& before, const Tensor& after) {
  float scale = 0.0F;
  for (const float x : before.values) scale = std::max(scale, std::abs(x));
  EXPECT_LE(tiny::largest_difference(before, after), 1e-4 * static_cast<double>(scale));
}

TEST(Rescale, LeavesTheFunctionOfEveryPreNormModelUnchanged) {
  for (const TransformerSpec& spec : {tiny::gpt2(), tiny::vit()}) {
    Model model(spec);
    const Tensor before = model.outputs();
    const Weights weights = model.weights;
    std::vector<float> factors(12, 1.0F);
    factors[3] = 100.0F;
    factors[7] = 0.01F;
    for (const Index norm : scalable_norms(model.network)) {
      scale_channels(model.network, model.weights, norm, factors);
    }
    EXPECT_NE(weights.norms[0].gain, model.weights.norms[0].gain);
    expect_same_function(before, model.outputs());
  }
}

TEST(Rescale, FindsTheMatmulsBehindANorm) {
  const Network network = build_network(tiny::gpt2());
  const auto norms = scalable_norms(network);
  ASSERT_EQ(norms.size(), 5u);
  const auto behind = matmuls_behind(network, norms.back());
  ASSERT_EQ(behind.size(), 1u);
  EXPECT_EQ(network.matmuls[static_cast<size_t>(behind[0])].part, "head");
  TransformerSpec headless = tiny::vit();
  headless.n_labels = 0;
  EXPECT_EQ(scalable_norms(build_network(headless)).size(), 4u);
}

TEST(Outliers, AppearInTheActivationsAndNotInTheFunction) {
  Model model(tiny::gpt2());
  const Tensor before = model.outputs();
  const Maxima clean = model.input_maxima();
  inject_outliers(model.network, model.weights, {100.0, 2, 5});
  expect_same_function(before, model.outputs());
  const Maxima dirty = model.input_maxima();
  for (const StaticMatmul& m : model.network.matmuls) {
    const auto id = static_cast<size_t>(m.id);
    Index larger = 0;
    for (size_t j = 0; j < clean[id].size(); ++j) larger += dirty[id][j] > 50 * clean[id][j];
    const bool behind_norm = m.part == "qkv" || m.part == "ffn_up" || m.part == "head";
    EXPECT_EQ(larger, behind_norm ? 2 : 0) << m.name;
  }
}

TEST(Outliers, FollowTheSeed) {
  const auto gains = [](std::uint32_t seed) {
    Model model(tiny::gpt2());
    inject_outliers(model.network, model.weights, {10.0, 2, seed});
    std::vector<float> all;
    for (const NormWeights& norm : model.weights.norms) {
      all.insert(all.end(), norm.gain.values.begin(), norm.gain.values.end());
    }
    return all;
  };
  EXPECT_EQ(gains(1), gains(1));
  EXPECT_NE(gains(1), gains(2));
}

TEST(Smooth, GivesActivationsAndWeightsTheSameRange) {
  // alpha = 0.5: s_j = √(max|x_j| / max|W_j|), so that both become √(max|x_j| max|W_j|)
  Model model(tiny::gpt2());
  inject_outliers(model.network, model.weights, {100.0, 3, 1});
  const Tensor before = model.outputs();
  smooth(model.network, model.weights, model.input_maxima());
  expect_same_function(before, model.outputs());
  const Maxima x = model.input_maxima();
  const auto id = static_cast<size_t>(model.network.matmuls.back().id);
  for (size_t j = 0; j < x[id].size(); ++j) {
    float w = 0.0F;
    for (const float value : model.weights.matmul[id].row(static_cast<Index>(j))) {
      w = std::max(w, std::abs(value));
    }
    EXPECT_NEAR(x[id][j] / w, 1.0, 1e-3);
  }
}

TEST(Smooth, UndoesInjectedOutliers) {
  Model clean(tiny::vit()), dirty(tiny::vit());
  inject_outliers(dirty.network, dirty.weights, {30.0, 2, 3});
  smooth(clean.network, clean.weights, clean.input_maxima());
  smooth(dirty.network, dirty.weights, dirty.input_maxima());
  for (size_t i = 0; i < clean.weights.matmul.size(); ++i) {
    EXPECT_LE(tiny::largest_difference(clean.weights.matmul[i], dirty.weights.matmul[i]), 1e-4);
  }
}

TEST(Smooth, LeavesChannelsWithoutActivityAlone) {
  Model model(tiny::gpt2());
  Maxima maxima = model.input_maxima();
  for (auto& channels : maxima) std::fill(channels.begin(), channels.end(), 0.0F);
  const Weights before = model.weights;
  smooth(model.network, model.weights, maxima);
  EXPECT_EQ(before.matmul, model.weights.matmul);
}

TEST(Rescale, RefusesPostNormModels) {
  Model model(tiny::bert());
  EXPECT_THAT(
      tiny::message_of<ArgumentError>([&] { inject_outliers(model.network, model.weights, {}); }),
      HasSubstr("tiny_bert: a post-norm model found"));
  EXPECT_THROW(smooth(model.network, model.weights, {}), ArgumentError);
  const std::vector<float> ones(12, 1.0F);
  for (const Index v : model.network.order) {
    if (model.network.op(v).name == "h.1.norm2") continue;  // feeds the pooler alone
    EXPECT_THROW(scale_channels(model.network, model.weights, v, ones), ArgumentError);
  }
}

TEST(Rescale, RefusesBadFactorsAndLeavesTheWeights) {
  Model model(tiny::gpt2());
  const Weights before = model.weights;
  const Index norm = scalable_norms(model.network)[0];
  for (const float bad : {0.0F, -1.0F, NAN, std::numeric_limits<float>::infinity()}) {
    std::vector<float> factors(12, 2.0F);
    factors[11] = bad;
    EXPECT_THROW(scale_channels(model.network, model.weights, norm, factors), ArgumentError);
  }
  EXPECT_THROW(scale_channels(model.network, model.weights, norm, std::vector<float>(11, 1.0F)),
               ArgumentError);
  EXPECT_THROW(scale_channels(model.network, model.weights, -1, std::vector<float>(12, 1.0F)),
               ArgumentError);
  EXPECT_THROW(scale_channels(model.network, model.weights, 9999, std::vector<float>(12, 1.0F)),
               ArgumentError);
  EXPECT_THROW(inject_outliers(model.network, model.weights, {0.0, 2, 0}), ArgumentError);
  EXPECT_THROW(inject_outliers(model.network, model.weights, {2.0, 13, 0}), ArgumentError);
  EXPECT_THROW(inject_outliers(model.network, model.weights, {2.0, -1, 0}), ArgumentError);
  EXPECT_THROW(smooth(model.network, model.weights, {}), ArgumentError);
  EXPECT_THROW(smooth(model.network, model.weights, model.input_maxima(), NAN), ArgumentError);
  Maxima bad = model.input_maxima();
  bad[0][0] = NAN;
  EXPECT_THROW(smooth(model.network, model.weights, bad), ArgumentError);
  EXPECT_EQ(before.matmul, model.weights.matmul);
}

}  // namespace
}  // namespace ohm
