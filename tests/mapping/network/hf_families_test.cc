// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_families.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/network/hf_config.h"
#include "mapping/network/parameter_count.h"
#include "mapping/schedule/workload.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json llama() {
  return json::parse(R"({"model_type": "llama", "architectures": ["LlamaForCausalLM"],
      "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": 8, "max_position_embeddings": 8192,
      "vocab_size": 128256, "rms_norm_eps": 1e-5, "hidden_act": "silu",
      "rope_theta": 500000.0, "rope_scaling": null, "tie_word_embeddings": false,
      "attention_bias": false, "torch_dtype": "bfloat16", "use_cache": true})");
}

json deepseek() {
  json keys = llama();
  keys.update(json::parse(R"({"model_type": "deepseek_v3", "hidden_size": 7168,
      "intermediate_size": 18432, "moe_intermediate_size": 2048, "num_hidden_layers": 61,
      "num_attention_heads": 128, "num_key_value_heads": 128, "n_routed_experts": 256,
      "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
      "moe_layer_freq": 1, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_rope_head_dim": 64,
      "qk_nope_head_dim": 128, "v_head_dim": 128, "topk_method": "noaux_tc", "vocab_size": 129280,
      "max_position_embeddings": 163840, "quantization_config": {"quant_method": "fp8"}})"));
  return keys;
}

TransformerSpec read(const json& keys) {
  return parse_hf_config(keys.dump(), "config.json");
}

TransformerSpec read(json keys, const std::string& changes) {
  keys.update(json::parse(changes));
  return read(keys);
}

std::string fault(json keys, const std::string& changes, const std::string& without = "") {
  keys.update(json::parse(changes));
  keys.erase(without);
  return tiny::message_of<ConfigError>([&] { read(keys); });
}

TEST(HfFamilies, ReadLlamaAndItsSuccessors) {
  EXPECT_EQ(parameter_count(read(llama())), 8030261248);
  const TransformerSpec mistral = read(llama(), R"({"model_type": "mistral", "vocab_size": 32000,
      "sliding_window": 4096})");
  EXPECT_EQ(parameter_count(mistral), 7241732096);
  EXPECT_EQ(mistral.sliding_window, 4096);
  const TransformerSpec qwen = read(llama(), R"({"model_type": "qwen2", "hidden_size": 896,
      "intermediate_size": 4864, "num_hidden_layers": 24, "num_attention_heads": 14,
      "num_key_value_heads": 2, "vocab_size": 151936, "tie_word_embeddings": true,
      "sliding_window": 32768, "use_sliding_window": false, "max_window_layers": 21})");
  EXPECT_EQ(parameter_count(qwen), 494032768);
  EXPECT_EQ(qwen.sliding_window, 0);
  const TransformerSpec phi = read(llama(), R"({"model_type": "phi3", "hidden_size": 3072,
      "intermediate_size": 8192, "num_key_value_heads": 32, "vocab_size": 32064,
      "sliding_window": 2047})");
  EXPECT_EQ(parameter_count(phi), 3821079552);
}

TEST(HfFamilies, ReadLayersThatSlideBehindThoseThatDoNot) {
  const TransformerSpec qwen = read(llama(), R"({"model_type": "qwen2", "sliding_window": 4096,
      "use_sliding_window": true, "max_window_layers": 21})");
  EXPECT_EQ(qwen.window_of(20), 0);
  EXPECT_EQ(qwen.window_of(21), 4096);
  EXPECT_EQ(qwen.window_of(31), 4096);
  EXPECT_EQ(qwen.widest_window(), 0);
  const TransformerSpec all = read(llama(), R"({"model_type": "qwen2", "sliding_window": 4096,
      "use_sliding_window": true, "max_window_layers": 0})");
  EXPECT_TRUE(all.layer_types.empty());
  EXPECT_EQ(all.widest_window(), 4096);
  EXPECT_EQ(read(llama(), R"({"model_type": "qwen2", "sliding_window": 4096,
      "use_sliding_window": true, "max_window_layers": 32})")
                .sliding_window,
            0);
  const std::string slides = R"({"model_type": "qwen2", "sliding_window": 4096,
      "use_sliding_window": true)";
  EXPECT_THAT(fault(llama(), slides + "}"), HasSubstr("max_window_layers: missing"));
  EXPECT_THAT(fault(llama(), slides + R"(, "max_window_layers": -1})"), HasSubstr("-1 found"));
  json turns = llama();
  turns["layer_types"] = std::vector<std::string>(32, "full_attention");
  turns["layer_types"][1] = "sliding_attention";
  EXPECT_EQ(read(turns, slides + "}").window_of(1), 4096);
  EXPECT_THAT(fault(turns, R"({"model_type": "qwen2"})"), HasSubstr("layer_types: "));
  EXPECT_THAT(fault(turns, R"({"model_type": "mistral", "sliding_window": 8})"),
              HasSubstr("the layers of this family do not take turns"));
}

