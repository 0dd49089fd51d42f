// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_gemma.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/network/hf_config.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kS = "sliding_attention", kF = "full_attention";

json gemma2() {
  return json::parse(R"({"model_type": "gemma2", "architectures": ["Gemma2ForCausalLM"],
      "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26,
      "num_attention_heads": 8, "num_key_value_heads": 4, "head_dim": 256, "vocab_size": 256000,
      "max_position_embeddings": 8192, "hidden_act": "gelu_pytorch_tanh",
      "hidden_activation": "gelu_pytorch_tanh", "sliding_window": 4096,
      "query_pre_attn_scalar": 256, "attn_logit_softcapping": 50.0,
      "final_logit_softcapping": 30.0, "rms_norm_eps": 1e-6})");
}

json gemma3() {
  return json::parse(R"({"model_type": "gemma3_text", "architectures": ["Gemma3ForCausalLM"],
      "hidden_size": 1152, "intermediate_size": 6912, "num_hidden_layers": 26,
      "num_attention_heads": 4, "num_key_value_heads": 1, "head_dim": 256, "vocab_size": 262144,
      "max_position_embeddings": 32768, "hidden_activation": "gelu_pytorch_tanh",
      "sliding_window": 512, "sliding_window_pattern": 6, "query_pre_attn_scalar": 256,
      "attn_logit_softcapping": null, "final_logit_softcapping": null,
      "rope_local_base_freq": 10000, "rope_theta": 1000000})");
}

TransformerSpec read(json keys, const std::string& changes = "{}") {
  keys.update(json::parse(changes));
  return parse_hf_config(keys.dump(), "config.json");
}

std::string fault(json keys, const std::string& changes, const std::string& without = "") {
  keys.erase(without);
  return tiny::message_of<ConfigError>([&] { read(keys, changes); });
}

// Totals: parameters of the transformers library's models (5.23) of these sizes, tied ones once.
TEST(HfGemma, TotalsAreThoseOfTheLibrarysModels) {
  EXPECT_EQ(parameter_count(read(gemma2())), 2614341888);
  EXPECT_EQ(parameter_count(read(gemma2(), R"({"hidden_size": 3584, "intermediate_size": 14336,
      "num_hidden_layers": 42, "num_attention_heads": 16, "num_key_value_heads": 8})")),
            9241705984);
  EXPECT_EQ(parameter_count(read(gemma2(), R"({"hidden_size": 4608, "intermediate_size": 36864,
      "num_hidden_layers": 46, "num_attention_heads": 32, "num_key_value_heads": 16,
      "head_dim": 128})")),
            27227128320);
  EXPECT_EQ(parameter_count(read(gemma3())), 999885952);
  EXPECT_EQ(parameter_count(read(gemma3(), R"({"hidden_size": 2560, "intermediate_size": 10240,
      "num_hidden_layers": 34, "num_attention_heads": 8, "num_key_value_heads": 4,
      "sliding_window": 1024, "vocab_size": 262208})")),
            3880263168);
}

TEST(HfGemma, TheSecondSlidesInEveryOtherLayerAndCaps) {
  const TransformerSpec s = read(gemma2());
  EXPECT_THAT(s.layer_types, ElementsAre(kS, kF));
  EXPECT_EQ(s.sliding_window, 4096);
  EXPECT_EQ(s.score_cap, 50.0);
  EXPECT_EQ(s.output_cap, 30.0);
  EXPECT_TRUE(s.output_norms);
  EXPECT_FALSE(s.head_norms);
  EXPECT_EQ(s.activation, "gelu_tanh");
  EXPECT_EQ(read(gemma2(), R"({"attn_logit_softcapping": null})").score_cap, 0.0);
  EXPECT_EQ(read(gemma2(), R"({"hidden_act": "gelu"})").activation, "gelu_tanh");
  EXPECT_EQ(read(gemma2(), R"({"hidden_activation": null})").activation, "gelu_tanh");
}

TEST(HfGemma, TheThirdSlidesInFiveOfSixAndNormalisesHeads) {
  const TransformerSpec s = read(gemma3());
  EXPECT_THAT(s.layer_types, ElementsAre(kS, kS, kS, kS, kS, kF));
  EXPECT_TRUE(s.head_norms);
  EXPECT_EQ(s.score_cap, 0.0);
  json newer = gemma3();
  newer.erase("sliding_window_pattern");
  newer["layer_types"] = std::vector<std::string>(26, kS);
  newer["layer_types"][7] = kF;
  const TransformerSpec irregular = read(newer);
  EXPECT_EQ(irregular.window_of(7), 0);
  EXPECT_EQ(irregular.window_of(8), 512);
}

TEST(HfGemma, RefusesWhatItWouldHaveToGuess) {
  EXPECT_THAT(fault(gemma3(), "{}", "sliding_window_pattern"),
              HasSubstr("layer_types: missing, and so is sliding_window_pattern"));
  EXPECT_THAT(fault(gemma3(), R"({"sliding_window_pattern": 0})"), HasSubstr("0 found"));
  EXPECT_THAT(fault(gemma3(), R"({"sliding_window_pattern": -6})"), HasSubstr("-6 found"));
  EXPECT_THAT(fault(gemma2(), "{}", "sliding_window"), HasSubstr("sliding_window: missing"));
  EXPECT_THAT(fault(gemma2(), "{}", "attn_logit_softcapping"),
              HasSubstr("attn_logit_softcapping: missing; expected a number above 0, or null"));
  EXPECT_THAT(fault(gemma2(), "{}", "final_logit_softcapping"), HasSubstr("missing"));
  EXPECT_THAT(fault(gemma2(), "{}", "query_pre_attn_scalar"), HasSubstr("missing"));
  EXPECT_THAT(fault(gemma2(), "{}", "head_dim"), HasSubstr("head_dim: missing"));
  EXPECT_THAT(fault(gemma2(), R"({"attn_logit_softcapping": 0})"), HasSubstr("0 found"));
  EXPECT_THAT(fault(gemma2(), R"({"attn_logit_softcapping": -50})"), HasSubstr("-50 found"));
  EXPECT_THAT(fault(gemma2(), R"({"query_pre_attn_scalar": 0})"), HasSubstr("0 found"));
  EXPECT_THAT(fault(gemma2(), R"({"use_bidirectional_attention": true})"),
              HasSubstr("use_bidirectional_attention: true is not in this version"));
  EXPECT_THAT(fault(gemma2(), R"({"layer_types": ["full_attention"]})"),
              HasSubstr("expected a list of 26 words"));
  json both = gemma3();
  both["layer_types"] = std::vector<std::string>(26, kF);
  EXPECT_THAT(fault(both, "{}"), HasSubstr("and layer_types has others"));
}

}  // namespace
}  // namespace ohm
