// SPDX-License-Identifier: Apache-2.0
#include "mapping/baseline/pass_counter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "tests/mapping/baseline/baseline_builder.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(PassCounter, ReadsEveryMatrixOncePerStep) {
  const Network network = testing::shipped_graph("llama-3-70b");
  const PassCounter counter(network, {8, 8, 8});
  EXPECT_EQ(counter.decode(1, 1).weight_bytes, static_cast<double>(macs_per_token(network)));
  EXPECT_EQ(counter.decode(256, 256).weight_bytes, counter.decode(1, 1).weight_bytes);
  EXPECT_EQ(counter.kv_bytes_per_token(), 160.0 * 1024.0);
  EXPECT_EQ(counter.decode(3, 6144).kv_bytes, 6144 * 160.0 * 1024.0);
}

TEST(PassCounter, CountsTheMacsOfADecoderToken) {
  const Network network = testing::shipped_graph("llama-3-70b");
  const PassCounts counts = PassCounter(network, {8, 8, 8}).decode(2, 4096);
  EXPECT_EQ(counts.macs, 2.0 * static_cast<double>(macs_per_token(network)));
  EXPECT_EQ(counts.attention_macs, 4096.0 * 80 * 2 * 8192);
}

TEST(PassCounter, OfAPromptEqualsThatOfItsTokensOneByOneButForTheOutputMatrix) {
  const Network network = build_network(testing::tiny_llama());
  const PassCounter counter(network, {8, 8, 8});
  const double head = 32.0 * 50.0;
  double macs = 0.0, attention = 0.0;
  for (int t = 1; t <= 7; ++t) {
    macs += counter.decode(1, t).macs - (t < 7 ? head : 0.0);
    attention += counter.decode(1, t).attention_macs;
  }
  const PassCounts prompt = counter.prefill(counter.prompts(1, 7));
  EXPECT_DOUBLE_EQ(prompt.macs, macs);
  EXPECT_DOUBLE_EQ(prompt.attention_macs, attention);
  EXPECT_DOUBLE_EQ(prompt.kv_bytes, 7 * counter.kv_bytes_per_token());
}

TEST(PassCounter, BitsScaleTheBytes) {
  const Network network = build_network(testing::tiny_gpt());
  const PassCounter wide(network, {16, 8, 8}), narrow(network, {4, 16, 8});
  EXPECT_EQ(wide.decode(1, 1).weight_bytes, 4 * narrow.decode(1, 1).weight_bytes);
  EXPECT_EQ(narrow.kv_bytes_per_token(), 2 * wide.kv_bytes_per_token());
}

TEST(PassCounter, ReadsOnlyTheExpertsThatTheTokensOfAStepChoose) {
  const Network network = testing::shipped_graph("mixtral-8x7b");
  const PassCounter counter(network, {8, 8, 8});
  double routed = 0.0, all = 0.0;
  for (const StaticMatmul& m : network.matmuls) {
    (m.routed() ? routed : all) += static_cast<double>(m.weights());
  }
  for (const double tokens : {1.0, 2.0, 8.0, 64.0}) {
    const double read = all + routed * (1.0 - std::pow(1.0 - 2.0 / 8.0, tokens));
    EXPECT_NEAR(counter.decode(tokens, tokens).weight_bytes, read, 1e-9 * read);
  }
  EXPECT_NEAR(counter.decode(1, 1).macs, static_cast<double>(macs_per_token(network)), 1.0);
}

TEST(PassCounter, OfLatentAttentionReadsTheLatentAlone) {
  const Network network = testing::shipped_graph("deepseek-v3");
  const PassCounter counter(network, {8, 8, 8});
  EXPECT_EQ(counter.kv_bytes_per_token(), 61.0 * (512 + 64));
  EXPECT_EQ(counter.decode(1, 1).attention_macs, 61.0 * 128 * (512 + 64 + 512));
  EXPECT_EQ(counter.prefill(counter.prompts(1, 1)).attention_macs, 61.0 * 128 * (128 + 64 + 128));
}

TEST(PassCounter, OfAWindowGrowsNoFurther) {
  TransformerSpec spec = testing::tiny_llama();
  spec.sliding_window = 4;
  const PassCounter counter(build_network(spec), {8, 8, 8});
  EXPECT_EQ(counter.attended(3), 3.0);
  EXPECT_EQ(counter.attended(9), 4.0);
  const double per_position = counter.decode(1, 1).attention_macs;
  EXPECT_DOUBLE_EQ(counter.prefill(counter.prompts(1, 7)).attention_macs,
                   (1 + 2 + 3 + 4 * 4) * per_position);
}

TEST(PassCounter, OfLayersThatTakeTurnsHasTheMeanOfTheirWindows) {
  TransformerSpec spec = testing::tiny_llama();
  spec.n_layers = 3;
  spec.sliding_window = 4;
  spec.layer_types = {"sliding_attention", "sliding_attention", "full_attention"};
  const PassCounter counter(build_network(spec), {8, 8, 8});
  EXPECT_EQ(counter.attended(3), 3.0);
  EXPECT_DOUBLE_EQ(counter.kept(10), (4 + 4 + 10) / 3.0);
  const double of_a_layer = 2 * 32;  // query width: a score and a value
  EXPECT_DOUBLE_EQ(counter.prefill(counter.prompts(1, 7)).attention_macs,
                   (2 * (1 + 2 + 3 + 4 * 4) + 7 * 8 / 2) * of_a_layer);
}

