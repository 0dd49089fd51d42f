// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_llama.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/network/hf_config.h"
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

TEST(HfLlama, IsADecoderWithGatesRotationsAndNoBiases) {
  const JsonKeys file(R"({"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4,
      "intermediate_size": 128, "max_position_embeddings": 64, "vocab_size": 50})",
                      "config.json");
  const HfKeyTable keys = llama_keys();
  TransformerSpec spec = read_llama(HfReader(file, keys), "llama");
  EXPECT_EQ(spec.positions, "rope");
  EXPECT_EQ(spec.norm, "rmsnorm");
  EXPECT_TRUE(spec.gated_ffn);
  EXPECT_FALSE(spec.qkv_bias || spec.out_bias || spec.ffn_bias);
  EXPECT_EQ(spec.activation, "silu");
  read_grouped_heads(HfReader(file, keys), spec, true);
  EXPECT_EQ(spec.n_kv_heads, 4);
  EXPECT_THAT(
      tiny::message_of<ConfigError>([&] { read_grouped_heads(HfReader(file, keys), spec, false); }),
      testing::HasSubstr("num_key_value_heads: missing"));
}

/// Sizes of every family that reads these keys: d = 64, 4 heads of 16, 2 of keys, 2 layers.
TransformerSpec small(const std::string& family, const std::string& changes) {
  auto keys = nlohmann::json::parse(R"({"hidden_size": 64, "num_hidden_layers": 2,
      "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 16,
      "intermediate_size": 96, "vocab_size": 100, "max_position_embeddings": 64,
      "sliding_window": 8, "num_experts_per_tok": 2, "query_pre_attn_scalar": 16,
      "attn_logit_softcapping": null, "final_logit_softcapping": null,
      "sliding_window_pattern": 2})");
  keys["model_type"] = family;
  if (family == "mixtral") keys["num_local_experts"] = 4;
  if (family == "qwen3_moe") keys.update({{"num_experts", 4}, {"moe_intermediate_size", 24}});
  if (family.starts_with("deepseek")) {
    keys.update(nlohmann::json::parse(R"({"num_key_value_heads": 4, "n_routed_experts": 4,
        "n_shared_experts": 2, "moe_intermediate_size": 24, "first_k_dense_replace": 1,
        "q_lora_rank": 12, "kv_lora_rank": 8, "qk_rope_head_dim": 8, "qk_nope_head_dim": 6,
        "v_head_dim": 10})"));
  }
  keys.update(nlohmann::json::parse(changes));
  return parse_hf_config(keys.dump(), "config.json");
}

std::string fault(const std::string& family, const std::string& changes) {
  return tiny::message_of<ConfigError>([&] { small(family, changes); });
}

/// What true adds to the parameters.
Index added(const std::string& family, const std::string& key, const std::string& more = "") {
  return parameter_count(small(family, "{\"" + key + "\": true" + more + "}")) -
         parameter_count(small(family, "{\"" + key + "\": false" + more + "}"));
}

// The models of transformers 5.23 of these sizes have as many parameters more.
TEST(HfLlama, HasTheBiasesThatItsFamilyReads) {
  EXPECT_EQ(parameter_count(small("llama", "{}")), 74560);
  EXPECT_EQ(parameter_count(small("mistral", R"({"attention_bias": true})")), 74560);
  const Index attention = 2 * (64 + 2 * 32 + 64);  // q, k and v, o of both layers
  for (const char* family :
       {"llama", "bitnet", "qwen3", "qwen3_moe", "gemma", "gemma2", "gemma3_text"}) {
    EXPECT_EQ(added(family, "attention_bias"), attention) << family;
  }
  for (const char* family : {"mistral", "mixtral", "phi3", "qwen2", "starcoder2"}) {
    EXPECT_EQ(added(family, "attention_bias"), 0) << family;
  }
  EXPECT_EQ(added("llama", "mlp_bias"), 2 * (96 + 96 + 64));  // gate, up, down
  for (const char* family : {"mistral", "mixtral", "phi3", "qwen2", "qwen3", "qwen3_moe", "gemma",
                             "gemma2", "gemma3_text", "bitnet", "deepseek_v3"}) {
    EXPECT_EQ(added(family, "mlp_bias"), 0) << family;
  }
}

// As above: q_a, kv_a and o; a full query matrix has none.
TEST(HfLlama, MayHaveBiasesWhereAttentionIsLatent) {
  for (const char* family : {"deepseek_v2", "deepseek_v3"}) {
    EXPECT_EQ(added(family, "attention_bias"), 2 * (12 + (8 + 8) + 64));
    EXPECT_EQ(added(family, "attention_bias", R"(, "q_lora_rank": null)"), 2 * ((8 + 8) + 64));
    const Network network = build_network(small(family, R"({"attention_bias": true})"));
    for (const StaticMatmul& m : network.matmuls) {
      const bool biased = m.part == "q_a" || m.part == "kv_a" || m.part == "attn_out" ||
                          (m.part == "router" && network.spec.router_bias);
      EXPECT_EQ(m.bias, biased) << m.name;
    }
  }
  EXPECT_THAT(fault("deepseek_v2", R"({"mlp_bias": true})"),
              testing::HasSubstr("config.json: mlp_bias: true is not in this version"));
}

TEST(HfLlama, TakesNeitherZeroNorNullForAMissingKey) {
  for (const char* family : {"llama", "mistral", "mixtral", "phi3", "qwen2", "qwen3", "gemma"}) {
    for (const char* key : {"head_dim", "num_key_value_heads"}) {
      EXPECT_THAT(
          fault(family, std::string("{\"") + key + "\": 0}"),
          testing::HasSubstr(std::string("config.json: ") + key + ": 0 found; expected at least 1"))
          << family;
    }
    EXPECT_THAT(fault(family, R"({"tie_word_embeddings": null})"),
                testing::HasSubstr("tie_word_embeddings: null found; expected true or false"))
        << family;
  }
  for (const char* family : {"phi3", "qwen2", "bitnet"}) {
    EXPECT_THAT(fault(family, R"({"head_dim": null})"), testing::HasSubstr("head_dim: null found"));
  }
  EXPECT_EQ(parameter_count(small("llama", R"({"head_dim": null})")), 74560);
  EXPECT_THAT(fault("bitnet", R"({"num_key_value_heads": null})"),
              testing::HasSubstr("num_key_value_heads: missing"));
  EXPECT_THAT(fault("llama", R"({"attention_bias": null})"),
              testing::HasSubstr("attention_bias: null found"));
  EXPECT_THAT(fault("deepseek_v3", R"({"kv_lora_rank": 0})"),
              testing::HasSubstr("kv_lora_rank: 0 found"));
  EXPECT_NO_THROW(small("deepseek_v3", R"({"first_k_dense_replace": 0})"));
}

}  // namespace
}  // namespace ohm
