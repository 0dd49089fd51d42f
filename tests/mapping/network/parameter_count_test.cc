// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/parameter_count.h"

#include <gtest/gtest.h>

#include "mapping/network/find_network.h"
#include "tests/mapping/network/published_totals.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

TransformerSpec preset(const std::string& name) {
  return find_network(name, {repository::configs()});
}

TEST(ParameterCount, IsThatOfThePublishedNetworks) {
  const auto count = [](const std::string& name) { return parameter_count(preset(name)); };
  EXPECT_EQ(count("gpt2-small"), 124439808);
  EXPECT_EQ(count("gpt2-medium"), 354823168);
  EXPECT_EQ(count("gpt2-large"), 774030080);
  EXPECT_EQ(count("gpt2-xl"), 1557611200);
  EXPECT_EQ(count("bert-base"), 109482240);
  EXPECT_EQ(count("bert-large"), 335141888);
  EXPECT_EQ(count("vit-small-patch16-224"), 22050664);
  EXPECT_EQ(count("vit-base-patch16-224"), 86567656);
  EXPECT_EQ(count("vit-large-patch16-224"), 304326632);
}

TEST(ParameterCount, IsExactForEveryPublishedNetwork) {
  for (const auto& published : tiny::published_totals()) {
    EXPECT_EQ(parameter_count(preset(published.name)), published.parameters) << published.name;
  }
}

/// Published as rounded totals; 671.0 and 235.7 billion without embeddings of further tokens.

TEST(ParameterCount, RoundsToThePublishedTotalsOfExpertsAndTernaryNetworks) {
  const auto billions = [](const std::string& name) {
    return static_cast<double>(parameter_count(preset(name))) * 1e-9;
  };
  EXPECT_NEAR(billions("deepseek-v3"), 671.0, 0.05);
  EXPECT_NEAR(billions("deepseek-v2"), 235.7, 0.05);
  EXPECT_NEAR(billions("deepseek-v2-lite"), 15.7, 0.05);
  EXPECT_NEAR(billions("bitnet-b1.58-2b-4t"), 2.41, 0.005);
  EXPECT_EQ(parameter_count(preset("roberta-base")), 124645632);
  EXPECT_EQ(parameter_count(preset("roberta-large")), 355359744);
}

TEST(KvValues, AreThePublishedOnesPerToken) {
  for (const auto& published : tiny::published_totals()) {
    EXPECT_EQ(kv_values_per_token(preset(published.name)), published.kv_values) << published.name;
  }
  EXPECT_EQ(kv_values_per_token(preset("llama-3-70b")), 160 * 1024);  // bytes at 8 bits
  // DeepSeek-V2: a latent of 512 and 64 rotated values per layer
  EXPECT_EQ(kv_values_per_token(preset("deepseek-v3")), 61 * 576);
}

TEST(Adapters, HaveRankTimesTheSidesOfTheirMatrices) {
  TransformerSpec s = preset("llama-3-8b");
  EXPECT_EQ(adapter_parameter_count(s), 0);
  const Index before = parameter_count(s);
  s.lora_rank = 16;
  s.lora_parts = {"qkv", "attn_out", "ffn_up", "ffn_gate", "ffn_down"};
  EXPECT_EQ(adapter_parameter_count(s),
            32 * 16 * ((3 * 4096 + 6144) + (4096 + 4096) + 3 * (4096 + 14336)));
  EXPECT_EQ(parameter_count(s), before);
}

TEST(ParameterCount, IsTheNumberOfWeightsOfANetwork) {
  TransformerSpec masked = tiny::bert();
  masked.pooler = false;
  masked.n_labels = 0;
  masked.masked_head = masked.tied_head = true;
  for (TransformerSpec s : {tiny::gpt2(), tiny::bert(), tiny::vit(), masked}) {
    s.qkv_bias = s.family != "vit";
    const Weights w = tiny::random_weights(build_network(s));
    Index sum = w.tokens.size() + w.positions.size() + w.token_types.size() + w.class_token.size();
    for (const Tensor& matrix : w.matmul) sum += matrix.size();
    for (const Tensor& bias : w.bias) sum += bias.size();
    for (const NormWeights& norm : w.norms) sum += norm.gain.size() + norm.bias.size();
    if (s.tied_head) sum -= w.tokens.size();
    EXPECT_EQ(parameter_count(s), sum) << s.family;
  }
}

TEST(ParameterCount, OnlyASecondStackBeginsWithATokenOfItsOwn) {
  EXPECT_EQ(start_tokens(preset("t5-small")), 1);
  EXPECT_EQ(start_tokens(preset("gpt2-small")), 0);
  EXPECT_EQ(start_tokens(preset("bert-base")), 0);
}

}  // namespace
}  // namespace ohm
