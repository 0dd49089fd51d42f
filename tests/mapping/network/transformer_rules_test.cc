// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "mapping/network/find_network.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

std::string fault(const TransformerSpec& spec) {
  return tiny::message_of<ConfigError>([&] { check_spec(spec, "here"); });
}

TEST(TransformerRules, RefusesAPatchThatDoesNotDivideTheImage) {
  TransformerSpec s = tiny::vit();
  s.patch_size = 4;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: 4 pixels do not divide the image's 6"));
  s.patch_size = 0;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: missing or 0"));
}

TEST(TransformerRules, RefusesAContextThatIsNotThePatchesAndTheClassToken) {
  TransformerSpec s = tiny::vit();
  s.context = 9;
  EXPECT_THAT(fault(s), HasSubstr("context: 9 found; expected 10"));
}

/// Rules are checked while keys are missing: a missing number of heads divides nothing.
TEST(TransformerRules, HeadsThatAreMissingAreNamed) {
  for (const char* family : {"gpt2", "llama", "bitnet", "t5", "vit", "deepseek_v3"}) {
    TransformerSpec s;
    s.family = family;
    s.n_layers = 1;
    s.d_model = 8;
    s.d_ff = 8;
    EXPECT_THAT(fault(s), HasSubstr("n_heads: ")) << family;
  }
}

TEST(TransformerRules, RefusesWhatAFamilyDoesNotHave) {
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
  s.masked_head = true;
  EXPECT_THAT(fault(s), HasSubstr("n_labels: 5 found; beside masked_head it is 2"));
  s = tiny::vit();
  s.masked_head = true;
  EXPECT_THAT(fault(s), HasSubstr("masked_head: vit has no such head"));
  s = tiny::vit();
  s.pooler = true;
  EXPECT_THAT(fault(s), HasSubstr("pooler: vit has no pooler beside a classifier"));
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

TransformerSpec turning() {
  TransformerSpec s = testing::tiny_llama();
  s.sliding_window = 8;
  s.layer_types = {"sliding_attention", "full_attention"};
  return s;
}

TEST(TransformerRules, OfLayersThatTakeTurns) {
  check_spec(turning(), "here");
  TransformerSpec s = turning();
  s.layer_types[1] = "chunked_attention";
  EXPECT_THAT(fault(s), HasSubstr("layer_types: 'chunked_attention' found; expected sliding"));
  s = turning();
  s.layer_types.push_back("full_attention");
  EXPECT_THAT(fault(s), HasSubstr("layer_types: 3 found for 2 layers"));
  s = turning();
  s.sliding_window = 0;
  EXPECT_THAT(fault(s), HasSubstr("sliding_window: missing or 0; layer_types has"));
  s = turning();
  s.layer_types = {"full_attention"};
  EXPECT_THAT(fault(s), HasSubstr("sliding_window: found, and layer_types has no layer"));
  s = testing::tiny_t5();
  s.sliding_window = 8;
  s.layer_types = {"sliding_attention"};
  EXPECT_THAT(fault(s), HasSubstr("layer_types: t5 sees all positions"));
  s = tiny::gpt2();
  s.sliding_window = 8;
  EXPECT_THAT(fault(s), HasSubstr("sliding_window: gpt2 does not have this"));
}

TEST(TransformerRules, OfNormsAndCaps) {
  TransformerSpec s = testing::tiny_llama();
  s.output_norms = true;
  s.block = "parallel";
  EXPECT_THAT(fault(s), HasSubstr("output_norms: only a decoder of one stack"));
  s = testing::tiny_bert();
  s.embedding_norm = true;
  EXPECT_THAT(fault(s), HasSubstr("embedding_norm: bert does not have this as an option"));
  s = testing::tiny_llama();
  s.norm_bias = false;
  EXPECT_THAT(fault(s), HasSubstr("norm_bias: false found; only layernorms"));
  s = testing::tiny_llama();
  s.score_cap = -1;
  EXPECT_THAT(fault(s), HasSubstr("score_cap: -1 found"));
  s.score_cap = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fault(s), HasSubstr("score_cap: nan found"));
  s = testing::tiny_deepseek();
  s.score_cap = 50;
  EXPECT_THAT(fault(s), HasSubstr("score_cap: only a decoder of one stack"));
  s = testing::tiny_t5();
  s.output_cap = 30;
  EXPECT_THAT(fault(s), HasSubstr("output_cap: only a decoder of one stack"));
  s = testing::tiny_deepseek();
  s.positions = "alibi";
  EXPECT_NE(fault(s), "");
}

TEST(TransformerRules, RefusesWhatAnExecutedFamilyDoesNotCompute) {
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

TEST(TransformerRules, RefusesBlocksThatTheStackCannotHave) {
  const auto refused = [](const std::string& name, const auto& change) {
    TransformerSpec s = find_network(name, {repository::configs()});
    change(s);
    return fault(s);
  };
  const auto parallel = [](TransformerSpec& s) { s.block = "parallel"; };
  TransformerSpec llama = find_network("llama-3-8b", {repository::configs()});
  parallel(llama);
  EXPECT_NO_THROW(check_spec(llama, "here"));
  EXPECT_THAT(refused("deepseek-v3", parallel), HasSubstr("block: 'parallel' found"));
  EXPECT_THAT(refused("t5-small", parallel), HasSubstr("block"));
  EXPECT_THAT(refused("gpt2-small", parallel), HasSubstr("block"));
  const auto head_norms = [](TransformerSpec& s) { s.head_norms = true; };
  EXPECT_THAT(refused("opt-125m", head_norms), HasSubstr("head_norms"));
  EXPECT_THAT(refused("llama-3-8b", [](TransformerSpec& s) { s.rope_dim = 129; }),
              HasSubstr("rope_dim: 129 of a head's 128"));
  EXPECT_THAT(refused("llama-3-8b", [](TransformerSpec& s) { s.rope_dim = 31; }),
              HasSubstr("rope_dim: 31 of a head's 128 are rotated"));
  EXPECT_THAT(refused("opt-125m", [](TransformerSpec& s) { s.rope_dim = 8; }),
              HasSubstr("rope_dim"));
  EXPECT_THAT(refused("bert-base", [](TransformerSpec& s) { s.head_bias = true; }),
              HasSubstr("head_bias"));
}

TEST(TransformerRules, RefusesPartsThatDoNotFitTogether) {
  const auto changed = [](const std::string& name, const auto& change) {
    TransformerSpec s = find_network(name, {repository::configs()});
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

}  // namespace
}  // namespace ohm