TEST(PassCounter, OfAnEncoderSeesEveryTokenFromEveryToken) {
  const PassCounter counter(build_network(testing::tiny_bert()), {8, 8, 8});
  EXPECT_EQ(counter.prefill(counter.prompts(2, 10)).attention_macs, 2 * 100.0 * 2 * 2 * 32);
  EXPECT_EQ(counter.kv_bytes_per_token(), 0.0);
}

TEST(PassCounter, ReadsAdaptersBesideTheirMatrices) {
  TransformerSpec spec = testing::tiny_llama();
  const PassCounter alone(build_network(spec), {8, 8, 8});
  spec.lora_rank = 4;
  spec.lora_parts = {"qkv"};
  const PassCounter merged(build_network(spec), {8, 8, 8});
  spec.lora_placement = "beside";
  const PassCounter beside(build_network(spec), {8, 8, 8});
  const double values = 2 * 4 * (3 * 32 + 64);
  EXPECT_EQ(merged.weight_bytes(), alone.weight_bytes());
  EXPECT_EQ(beside.weight_bytes() - alone.weight_bytes(), values);
  EXPECT_EQ(beside.decode(1, 1).weight_bytes - alone.decode(1, 1).weight_bytes, values);
}

/// Of t5-small by the shapes of T5Config and modeling_t5 of the transformers library (5.23):
/// d_model 512, 8 heads of d_kv 64, d_ff 2048, 6 + 6 layers, vocabulary 32128; Linear layers
/// q, k, v, o of SelfAttention and EncDecAttention, wi and wo, lm_head, none with a bias.
struct T5Small {
  static constexpr double kLinear = 512.0 * (8 * 64), kFfn = 2 * 512.0 * 2048;
  static constexpr double kHead = 512.0 * 32128;
  static constexpr double kEncoder = 6 * (4 * kLinear + kFfn);
  static constexpr double kCrossKeys = 6 * 2 * kLinear;  // k and v of EncDecAttention
  static constexpr double kDecoder = 6 * (4 * kLinear + 2 * kLinear + kFfn) + kHead;
};

TEST(PassCounter, OfTwoStacksReadsTheFirstOnceAndTheSecondInEveryStep) {
  const PassCounter counter(testing::shipped_graph("t5-small"), {8, 16, 8});
  const PassCounts source = counter.prefill(counter.prompts(3, 100));
  EXPECT_EQ(source.weight_bytes, T5Small::kEncoder + T5Small::kCrossKeys);
  EXPECT_EQ(source.macs, 300 * (T5Small::kEncoder + T5Small::kCrossKeys));
  EXPECT_EQ(source.attention_macs, 3 * 6 * 8 * (2 * 64.0) * 100 * 100);  // past_key_values: none
  EXPECT_EQ(source.kv_bytes, 300 * 6 * 2 * 512 * 2.0);
  const PassCounts step = counter.decode(3, 3 * (100 + 7));  // the seventh pass of the second stack
  EXPECT_EQ(step.weight_bytes, T5Small::kDecoder);
  EXPECT_EQ(step.macs, 3 * T5Small::kDecoder);
  EXPECT_EQ(step.attention_macs, 3 * 6 * 8 * (2 * 64.0) * (7 + 100));
  EXPECT_EQ(step.kv_bytes, 3 * (6 * 2 * 7 * 512 * 2.0 + 6 * 2 * 100 * 512 * 2.0));
  EXPECT_EQ(counter.weight_bytes(), 60506624);
}

/// Heads of t5-3b (32 of d_kv 128) are wider together than d_model 1024.
TEST(PassCounter, OfTwoStacksKnowsHeadsThatAreWiderThanTheStream) {
  const PassCounter counter(testing::shipped_graph("t5-3b"), {8, 8, 8});
  const double linear = 1024.0 * (32 * 128), ffn = 2 * 1024.0 * 16384;
  EXPECT_EQ(counter.decode(1, 1).macs, 24 * (6 * linear + ffn) + 1024.0 * 32128);
  EXPECT_EQ(counter.prefill(counter.prompts(1, 1)).macs, 24 * (4 * linear + ffn + 2 * linear));
  EXPECT_EQ(counter.kv_bytes_per_token(), 24 * 2 * 32 * 128.0);
}

/// Stacks of unlike depth: two layers of the first, three of the second.
TEST(PassCounter, CountsTheLayersOfEitherStack) {
  TransformerSpec spec = testing::tiny_t5();
  spec.n_layers = 2;
  spec.n_decoder_layers = 3;
  const PassCounter counter(build_network(spec), {8, 8, 8});
  const double per_position = 2.0 * static_cast<double>(spec.query_width());
  EXPECT_EQ(counter.prefill(counter.prompts(1, 4)).attention_macs, 2 * 16 * per_position);
  EXPECT_EQ(counter.decode(1, 4).attention_macs, 3 * 4 * per_position);
  EXPECT_EQ(counter.prefill(counter.prompts(1, 4)).layers, 2);
  EXPECT_EQ(counter.decode(1, 4).layers, 3);
  EXPECT_EQ(counter.decode(1, 4).parts, 3);
}

}  // namespace
}  // namespace ohm