TEST(HfFamilies, ReadExperts) {
  const TransformerSpec mixtral = read(llama(), R"({"model_type": "mixtral", "vocab_size": 32000,
      "num_local_experts": 8, "num_experts_per_tok": 2, "sliding_window": null})");
  EXPECT_EQ(parameter_count(mixtral), 46702792704);
  EXPECT_EQ(parameter_count(read(deepseek())),
            parameter_count(read(deepseek(), R"({"num_nextn_predict_layers": 1})")));
  EXPECT_NEAR(static_cast<double>(parameter_count(read(deepseek()))), 671.0e9, 0.05e9);
  EXPECT_EQ(read(deepseek(), R"({"q_lora_rank": null})").q_lora_rank, 0);
}

TEST(HfFamilies, ReadOptAndT5) {
  const auto opt = json::parse(R"({"model_type": "opt", "hidden_size": 1024, "ffn_dim": 4096,
      "num_hidden_layers": 24, "num_attention_heads": 16, "max_position_embeddings": 2048,
      "vocab_size": 50272, "word_embed_proj_dim": 512, "do_layer_norm_before": false,
      "activation_function": "relu"})");
  EXPECT_EQ(parameter_count(read(opt)), 331196416);
  const auto t5 = json::parse(R"({"model_type": "t5", "d_model": 512, "d_kv": 64, "d_ff": 2048,
      "num_layers": 6, "num_heads": 8, "vocab_size": 32128, "n_positions": 512,
      "relative_attention_num_buckets": 32, "is_encoder_decoder": true})");
  EXPECT_EQ(parameter_count(read(t5)), 60506624);
  EXPECT_EQ(fault(opt, R"({"word_embed_proj_dim": 0})"),
            "config.json: word_embed_proj_dim: 0 found; expected at least 1, or null");
  EXPECT_EQ(read(opt, R"({"word_embed_proj_dim": null})").embedding_dim, 0);
  EXPECT_EQ(fault(t5, R"({"d_kv": 0})"), "config.json: d_kv: 0 found; expected at least 1");
  EXPECT_THAT(fault(t5, R"({"d_kv": null})"), HasSubstr("d_kv: missing"));
  const TransformerSpec gated = read(t5, R"({"feed_forward_proj": "gated-gelu"})");
  EXPECT_TRUE(gated.gated_ffn);
  EXPECT_THAT(fault(t5, R"({"feed_forward_proj": "gated-tanh"})"), HasSubstr("feed_forward_proj"));
}

/// As the transformers library (5.23) writes T5Config(): without n_positions. Totals: parameters of
/// its T5ForConditionalGeneration of these sizes.
TEST(HfFamilies, ReadT5WithoutALimitOfPositions) {
  const auto t5 = json::parse(R"({"_name_or_path": "", "architectures": null,
      "classifier_dropout": 0.0, "d_ff": 2048, "d_kv": 64, "d_model": 512, "dense_act_fn": "relu",
      "dropout_rate": 0.1, "eos_token_id": 1, "feed_forward_proj": "relu",
      "initializer_factor": 1.0, "is_decoder": false, "is_encoder_decoder": true,
      "is_gated_act": false, "layer_norm_epsilon": 1e-06, "model_type": "t5",
      "num_decoder_layers": 6, "num_heads": 8, "num_layers": 6, "pad_token_id": 0,
      "relative_attention_max_distance": 128, "relative_attention_num_buckets": 32,
      "scale_decoder_outputs": true, "tie_word_embeddings": true, "use_cache": true,
      "vocab_size": 32128})");
  EXPECT_EQ(parameter_count(read(t5)), 60506624);
  EXPECT_EQ(parameter_count(read(t5, R"({"d_model": 768, "num_layers": 12, "num_heads": 12,
      "num_decoder_layers": 10, "feed_forward_proj": "gated-gelu"})")),
            204024576);
  EXPECT_EQ(parameter_count(read(t5, R"({"d_model": 1024, "d_kv": 128, "d_ff": 16384,
      "num_layers": 24, "num_heads": 32, "num_decoder_layers": null})")),
            2851598336);
  EXPECT_EQ(resolve(read(t5), {}).source, 512);
  EXPECT_EQ(resolve(read(t5), {Index{100000}, Index{2000}, 1, {}}).generate, 2000);
  EXPECT_EQ(read(t5, R"({"n_positions": 512})").context, 512);
  EXPECT_THAT(fault(t5, R"({"n_position": 512})"), HasSubstr("did you mean 'n_positions'"));
}

