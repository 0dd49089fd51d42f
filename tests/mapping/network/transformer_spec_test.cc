// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/config/reader.h"
#include "core/error.h"
#include "mapping/network/find_network.h"
#include "tests/mapping/network/published_totals.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using testing::HasSubstr;

std::string fault(const TransformerSpec& spec) {
  return tiny::message_of<ConfigError>([&] { check_spec(spec, "here"); });
}

TEST(TransformerSpec, AcceptsEveryFamily) {
  EXPECT_NO_THROW(check_spec(tiny::gpt2(), "here"));
  EXPECT_NO_THROW(check_spec(tiny::bert(), "here"));
  EXPECT_NO_THROW(check_spec(tiny::vit(), "here"));
}

TEST(TransformerSpec, RefusesHeadsThatDoNotDivideTheWidth) {
  TransformerSpec s = tiny::gpt2();
  s.n_heads = 5;
  EXPECT_EQ(fault(s), "here: n_heads: 5 heads do not divide d_model = 12; expected a divisor");
  s.n_heads = 0;
  EXPECT_THAT(fault(s), HasSubstr("n_heads: 0 found; expected a number from 1 to 1048576"));
}

TEST(TransformerSpec, RefusesAPatchThatDoesNotDivideTheImage) {
  TransformerSpec s = tiny::vit();
  s.patch_size = 4;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: 4 pixels do not divide the image's 6"));
  s.patch_size = 0;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: missing or 0"));
}

TEST(TransformerSpec, RefusesAContextThatIsNotThePatchesAndTheClassToken) {
  TransformerSpec s = tiny::vit();
  s.context = 9;
  EXPECT_THAT(fault(s), HasSubstr("context: 9 found; expected 10"));
}

TEST(TransformerSpec, RefusesWhatAFamilyDoesNotHave) {
  TransformerSpec s = tiny::gpt2();
  s.norm_placement = "post";
  EXPECT_THAT(fault(s), HasSubstr("norm_placement: 'post' found; gpt2 has 'pre'"));
  s = tiny::gpt2();
  s.image_size = 8;
  EXPECT_THAT(fault(s), HasSubstr("image_size: gpt2 has no images"));
  s = tiny::gpt2();
  s.n_labels = 3;
  EXPECT_THAT(fault(s), HasSubstr("n_labels: gpt2 has no classifier"));
  s = tiny::bert();
  s.tied_head = true;
  EXPECT_THAT(fault(s), HasSubstr("tied_head: bert has no language-model head"));
  s = tiny::bert();
  s.pooler = false;
  EXPECT_THAT(fault(s), HasSubstr("pooler: false found; the classifier reads the pooler"));
  s = tiny::bert();
  s.qkv_bias = false;
  EXPECT_THAT(fault(s), HasSubstr("qkv_bias"));
  s = tiny::vit();
  s.vocabulary = 4;
  EXPECT_THAT(fault(s), HasSubstr("vocabulary: vit has no tokens"));
}

TEST(TransformerSpec, RefusesAnEpsilonThatIsNoNumber) {
  TransformerSpec s = tiny::gpt2();
  s.norm_epsilon = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fault(s), HasSubstr("norm_epsilon: nan found"));
  s.norm_epsilon = -1e-5;
  EXPECT_THAT(fault(s), HasSubstr("norm_epsilon"));
}

TEST(TransformerSpec, IsReadFromYaml) {
  const std::string text =
      "family: gpt2\nn_layers: 2\nd_model: 12\nn_heads: 3\nd_ff: 20\ncontext: 19\n"
      "vocabulary: 17\nactivation: gelu_tanh\n";
  const auto s = parse_spec<TransformerSpec>(text, "net.yaml", {});
  EXPECT_EQ(s.head_size(), 4);
  EXPECT_TRUE(s.is_decoder());
  const auto heads = text.find("n_heads: 3");
  const std::string wrong = std::string(text).replace(heads, 10, "n_heads: 5");
  EXPECT_THAT(
      tiny::message_of<ConfigError>([&] { parse_spec<TransformerSpec>(wrong, "net.yaml", {}); }),
      HasSubstr("net.yaml:4:10: n_heads: 5 heads do not divide d_model = 12"));
}

