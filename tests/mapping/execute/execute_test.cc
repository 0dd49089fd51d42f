// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/execute.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/safetensors.h"
#include "mapping/execute/float_engine.h"
#include "mapping/network/hf_config.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// A folder with config.json, weights and the outputs that PyTorch computes.
struct Golden {
  Network network;
  Weights weights;
  Safetensors values;

  explicit Golden(const fs::path& folder)
      : network(build_network(read_hf_config(folder))),
        weights(bind_weights(network, Checkpoint::open(folder))),
        values(Safetensors::open(folder / "golden.safetensors")) {}

  Index count() const {
    return values.at(network.spec.family == "vit" ? "pixel_values" : "tokens").shape.at(0);
  }

  /// Input number i.
  Input input(Index i) const {
    Input input;
    const auto part = [i](const auto& all, Index size) {
      return std::vector(all.begin() + i * size, all.begin() + (i + 1) * size);
    };
    if (network.spec.family == "vit") {
      const TransformerSpec& s = network.spec;
      const Shape shape{s.channels, s.image_size, s.image_size};
      input.image =
          Tensor(shape, part(values.read_float("pixel_values").values, element_count(shape)));
    } else {
      const auto ids = part(values.read_integers("tokens"), values.at("tokens").shape.at(1));
      input.tokens.assign(ids.begin(), ids.end());
    }
    return input;
  }

  /// Output number i, called `name`, as (rows, features).
  Tensor output(const std::string& name, Index i) const {
    const Tensor all = values.read_float(name);
    const Index rows = all.rank() == 3 ? all.dim(1) : 1, size = rows * all.dim(-1);
    const auto first = all.values.begin() + i * size;
    return {{rows, all.dim(-1)}, {first, first + size}};
  }
};

void expect_golden_logits(const fs::path& folder) {
  const Golden golden(folder);
  const FloatEngine engine(golden.weights);
  double largest = 0.0;
  for (Index i = 0; i < golden.count(); ++i) {
    const Tensor logits = run(golden.network, golden.weights, engine, golden.input(i));
    largest = std::max(largest, tiny::largest_difference(logits, golden.output("logits", i)));
  }
  EXPECT_LE(largest, 1e-4) << folder;
  testing::Test::RecordProperty("largest_difference", fmt::format("{:.2g}", largest));
}

const fs::path kGolden = repository::golden(), kModels = repository::models();

TEST(Execute, ReproducesHuggingFaceLogitsOfGpt2) {
  expect_golden_logits(kGolden / "gpt2_tiny");
  expect_golden_logits(kGolden / "gpt2_tiny_sharded");
}
TEST(Execute, ReproducesHuggingFaceLogitsOfBert) {
  expect_golden_logits(kGolden / "bert_tiny");
}
TEST(Execute, ReproducesHuggingFaceLogitsOfVit) {
  expect_golden_logits(kGolden / "vit_tiny");
}
TEST(Execute, ReproducesLogitsOfTheDigitsVit) {
  expect_golden_logits(kModels / "digits_vit");
}
TEST(Execute, ReproducesLogitsOfTheKnownEntropyGpt) {
  expect_golden_logits(kModels / "known_entropy_gpt");
}
TEST(Execute, ReproducesLogitsOfTheStdlibGpt) {
  expect_golden_logits(kModels / "stdlib_gpt");
}

TEST(Execute, ReturnsTheHiddenStatesOfAnEncoderWithoutClassifier) {
  Golden golden(kGolden / "bert_tiny");
  TransformerSpec spec = golden.network.spec;
  spec.n_labels = 0;
  const Network network = build_network(spec);
  const Weights weights = bind_weights(network, Checkpoint::open(kGolden / "bert_tiny"));
  const Tensor states = run(network, weights, FloatEngine(weights), golden.input(1));
  EXPECT_LE(tiny::largest_difference(states, golden.output("last_hidden_state", 1)), 1e-4);
}

