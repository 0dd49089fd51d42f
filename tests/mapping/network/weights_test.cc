// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/weights.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "core/safetensors_writer.h"
#include "mapping/network/hf_config.h"
#include "mapping/network/tensor_source.h"
#include "tests/core/temporary_folder.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const fs::path kGolden = repository::golden();

struct Bound {
  Checkpoint checkpoint;
  Network network;
  Weights weights;

  explicit Bound(const std::string& folder)
      : checkpoint(Checkpoint::open(kGolden / folder)),
        network(build_network(read_hf_config(kGolden / folder))),
        weights(bind_weights(network, checkpoint)) {}

  const Tensor& matrix(const std::string& name) const { return weights.matmul[id(name)]; }
  const Tensor& bias(const std::string& name) const { return weights.bias[id(name)]; }
  size_t id(const std::string& name) const {
    for (const StaticMatmul& m : network.matmuls) {
      if (m.name == name) return static_cast<size_t>(m.id);
    }
    ADD_FAILURE() << name;
    return 0;
  }
};

float at(const Tensor& x, Index i, Index j) {
  return x.row(i)[static_cast<size_t>(j)];
}

TEST(Weights, OfGpt2AreStoredAsTheyAre) {
  const Bound b("gpt2_tiny");
  EXPECT_EQ(b.matrix("h.1.attn.qkv"),
            b.checkpoint.read_float("transformer.h.1.attn.c_attn.weight"));
  EXPECT_EQ(b.bias("h.0.ffn.up"), b.checkpoint.read_float("transformer.h.0.mlp.c_fc.bias"));
  EXPECT_EQ(b.weights.norms[2].gain, b.checkpoint.read_float("transformer.h.1.ln_1.weight"));
  EXPECT_EQ(b.weights.norms[4].bias, b.checkpoint.read_float("transformer.ln_f.bias"));
}

TEST(Weights, OfATiedHeadAreTheEmbeddingTransposed) {
  const Bound b("gpt2_tiny");
  ASSERT_EQ(b.matrix("head").shape, (Shape{32, 96}));
  EXPECT_EQ(b.bias("head"), Tensor());
  for (Index token = 0; token < 96; ++token) {
    for (Index j = 0; j < 32; ++j) {
      ASSERT_EQ(at(b.matrix("head"), j, token), at(b.weights.tokens, token, j));
    }
  }
}

TEST(Weights, OfShardsAreThoseOfOneFile) {
  const Bound one("gpt2_tiny"), shards("gpt2_tiny_sharded");
  EXPECT_EQ(one.weights.matmul, shards.weights.matmul);
  EXPECT_EQ(one.weights.positions, shards.weights.positions);
}

TEST(Weights, OfBertMergeQueryKeyAndValue) {
  const Bound b("bert_tiny");
  const Tensor& merged = b.matrix("h.1.attn.qkv");
  ASSERT_EQ(merged.shape, (Shape{32, 96}));
  Index part = 0;
  for (const char* name : {"query", "key", "value"}) {
    const std::string stem = std::string("bert.encoder.layer.1.attention.self.") + name;
    const Tensor stored = b.checkpoint.read_float(stem + ".weight");
    const Tensor bias = b.checkpoint.read_float(stem + ".bias");
    for (Index j = 0; j < 32; ++j) {
      for (Index i = 0; i < 32; ++i) ASSERT_EQ(at(merged, i, 32 * part + j), at(stored, j, i));
      EXPECT_EQ(b.bias("h.1.attn.qkv").values[static_cast<size_t>(32 * part + j)],
                bias.values[static_cast<size_t>(j)]);
    }
    ++part;
  }
}

TEST(Weights, OfVitFlattenThePatchKernel) {
  const Bound b("vit_tiny");
  const Tensor kernel =
      b.checkpoint.read_float("vit.embeddings.patch_embeddings.projection.weight");
  ASSERT_EQ(b.matrix("patch").shape, (Shape{48, 32}));
  for (Index column = 0; column < 32; ++column) {
    for (Index row = 0; row < 48; ++row) {
      ASSERT_EQ(at(b.matrix("patch"), row, column),
                kernel.values[static_cast<size_t>(48 * column + row)]);
    }
  }
  EXPECT_EQ(b.weights.class_token.shape, Shape{32});
  EXPECT_EQ(b.weights.positions.shape, (Shape{17, 32}));
}