json qwen3() {
  json keys = llama();
  keys.update(json::parse(R"({"model_type": "qwen3", "architectures": ["Qwen3ForCausalLM"],
      "intermediate_size": 12288, "num_hidden_layers": 36, "head_dim": 128,
      "vocab_size": 151936, "max_position_embeddings": 40960, "use_sliding_window": false,
      "sliding_window": null, "max_window_layers": 36})"));
  return keys;
}

// Totals of this and the next test: parameters of the transformers library's models (5.23) of
// these sizes, tied ones once.
TEST(HfFamilies, ReadHeadNormsAndTheirExperts) {
  const TransformerSpec dense = read(qwen3());
  EXPECT_EQ(parameter_count(dense), 8190735360);
  EXPECT_TRUE(dense.head_norms);
  EXPECT_EQ(parameter_count(read(qwen3(), R"({"hidden_size": 1024, "intermediate_size": 3072,
      "num_hidden_layers": 28, "num_attention_heads": 16, "tie_word_embeddings": true})")),
            596049920);
  const json experts = json::parse(R"({"model_type": "qwen3_moe", "hidden_size": 2048,
      "intermediate_size": 6144, "num_hidden_layers": 48, "num_key_value_heads": 4,
      "num_experts": 128, "num_experts_per_tok": 8, "moe_intermediate_size": 768,
      "architectures": ["Qwen3MoeForCausalLM"], "mlp_only_layers": [], "decoder_sparse_step": 1})");
  const TransformerSpec moe = read(qwen3(), experts.dump());
  EXPECT_EQ(parameter_count(moe), 30532122624);
  EXPECT_EQ(moe.expert_d_ff, 768);
  json mixed = qwen3();
  mixed.update(experts);
  EXPECT_THAT(fault(mixed, R"({"mlp_only_layers": [3]})"), HasSubstr("mlp_only_layers"));
  EXPECT_THAT(fault(mixed, R"({"decoder_sparse_step": 2})"), HasSubstr("decoder_sparse_step"));
  EXPECT_THAT(fault(mixed, R"({"num_local_experts": 8})"), HasSubstr("num_local_experts"));
  EXPECT_THAT(fault(mixed, R"({"n_routed_experts": 8})"), HasSubstr("n_routed_experts: not in"));
  mixed.erase("num_experts");  // as transformers 5 saves it
  EXPECT_EQ(parameter_count(read(mixed, R"({"num_local_experts": 128})")), 30532122624);
  EXPECT_THAT(fault(qwen3(), "{}", "head_dim"), HasSubstr("head_dim: missing"));
}

TEST(HfFamilies, ReadGemmaAndStarcoder) {
  const json gemma = json::parse(R"({"model_type": "gemma", "hidden_size": 2048,
      "intermediate_size": 16384, "num_hidden_layers": 18, "num_attention_heads": 8,
      "num_key_value_heads": 1, "head_dim": 256, "vocab_size": 256000,
      "max_position_embeddings": 8192, "hidden_act": "gelu_pytorch_tanh"})");
  EXPECT_EQ(parameter_count(read(gemma)), 2506172416);
  EXPECT_EQ(read(gemma).activation, "gelu_tanh");
  EXPECT_EQ(parameter_count(read(gemma, R"({"hidden_size": 3072, "intermediate_size": 24576,
      "num_hidden_layers": 28, "num_attention_heads": 16, "num_key_value_heads": 16})")),
            8537680896);
  const json coder = json::parse(R"({"model_type": "starcoder2", "hidden_size": 3072,
      "intermediate_size": 12288, "num_hidden_layers": 30, "num_attention_heads": 24,
      "num_key_value_heads": 2, "vocab_size": 49152, "max_position_embeddings": 16384,
      "use_bias": true, "sliding_window": 4096})");
  const TransformerSpec starcoder = read(coder);
  EXPECT_EQ(parameter_count(starcoder), 3030371328);
  EXPECT_EQ(starcoder.sliding_window, 4096);
  EXPECT_FALSE(starcoder.gated_ffn);
  EXPECT_EQ(starcoder.norm, "layernorm");
}