/// The head by hand, behind the hidden states of the same weights.
TEST(Execute, PredictsMaskedTokensFromTheHiddenStates) {
  TransformerSpec spec = tiny::bert();
  spec.n_labels = 0;
  spec.pooler = false;
  const Network bare = build_network(spec);
  spec.masked_head = spec.tied_head = true;
  const Network network = build_network(spec);
  const Weights weights = tiny::random_weights(network);
  Weights first = weights;
  first.matmul.resize(bare.matmuls.size());
  first.bias.resize(bare.matmuls.size());
  first.norms.pop_back();
  const Input input{tiny::tokens(6, spec.vocabulary), {}, {}, 0};
  const Tensor states = run(bare, first, FloatEngine(first), input);
  const Tensor logits = run(network, weights, FloatEngine(weights), input);
  ASSERT_EQ(logits.shape, (Shape{6, spec.vocabulary}));
  const auto times = [&](std::vector<double> x, size_t matmul) {
    std::vector<double> y(weights.bias[matmul].values.begin(), weights.bias[matmul].values.end());
    for (size_t i = 0; i < x.size(); ++i) {
      const auto row = weights.matmul[matmul].row(static_cast<Index>(i));
      for (size_t j = 0; j < y.size(); ++j) y[j] += x[i] * static_cast<double>(row[j]);
    }
    return y;
  };
  for (Index token = 0; token < 6; ++token) {
    const auto state = states.row(token);
    std::vector<double> x = times({state.begin(), state.end()}, weights.matmul.size() - 2);
    double mean = 0, square = 0;
    for (double& v : x) v *= 0.5 * (1 + std::erf(v / std::sqrt(2.0)));
    for (const double v : x) mean += v / 12;
    for (const double v : x) square += (v - mean) * (v - mean) / 12;
    for (size_t j = 0; j < x.size(); ++j) {
      x[j] = (x[j] - mean) / std::sqrt(square + spec.norm_epsilon) *
                 static_cast<double>(weights.norms.back().gain.values[j]) +
             static_cast<double>(weights.norms.back().bias.values[j]);
    }
    const std::vector<double> expected = times(x, weights.matmul.size() - 1);
    for (size_t j = 0; j < expected.size(); ++j) {
      EXPECT_NEAR(static_cast<double>(logits.row(token)[j]), expected[j], 1e-4);
    }
  }
}

struct Tiny {
  Network network;
  Weights weights;
  FloatEngine engine;

  explicit Tiny(const TransformerSpec& spec)
      : network(build_network(spec)), weights(tiny::random_weights(network)), engine(weights) {}

  Tensor run_on(const Input& input) const { return run(network, weights, engine, input); }
  Tensor run_on(const std::vector<Index>& tokens) const { return run_on(Input{tokens, {}, {}, 0}); }
  std::string fault(const Input& input) const {
    return tiny::message_of<ArgumentError>([&] { run_on(input); });
  }
};

std::vector<float> row_of(const Tensor& x, Index i) {
  const auto row = x.row(i);
  return {row.begin(), row.end()};
}

TEST(Decoding, TokenByTokenGivesTheBitsOfTheFullRun) {
  const Tiny t(tiny::gpt2());
  const auto tokens = tiny::tokens(19, 17);
  const Tensor all = t.run_on(tokens);
  KvCache cache(t.network);
  for (Index i = 0; i < 19; ++i) {
    const Tensor logits =
        step(t.network, t.weights, t.engine, cache, tokens[static_cast<size_t>(i)]);
    EXPECT_EQ(logits.shape, Shape{17});
    EXPECT_EQ(logits.values, row_of(all, i)) << "position " << i;
    EXPECT_EQ(cache.length(), i + 1);
  }
}

TEST(Decoding, InAnyChunksGivesTheBitsOfTheFullRun) {
  const Tiny t(tiny::gpt2());
  const auto tokens = tiny::tokens(19, 17);
  const Tensor all = t.run_on(tokens);
  KvCache cache(t.network);
  Index at = 0;
  for (const Index chunk : {5, 1, 8, 2, 3}) {
    const auto part =
        std::span(tokens).subspan(static_cast<size_t>(at), static_cast<size_t>(chunk));
    const Tensor logits = extend(t.network, t.weights, t.engine, cache, part);
    for (Index i = 0; i < chunk; ++i) EXPECT_EQ(row_of(logits, i), row_of(all, at + i));
    at += chunk;
  }
}