TEST(Weights, RefuseACheckpointOfAnotherShape) {
  const Bound b("gpt2_tiny");
  const auto fault = [&](auto change) {
    TransformerSpec spec = b.network.spec;
    change(spec);
    return tiny::message_of<ConfigError>([&] { bind_weights(build_network(spec), b.checkpoint); });
  };
  EXPECT_THAT(
      fault([](TransformerSpec& s) { s.vocabulary = 97; }),
      HasSubstr("tensor 'transformer.wte.weight': shape (96, 32) found; expected (97, 32)"));
  EXPECT_THAT(fault([](TransformerSpec& s) { s.n_layers = 3; }),
              HasSubstr("no tensor 'h.2.ln_1.weight'"));
  EXPECT_THAT(fault([](TransformerSpec& s) { s.n_layers = 1; }),
              HasSubstr("belongs to layer 1 (from 0); expected 1 layers"));
  EXPECT_THAT(fault([](TransformerSpec& s) { s.tied_head = false; }),
              HasSubstr("no tensor 'lm_head.weight'"));
}

TEST(Weights, AreCheckedAgainstTheirNetwork) {
  const Bound b("vit_tiny");
  EXPECT_NO_THROW(check_weights(b.network, b.weights));
  const auto fault = [&](auto change) {
    Weights weights = b.weights;
    change(weights);
    return tiny::message_of<ArgumentError>([&] { check_weights(b.network, weights); });
  };
  EXPECT_THAT(fault([](Weights& w) { w.matmul.pop_back(); }), HasSubstr("matrices"));
  EXPECT_THAT(fault([](Weights& w) {
                w.matmul[1] = Tensor({2, 2});
              }),
              HasSubstr("h.0.attn.qkv: shape (2, 2) found; expected (32, 96)"));
  EXPECT_THAT(fault([](Weights& w) { w.bias[1] = Tensor(); }), HasSubstr("h.0.attn.qkv bias"));
  EXPECT_THAT(fault([](Weights& w) { w.norms.pop_back(); }), HasSubstr("norms"));
  EXPECT_THAT(fault([](Weights& w) { w.class_token = Tensor(); }), HasSubstr("class token"));
  EXPECT_THAT(fault([](Weights& w) { w.positions = Tensor({3, 32}); }), HasSubstr("position"));
}

/// bert_tiny with the head of BertForMaskedLM, whose bias is called `bias`.
void write_masked(const fs::path& file, const std::string& bias) {
  const Checkpoint golden = Checkpoint::open(kGolden / "bert_tiny");
  std::vector<NamedTensor> tensors;
  for (const std::string& name : golden.names()) {
    tensors.push_back(as_f32(name, golden.read_float(name)));
  }
  const std::string head = "cls.predictions.";
  std::uint32_t n = 0;
  tensors.push_back(as_f32(head + "transform.dense.weight", tiny::random_tensor({32, 32}, ++n)));
  tensors.push_back(as_f32(head + "transform.dense.bias", tiny::random_tensor({32}, ++n)));
  tensors.push_back(as_f32(head + "transform.LayerNorm.weight", tiny::random_tensor({32}, ++n)));
  tensors.push_back(as_f32(head + "transform.LayerNorm.bias", tiny::random_tensor({32}, ++n)));
  const Index tokens = golden.at("bert.embeddings.word_embeddings.weight").shape[0];
  tensors.push_back(as_f32(head + bias, tiny::random_tensor({tokens}, ++n)));
  write_safetensors(file, tensors);
}

TEST(Weights, OfAMaskedHeadAreThoseOfItsTransformAndTheTable) {
  TransformerSpec spec = read_hf_config(kGolden / "bert_tiny");
  spec.n_labels = 0;
  spec.pooler = false;
  spec.masked_head = spec.tied_head = true;
  const Network network = build_network(spec);
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model.safetensors";
  for (const char* bias : {"bias", "decoder.bias"}) {
    write_masked(file, bias);
    const Weights weights = bind_weights(network, Checkpoint::open(file));
    EXPECT_NO_THROW(check_weights(network, weights));
    const size_t head = network.matmuls.size() - 1;
    EXPECT_EQ(weights.matmul[head], transposed(weights.tokens));
    EXPECT_EQ(weights.bias[head], tiny::random_tensor({spec.vocabulary}, 5));
    EXPECT_EQ(weights.matmul[head - 1], transposed(tiny::random_tensor({32, 32}, 1)));
    EXPECT_EQ(weights.bias[head - 1], tiny::random_tensor({32}, 2));
    EXPECT_EQ(weights.norms.back().gain, tiny::random_tensor({32}, 3));
    EXPECT_EQ(weights.norms.back().bias, tiny::random_tensor({32}, 4));
  }
  spec.tied_head = false;
  EXPECT_THAT(tiny::message_of<ConfigError>(
                  [&] { bind_weights(build_network(spec), Checkpoint::open(file)); }),
              HasSubstr("no tensor 'cls.predictions.decoder.weight'"));
}

}  // namespace
}  // namespace ohm