TEST(HfFamilies, TakeBitnetsWeightsForTernary) {
  EXPECT_EQ(read(llama()).weight_levels, 0);
  EXPECT_EQ(read(llama(), R"({"quantization_config": {"quant_method": "bitnet"}})").weight_levels,
            3);
  EXPECT_THAT(fault(llama(), R"({"quantization_config": {"quant_method": "awq"}})"),
              HasSubstr("quantization_config: quant_method 'awq' is not in this version"));
  EXPECT_TRUE(read(llama(), R"({"model_type": "bitnet", "hidden_act": "relu2"})").sub_norms);
}

TEST(HfFamilies, GuessNoSize) {
  for (const char* key : {"hidden_size", "intermediate_size", "num_hidden_layers",
                          "num_attention_heads", "max_position_embeddings", "vocab_size"}) {
    EXPECT_THAT(fault(llama(), "{}", key),
                HasSubstr(std::string("config.json: ") + key + ": missing; expected it"));
  }
  EXPECT_THAT(fault(llama(), R"({"model_type": "mistral"})"), HasSubstr("sliding_window: missing"));
  EXPECT_THAT(fault(llama(), R"({"model_type": "mixtral", "sliding_window": null})"),
              HasSubstr("num_local_experts: missing"));
  EXPECT_THAT(fault(deepseek(), "{}", "q_lora_rank"), HasSubstr("q_lora_rank: missing"));
}

TEST(HfFamilies, SuggestTheKeyThatWasMeant) {
  EXPECT_THAT(fault(llama(), R"({"hiden_size": 4096})", "hidden_size"), HasSubstr("'hiden_size'"));
  EXPECT_THAT(fault(llama(), R"({"num_key_value_head": 8})", "num_key_value_heads"),
              HasSubstr("num_key_value_head: unknown key; did you mean 'num_key_value_heads'?"));
}

TEST(HfFamilies, RefuseLayersOfOtherArchitectures) {
  EXPECT_THAT(fault(llama(), R"({"num_local_experts": 8})"),
              HasSubstr("num_local_experts: not in"));
  EXPECT_THAT(fault(llama(), R"({"num_experts": 8})"), HasSubstr("num_experts: not in"));
  EXPECT_THAT(fault(llama(), R"({"layer_types": ["full_attention", "sliding_attention"]})"),
              HasSubstr("layer_types"));
  EXPECT_THAT(fault(deepseek(), R"({"moe_layer_freq": 2})"), HasSubstr("moe_layer_freq"));
  EXPECT_THAT(fault(deepseek(), R"({"topk_method": "softmax"})"), HasSubstr("topk_method"));
  EXPECT_THAT(fault(llama(), R"({"architectures": ["LlamaForSequenceClassification"]})"),
              HasSubstr("architectures: 'LlamaForSequenceClassification' is not in this version"));
  EXPECT_THAT(fault(llama(), R"({"architectures": "LlamaForCausalLM"})"),
              HasSubstr("architectures"));
  EXPECT_THAT(fault(llama(), R"({"hidden_act": "xielu"})"), HasSubstr("hidden_act: 'xielu'"));
}

TEST(HfFamilies, NameTheKeyOfABadSize) {
  EXPECT_THAT(fault(llama(), R"({"num_key_value_heads": 5})"),
              HasSubstr("config.json: num_key_value_heads: 5 heads"));
  EXPECT_THAT(fault(llama(), R"({"num_key_value_heads": 0})"), HasSubstr("num_key_value_heads: 0"));
  EXPECT_THAT(fault(llama(), R"({"hidden_size": -1})"), HasSubstr("hidden_size: -1"));
  EXPECT_THAT(fault(llama(), R"({"hidden_size": "4096"})"), HasSubstr("hidden_size: "));
  EXPECT_THAT(fault(llama(), R"({"num_hidden_layers": 9223372036854775807})"),
              HasSubstr("num_hidden_layers: "));
  EXPECT_THAT(fault(deepseek(), R"({"num_experts_per_tok": 257})"),
              HasSubstr("num_experts_per_tok: 257 of 256"));
  EXPECT_THAT(fault(deepseek(), R"({"n_routed_experts": 9000000})"), HasSubstr("n_routed_experts"));
}