TEST(Decoding, OfATrainedModelGivesTheBitsOfTheFullRun) {
  const Golden golden(kGolden / "gpt2_tiny");
  const FloatEngine engine(golden.weights, 2);
  const Input input = golden.input(0);
  const Tensor all = run(golden.network, golden.weights, engine, input);
  KvCache cache(golden.network);
  for (Index i = 0; i < all.rows(); ++i) {
    const Index token = input.tokens[static_cast<size_t>(i)];
    EXPECT_EQ(step(golden.network, golden.weights, engine, cache, token).values, row_of(all, i));
  }
}

TEST(Decoding, DoesNotLookAhead) {
  const Tiny t(tiny::gpt2());
  auto tokens = tiny::tokens(12, 17);
  const Tensor before = t.run_on(tokens);
  tokens[7] = (tokens[7] + 1) % 17;
  const Tensor after = t.run_on(tokens);
  for (Index i = 0; i < 7; ++i) EXPECT_EQ(row_of(before, i), row_of(after, i));
  for (Index i = 7; i < 12; ++i) EXPECT_NE(row_of(before, i), row_of(after, i));
}

TEST(Decoding, LeavesTheCacheAsItWasWhenATokenIsRefused) {
  const Tiny t(tiny::gpt2());
  const auto tokens = tiny::tokens(19, 17);
  KvCache cache(t.network);
  const std::vector<Index> bad{1, 17};
  EXPECT_THROW(extend(t.network, t.weights, t.engine, cache, bad), ArgumentError);
  EXPECT_EQ(cache.length(), 0);
  const Tensor all = extend(t.network, t.weights, t.engine, cache, tokens);
  EXPECT_EQ(all, t.run_on(tokens));
  EXPECT_THROW(step(t.network, t.weights, t.engine, cache, 0), ArgumentError);
  EXPECT_EQ(cache.length(), 19);
}

TEST(Decoding, RefusesEncodersAndCachesOfOtherNetworks) {
  EXPECT_THROW(KvCache(build_network(tiny::bert())), ArgumentError);
  const Tiny t(tiny::gpt2());
  TransformerSpec other = tiny::gpt2();
  other.n_layers = 1;
  KvCache cache(build_network(other));
  EXPECT_THROW(step(t.network, t.weights, t.engine, cache, 0), ArgumentError);
}

/// Notes which tokens every matmul was given.
class Witness : public MatmulEngine {
 public:
  explicit Witness(const Weights& weights) : engine_(weights) {}
  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override {
    seen[matmul.name].insert(seen[matmul.name].end(), tokens.begin(), tokens.end());
    return engine_.multiply(matmul, x, tokens);
  }
  mutable std::map<std::string, std::vector<std::uint32_t>> seen;

 private:
  FloatEngine engine_;
};

TEST(Execute, NumbersTheTokensForTheEngine) {
  const Tiny vit(tiny::vit());
  const Witness witness(vit.weights);
  const Input image{{}, {}, tiny::random_tensor({3, 6, 6}, 1), 100};
  EXPECT_EQ(run(vit.network, vit.weights, witness, image).shape, (Shape{1, 4}));
  EXPECT_EQ(witness.seen["patch"],
            (std::vector<std::uint32_t>{101, 102, 103, 104, 105, 106, 107, 108, 109}));
  EXPECT_EQ(witness.seen["h.1.ffn.up"].size(), 10u);
  EXPECT_EQ(witness.seen["head"], std::vector<std::uint32_t>{100});

  const Tiny gpt(tiny::gpt2());
  const Witness steps(gpt.weights);
  KvCache cache(gpt.network, 40);
  for (const Index token : {3, 5}) step(gpt.network, gpt.weights, steps, cache, token);
  EXPECT_EQ(steps.seen["head"], (std::vector<std::uint32_t>{40, 41}));
}