TEST(TransformerSpec, SaysWhichFamiliesComeLater) {
  EXPECT_THAT(tiny::message_of<ConfigError>(
                  [] { parse_spec<TransformerSpec>("family: falcon\n", "net.yaml", {}); }),
              HasSubstr("roberta, t5, vit; this one is not in this version"));
}

TEST(ParameterCount, IsThatOfThePublishedNetworks) {
  const auto count = [](const std::string& name) {
    return parameter_count(find_network(name, {OHM_CONFIG_DIR}));
  };
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

TransformerSpec preset(const std::string& name) {
  return find_network(name, {OHM_CONFIG_DIR});
}

TEST(TransformerSpec, RefusesWhatAnExecutedFamilyDoesNotCompute) {
  TransformerSpec s = tiny::gpt2();
  s.n_kv_heads = 1;
  EXPECT_THAT(fault(s), HasSubstr("n_kv_heads: gpt2 does not have this; remove it"));
  s = tiny::gpt2();
  s.activation = "silu";
  EXPECT_THAT(fault(s), HasSubstr("activation: 'silu' found; gpt2 has gelu"));
  s = tiny::bert();
  s.gated_ffn = true;
  EXPECT_THAT(fault(s), HasSubstr("gated_ffn"));
}

TEST(TransformerSpec, RefusesPartsThatDoNotFitTogether) {
  const auto changed = [](const std::string& name, const auto& change) {
    TransformerSpec s = preset(name);
    change(s);
    return fault(s);
  };
  using S = TransformerSpec;
  EXPECT_THAT(changed("llama-3-8b", [](S& s) { s.n_kv_heads = 5; }),
              HasSubstr("n_kv_heads: 5 heads of keys and values do not divide 32"));
  EXPECT_THAT(changed("mixtral-8x7b", [](S& s) { s.experts_per_token = 9; }),
              HasSubstr("experts_per_token: 9 of 8 experts found"));
  EXPECT_THAT(changed("mixtral-8x7b", [](S& s) { s.dense_layers = 32; }),
              HasSubstr("dense_layers: 32 of 32 layers"));
  EXPECT_THAT(changed("llama-3-8b", [](S& s) { s.n_shared_experts = 1; }),
              HasSubstr("n_experts: missing"));
  EXPECT_THAT(changed("deepseek-v3", [](S& s) { s.v_head_dim = 0; }),
              HasSubstr("v_head_dim: missing or 0"));
  EXPECT_THAT(changed("llama-3-8b", [](S& s) { s.q_lora_rank = 8; }), HasSubstr("q_lora_rank"));
  EXPECT_THAT(changed("t5-small", [](S& s) { s.n_decoder_layers = 0; }),
              HasSubstr("n_decoder_layers"));
  EXPECT_THAT(changed("llama-3-8b", [](S& s) { s.head_dim = 1 << 20; }), HasSubstr("head_dim"));
  EXPECT_THAT(changed("mixtral-8x7b", [](S& s) { s.n_experts = 1 << 14; }), HasSubstr("n_experts"));
  EXPECT_THAT(changed("llama-3-8b", [](S& s) { s.lora_rank = 8; }), HasSubstr("lora_parts"));
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
            32 * 16 * ((4096 + 6144) + (4096 + 4096) + 3 * (4096 + 14336)));
  EXPECT_EQ(parameter_count(s), before);
  s.lora_parts = {"qvk"};
  EXPECT_THAT(fault(s), HasSubstr("did you mean 'qkv'?"));
}

TEST(ParameterCount, IsTheNumberOfWeightsOfANetwork) {
  for (TransformerSpec s : {tiny::gpt2(), tiny::bert(), tiny::vit()}) {
    s.qkv_bias = s.family != "vit";
    const Weights w = tiny::random_weights(build_network(s));
    Index sum = w.tokens.size() + w.positions.size() + w.token_types.size() + w.class_token.size();
    for (const Tensor& matrix : w.matmul) sum += matrix.size();
    for (const Tensor& bias : w.bias) sum += bias.size();
    for (const NormWeights& norm : w.norms) sum += norm.gain.size() + norm.bias.size();
    EXPECT_EQ(parameter_count(s), sum) << s.family;
  }
}

}  // namespace
}  // namespace ohm