/// What transformers (5.23) refuses, or fails in its first forward pass.
TEST(HfFamilies, RefuseWhatTheLibraryCannotRun) {
  for (const char* family : {"llama", "qwen2", "phi3"}) {
    json keys = llama();
    keys["model_type"] = family;
    EXPECT_THAT(fault(keys, R"({"head_dim": 127})"), HasSubstr("head_dim: 127 of a head's 127"));
    // 4064 / 32 = 127, where the file gives no head_dim
    EXPECT_THAT(fault(keys, R"({"hidden_size": 4064})"), HasSubstr("head_dim: 127 of a head's"));
    if (std::string(family) == "qwen2") continue;
    EXPECT_THAT(fault(keys, R"({"sliding_window": 0})"), HasSubstr("sliding_window: 0 found"));
  }
  EXPECT_THAT(fault(llama(), R"({"model_type": "mistral", "sliding_window": 0})"),
              HasSubstr("sliding_window: 0 found"));
  EXPECT_THAT(fault(llama(), R"({"hidden_size": 4100, "head_dim": 128})"),
              HasSubstr("num_attention_heads: 32 heads do not divide hidden_size = 4100"));
  EXPECT_NO_THROW(
      read(llama(), R"({"model_type": "qwen2", "hidden_size": 4100, "head_dim": 128})"));
  EXPECT_THAT(fault(llama(), R"({"model_type": "bitnet", "head_dim": 64})"),
              HasSubstr("head_dim: 32 heads, together 2048 wide"));
}

TEST(HfFamilies, RefuseGroupsOfExpertsThatTheLibraryCannotRun) {
  EXPECT_THAT(fault(deepseek(), R"({"qk_rope_head_dim": 63})"),
              HasSubstr("qk_rope_head_dim: 63 of a head's"));
  EXPECT_THAT(fault(deepseek(), R"({"num_key_value_heads": 64})"),
              HasSubstr("num_key_value_heads: 64 found; expected 128"));
  EXPECT_NO_THROW(read(deepseek(), R"({"n_group": 8, "topk_group": 4})"));
  EXPECT_NO_THROW(read(deepseek(), R"({"n_group": 128, "topk_group": 4})"));
  for (const char* groups : {"0", "7", "256"}) {  // V3 adds up the two best of a group
    EXPECT_THAT(fault(deepseek(), std::string(R"({"n_group": )") + groups + "}"),
                HasSubstr(std::string("n_group: ") + groups + " groups of 256"));
  }
  EXPECT_THAT(fault(deepseek(), R"({"n_group": 8, "topk_group": 9})"),
              HasSubstr("topk_group: 9 of 8"));
  const std::string v2 = R"("model_type": "deepseek_v2", "n_group": 256, "topk_method": )";
  EXPECT_NO_THROW(read(deepseek(), "{" + v2 + R"("group_limited_greedy", "topk_group": 8})"));
  EXPECT_NO_THROW(read(deepseek(), "{" + v2 + R"("greedy", "topk_group": null})"));
}

TEST(HfFamilies, RefuseBucketsThatTheLibraryCannotFill) {
  const auto t5 = json::parse(R"({"model_type": "t5", "d_model": 512, "d_kv": 64, "d_ff": 2048,
      "num_layers": 6, "num_heads": 8, "vocab_size": 32128,
      "relative_attention_num_buckets": 32})");
  EXPECT_NO_THROW(read(t5, R"({"relative_attention_num_buckets": 4})"));
  EXPECT_THAT(fault(t5, R"({"relative_attention_num_buckets": 3})"),
              HasSubstr("relative_attention_num_buckets: 3 found"));
  EXPECT_NO_THROW(read(t5, R"({"relative_attention_max_distance": 17})"));
  EXPECT_THAT(fault(t5, R"({"relative_attention_max_distance": 16})"),
              HasSubstr("relative_attention_max_distance: 16 found"));
}

TEST(HfFamilies, HeadsOfBitnetAreTheirOwnUnlessTheFileTiesThem) {
  const std::string words = R"({"model_type": "bitnet", "hidden_act": "relu2"})";
  json keys = llama();
  keys.erase("tie_word_embeddings");
  EXPECT_FALSE(read(keys, words).tied_head);  // BitNetConfig of transformers 5.23
}

TEST(HfFamilies, Phi3MayRotatePartOfAHead) {
  EXPECT_EQ(read(llama(), R"({"model_type": "phi3"})").rope_dim, 0);
  EXPECT_EQ(read(llama(), R"({"model_type": "phi3", "partial_rotary_factor": 0.75})").rope_dim, 96);
  EXPECT_THAT(fault(llama(), R"({"model_type": "phi3", "partial_rotary_factor": 0.12})"),
              HasSubstr("partial_rotary_factor: 15 of a head's 128"));
}

}  // namespace
}  // namespace ohm
