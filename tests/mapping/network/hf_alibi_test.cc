// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_alibi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/network/hf_config.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json bloom() {
  return json::parse(R"({"model_type": "bloom", "architectures": ["BloomForCausalLM"],
      "n_layer": 24, "n_embed": 1024, "num_attention_heads": 16, "vocab_size": 250880,
      "seq_length": 2048, "n_inner": null, "layer_norm_epsilon": 1e-5,
      "apply_residual_connection_post_layernorm": false, "offset_alibi": 100})");
}

json mpt() {
  return json::parse(R"({"model_type": "mpt", "architectures": ["MPTForCausalLM"],
      "n_layers": 32, "d_model": 4096, "n_heads": 32, "vocab_size": 50432, "max_seq_len": 2048,
      "expansion_ratio": 4, "no_bias": true, "learned_pos_emb": true, "norm_type":
      "low_precision_layernorm", "attn_config": {"alibi": true, "alibi_bias_max": 8,
      "attn_type": "multihead_attention", "clip_qkv": null, "qk_ln": false, "prefix_lm": false}})");
}

TransformerSpec read(json keys, const std::string& changes = "{}") {
  keys.update(json::parse(changes), true);
  return parse_hf_config(keys.dump(), "config.json");
}

std::string fault(json keys, const std::string& changes, const std::string& without = "") {
  keys.erase(without);
  return tiny::message_of<ConfigError>([&] { read(keys, changes); });
}

// Totals: parameters of the transformers library's models (5.23) of these sizes, tied ones once.
TEST(HfAlibi, TotalsAreThoseOfTheLibrarysModels) {
  EXPECT_EQ(parameter_count(read(bloom())), 559214592);
  EXPECT_EQ(parameter_count(
                read(bloom(), R"({"n_layer": 30, "n_embed": 4096, "num_attention_heads": 32})")),
            7069016064);
  EXPECT_EQ(parameter_count(
                read(bloom(), R"({"n_layer": 70, "n_embed": 14336, "num_attention_heads": 112})")),
            176247271424);
  EXPECT_EQ(parameter_count(read(mpt())), 6649286656);
  EXPECT_EQ(parameter_count(read(mpt(), R"({"n_layers": 48, "d_model": 7168, "n_heads": 64,
      "max_seq_len": 8192})")),
            29957200896);
}

TEST(HfAlibi, HaveNoTableOfPositions) {
  const TransformerSpec b = read(bloom()), m = read(mpt());
  EXPECT_EQ(b.positions, "alibi");
  EXPECT_EQ(m.positions, "alibi");
  EXPECT_TRUE(b.embedding_norm);
  EXPECT_TRUE(b.qkv_bias && b.norm_bias);
  EXPECT_FALSE(m.embedding_norm || m.qkv_bias || m.out_bias || m.ffn_bias || m.norm_bias);
  EXPECT_EQ(b.activation, "gelu_tanh");
  EXPECT_EQ(m.activation, "gelu");
  EXPECT_EQ(b.context, 2048);
  json unsaid = bloom();
  unsaid.erase("seq_length");
  EXPECT_EQ(read(unsaid).context, 2048);
}

TEST(HfAlibi, RefuseWhatTheyWouldHaveToGuess) {
  EXPECT_THAT(fault(bloom(), "{}", "n_embed"), HasSubstr("hidden_size: missing"));
  EXPECT_THAT(fault(bloom(), R"({"n_inner": 1024})"), HasSubstr("n_inner: 1024 found"));
  EXPECT_THAT(fault(bloom(), R"({"apply_residual_connection_post_layernorm": true})"),
              HasSubstr("true is not in this version"));
  EXPECT_THAT(fault(bloom(), R"({"n_embed": 1025})"), HasSubstr("16 heads do not divide"));
  EXPECT_THAT(fault(mpt(), "{}", "attn_config"), HasSubstr("attn_config: missing"));
  EXPECT_THAT(fault(mpt(), "{}", "expansion_ratio"), HasSubstr("expansion_ratio: missing"));
  EXPECT_THAT(fault(mpt(), R"({"expansion_ratio": 3})"), HasSubstr("expansion_ratio: 3 found"));
  EXPECT_THAT(fault(mpt(), "{}", "max_seq_len"), HasSubstr("max_seq_len: missing"));
  EXPECT_THAT(fault(mpt(), R"({"no_bias": false})"), HasSubstr("no_bias: false is not in"));
  EXPECT_THAT(fault(mpt(), R"({"norm_type": "rmsnorm"})"), HasSubstr("norm_type: 'rmsnorm'"));
  const auto attention = [](const std::string& changes) {
    return fault(mpt(), R"({"attn_config": )" + changes + "}");
  };
  EXPECT_THAT(attention(R"({"alibi": false})"), HasSubstr("attn_config: alibi: false is not in"));
  EXPECT_THAT(attention(R"({"qk_ln": true})"), HasSubstr("qk_ln: true is not in"));
  EXPECT_THAT(attention(R"({"prefix_lm": true})"), HasSubstr("prefix_lm: true is not in"));
  EXPECT_THAT(attention(R"({"rope": true})"), HasSubstr("rope: true is not in"));
  EXPECT_THAT(attention(R"({"sliding_window_size": 128})"), HasSubstr("sliding_window_size: not"));
  EXPECT_THAT(fault(mpt(), R"({"ffn_config": {"ffn_type": "mptglu"}})"),
              HasSubstr("ffn_config: ffn_type: 'mptglu' is not in"));
  EXPECT_THAT(fault(mpt(), R"({"ffn_config": 4})"), HasSubstr("ffn_config: no object"));
  EXPECT_THAT(attention(R"({"attn_type": "grouped_query_attention"})"), HasSubstr("attn_type: "));
  EXPECT_THAT(attention(R"({"attn_type": "multiquery_attention"})"), HasSubstr("attn_type: "));
  EXPECT_THAT(attention(R"({"kv_n_heads": 8})"), HasSubstr("attn_type: heads that share keys"));
  json silent = mpt();
  silent["attn_config"].erase("alibi");
  EXPECT_THAT(fault(silent, "{}"), HasSubstr("alibi: missing; libraries disagree"));
  json list = mpt();
  list["attn_config"] = json::array({1});
  EXPECT_THAT(fault(list, "{}"), HasSubstr("attn_config: missing, or no object"));
}

}  // namespace
}  // namespace ohm