TEST(Execute, TakesTokenTypesIntoAccount) {
  const Tiny t(tiny::bert());
  const auto tokens = tiny::tokens(6, 17);
  const Tensor none = t.run_on(tokens);
  EXPECT_EQ(none.shape, (Shape{1, 5}));
  EXPECT_EQ(none, t.run_on(Input{tokens, std::vector<Index>(6, 0), {}, 0}));
  EXPECT_NE(none, t.run_on(Input{tokens, {0, 0, 0, 1, 1, 1}, {}, 0}));
}

TEST(Execute, RunsOneTokenAndAFullContext) {
  for (const TransformerSpec& spec : {tiny::gpt2(), tiny::bert()}) {
    const Tiny t(spec);
    EXPECT_NO_THROW(t.run_on(tiny::tokens(1, 17)));
    EXPECT_NO_THROW(t.run_on(tiny::tokens(19, 17)));
    EXPECT_THAT(t.fault({tiny::tokens(20, 17), {}, {}, 0}), HasSubstr("at most 19 in all"));
  }
}

TEST(Execute, RefusesInputsThatDoNotFit) {
  const Tiny gpt(tiny::gpt2()), bert(tiny::bert()), vit(tiny::vit());
  EXPECT_EQ(gpt.fault({{1, 17}, {}, {}, 0}), "tiny_gpt2: token 17 at position 1; expected 0 to 16");
  EXPECT_THAT(gpt.fault({{-1}, {}, {}, 0}), HasSubstr("token -1"));
  EXPECT_THAT(gpt.fault({}), HasSubstr("no tokens"));
  EXPECT_THAT(gpt.fault({{1}, {0}, {}, 0}), HasSubstr("token types"));
  EXPECT_THAT(gpt.fault({{1}, {}, Tensor({3, 6, 6}), 0}), HasSubstr("an image found"));
  EXPECT_THAT(gpt.fault({{1}, {}, {}, 4294967295U}), HasSubstr("first token number"));
  EXPECT_THAT(bert.fault({{1, 2}, {0}, {}, 0}), HasSubstr("1 token types for 2 tokens"));
  EXPECT_THAT(bert.fault({{1}, {2}, {}, 0}), HasSubstr("token type 2"));
  EXPECT_THAT(vit.fault({{1}, {}, {}, 0}), HasSubstr("expected an image"));
  EXPECT_THAT(vit.fault({{}, {}, Tensor({3, 6, 5}), 0}),
              HasSubstr("(3, 6, 5); expected (3, 6, 6)"));
  Tensor image({3, 6, 6});
  image.values[5] = NAN;
  EXPECT_THAT(vit.fault({{}, {}, image, 0}), HasSubstr("NaN or Inf"));
}

TEST(Execute, RefusesWeightsOfAnotherNetwork) {
  const Tiny gpt(tiny::gpt2()), vit(tiny::vit());
  EXPECT_THROW(run(gpt.network, vit.weights, gpt.engine, {{1}, {}, {}, 0}), ArgumentError);
}

/// An engine that forgets the columns.
class Broken : public MatmulEngine {
 public:
  Tensor multiply(const StaticMatmul&, const Tensor& x,
                  std::span<const std::uint32_t>) const override {
    return Tensor({x.rows(), 1});
  }
};

TEST(Execute, RefusesFamiliesWhoseNumbersItDoesNotCompute) {
  TransformerSpec s = tiny::gpt2();
  s.family = "llama";
  s.positions = "rope";
  const Network network = build_network(s);
  const std::string expected = "network tiny_gpt2: numbers of family 'llama' are not computed";
  EXPECT_THAT(tiny::message_of<ArgumentError>([&] { KvCache cache(network); }),
              HasSubstr(expected));
  const Weights none;
  EXPECT_THAT(tiny::message_of<ArgumentError>([&] {
                run(network, none, FloatEngine(none), {{1}, {}, {}, 0});
              }),
              HasSubstr(expected));
}

TEST(Execute, RefusesAProductOfTheWrongShape) {
  const Tiny t(tiny::gpt2());
  EXPECT_THAT(tiny::message_of<ArgumentError>([&] {
                run(t.network, t.weights, Broken(), {{1, 2}, {}, {}, 0});
              }),
              HasSubstr("h.0.attn.qkv: the engine returned shape (2, 1); expected (2, 36)"));
}

}  // namespace
}  // namespace ohm
