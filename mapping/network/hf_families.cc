// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_families.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/spelling.h"
#include "mapping/network/hf_alibi.h"
#include "mapping/network/hf_gemma.h"
#include "mapping/network/hf_language_model.h"
#include "mapping/network/hf_layer_types.h"
#include "mapping/network/hf_llama.h"
#include "mapping/network/hf_parallel.h"
#include "mapping/network/hf_reader.h"
#include "mapping/network/transformer_rules.h"

namespace ohm {
namespace {

using Spellings = std::vector<std::string>;

HfKeyTable mixtral_keys() {
  HfKeyTable keys = llama_keys();
  keys["n_experts"] = {"num_local_experts"};
  keys["experts_per_token"] = {"num_experts_per_tok"};
  return keys;
}

HfKeyTable own_llama_keys() {
  HfKeyTable keys = biased_llama_keys();
  keys["ffn_bias"] = {"mlp_bias"};
  return keys;
}

HfKeyTable deepseek_keys() {
  HfKeyTable keys = biased_llama_keys();
  keys["n_experts"] = {"n_routed_experts"};
  keys["experts_per_token"] = {"num_experts_per_tok"};
  keys["n_shared_experts"] = {"n_shared_experts"};
  keys["expert_d_ff"] = {"moe_intermediate_size"};
  keys["dense_layers"] = {"first_k_dense_replace"};
  keys["q_lora_rank"] = {"q_lora_rank"};
  keys["kv_lora_rank"] = {"kv_lora_rank"};
  keys["rope_head_dim"] = {"qk_rope_head_dim"};
  keys["nope_head_dim"] = {"qk_nope_head_dim"};
  keys["v_head_dim"] = {"v_head_dim"};
  return keys;
}

HfKeyTable qwen3_moe_keys() {
  HfKeyTable keys = biased_llama_keys();
  keys["n_experts"] = {"num_experts", "num_local_experts"};  // the latter since transformers 5
  keys["experts_per_token"] = {"num_experts_per_tok"};
  keys["expert_d_ff"] = {"moe_intermediate_size"};
  return keys;
}

HfKeyTable phi3_keys() {
  HfKeyTable keys = llama_keys();
  keys["rope_dim"] = {"partial_rotary_factor"};
  return keys;
}

HfKeyTable starcoder2_keys() {
  HfKeyTable keys = llama_keys();
  keys["norm_epsilon"] = {"norm_epsilon"};
  return keys;
}

HfKeyTable opt_keys() {
  return {{"n_layers", {"num_hidden_layers"}},          {"d_model", {"hidden_size"}},
          {"n_heads", {"num_attention_heads"}},         {"d_ff", {"ffn_dim"}},
          {"context", {"max_position_embeddings"}},     {"vocabulary", {"vocab_size"}},
          {"embedding_dim", {"word_embed_proj_dim"}},   {"tied_head", {"tie_word_embeddings"}},
          {"norm_placement", {"do_layer_norm_before"}}, {"activation", {"activation_function"}}};
}

HfKeyTable t5_keys() {
  return {{"n_layers", {"num_layers", "num_hidden_layers"}},
          {"n_decoder_layers", {"num_decoder_layers"}},
          {"d_model", {"d_model", "hidden_size"}},
          {"n_heads", {"num_heads", "num_attention_heads"}},
          {"head_dim", {"d_kv"}},
          {"d_ff", {"d_ff"}},
          {"context", {"n_positions"}},
          {"vocabulary", {"vocab_size"}},
          {"relative_buckets", {"relative_attention_num_buckets"}},
          {"tied_head", {"tie_word_embeddings"}},
          {"activation", {"feed_forward_proj"}},
          {"norm_epsilon", {"layer_norm_epsilon"}}};
}

void require_word(const JsonKeys& file, const std::string& key,
                  const std::vector<std::string>& known) {
  const std::string word = file.word({key}, known.front());
  if (std::find(known.begin(), known.end(), word) != known.end()) return;
  file.refuse(key, fmt::format("{} is not in this version; expected one of: {}", in_quotes(word),
                               fmt::join(known, ", ")));
}

/// Keys that ask for parts which no family here has.
void refuse_foreign_parts(const JsonKeys& file, const HfKeyTable& known) {
  std::vector<std::string> keys{"use_parallel_residual", "parallel_attn", "alibi"};
  const auto own = known.find("n_experts");
  for (const char* key : {"num_experts", "num_local_experts", "n_routed_experts"}) {
    if (own == known.end() || std::ranges::count(own->second, key) == 0) keys.emplace_back(key);
  }
  for (const std::string& key : keys) {
    if (!file.contains(key) || file.root().at(key) == false || file.root().at(key) == 0) continue;
    file.refuse(key,
                "not in this version for this family; remove the key, or describe the shape "
                "in a YAML file");
  }
}

/// Layers slide from max_window_layers on; with experts all of them or none.
void read_qwen_window(const HfReader& r, const std::string& family, TransformerSpec& s) {
  const JsonKeys& file = r.file();
  if (!file.flag("use_sliding_window", false)) return;
  const char* key = "max_window_layers";
  const auto stated = stated_layer_types(file, s.n_layers);
  if (!file.contains(key) && stated.empty()) {
    file.refuse(key, "missing beside use_sliding_window; expected the first layer that slides");
  }
  const Index first = file.whole({key}, 0);
  if (first < 0 || (family == "qwen3_moe" && first > 0)) {
    file.refuse(key, fmt::format("{} found; expected {}", first,
                                 first < 0 ? "at least 0" : "0: layers of this family are alike"));
  }
  set_layer_types(r, stated.empty() ? sliding_behind(first, s.n_layers) : stated, s);
}

TransformerSpec read_dense(const HfReader& r, const std::string& family) {
  TransformerSpec s = read_llama(r, family);
  read_grouped_heads(r, s, family == "llama" || family == "phi3");
  if (family == "llama") require_whole_heads(r, s);
  if (family == "mistral" || family == "mixtral") r.stated_size("sliding_window", 0);
  const bool qwen = family.starts_with("qwen");
  const Index window = qwen ? 0 : r.size_or("sliding_window", 0);
  if (family != "llama" && family != "bitnet") s.sliding_window = window;
  if (family == "phi3") s.rope_dim = rotated_part(r.file(), r.key("rope_dim"), 1.0, s);
  if (family == "qwen2") {
    s.qkv_bias = true;
    s.out_bias = false;
  }
  if (qwen) read_qwen_window(r, family, s);
  if (family.starts_with("qwen3")) {
    s.head_norms = true;
    s.head_dim = r.size("head_dim");
  }
  s.sub_norms = family == "bitnet";
  if (s.layer_types.empty()) refuse_mixed_layers(r.file(), s.sliding_window > 0);
  return s;
}

TransformerSpec read_mixtral(const HfReader& r) {
  TransformerSpec s = read_dense(r, "mixtral");
  s.n_experts = r.size("n_experts");
  s.experts_per_token = r.size("experts_per_token");
  s.expert_d_ff = s.d_ff;
  return s;
}

TransformerSpec read_qwen3_moe(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_dense(r, "qwen3_moe");
  s.n_experts = r.size("n_experts");
  s.experts_per_token = r.size("experts_per_token");
  s.expert_d_ff = r.size("expert_d_ff");
  const char* dense = "mlp_only_layers";
  if (file.contains(dense) && !file.root().at(dense).empty()) {
    file.refuse(dense, "layers without experts among others are not in this version; expected []");
  }
  if (file.whole({"decoder_sparse_step"}, 1) != 1) {
    file.refuse("decoder_sparse_step",
                "layers that take turns are not in this version; expected 1");
  }
  return s;
}

TransformerSpec read_starcoder2(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_dense(r, "starcoder2");
  s.gated_ffn = false;
  s.norm = "layernorm";
  s.norm_epsilon = file.real("norm_epsilon", 1e-5);
  s.qkv_bias = s.out_bias = s.ffn_bias = file.flag("use_bias", true);
  s.tied_head = r.flag("tied_head", true);
  s.activation = r.activation("gelu_pytorch_tanh", hf_activations());
  return s;
}

/// Experts are chosen within groups, of which `topk_group` are looked into.
void require_groups(const JsonKeys& file, const TransformerSpec& s) {
  if (file.word({"topk_method"}, "") == "greedy") return;
  const Index groups = file.whole({"n_group"}, 1);
  // DeepSeek-V3 (2024), 2.1.2: a group's score is the sum of its two best
  const Index fewest = s.router_bias ? 2 : 1;
  if (groups < 1 || s.n_experts % groups != 0 || s.n_experts / groups < fewest) {
    file.refuse("n_group", fmt::format("{} groups of {} experts found; expected a divisor that "
                                       "leaves at least {} in each",
                                       groups, s.n_experts, fewest));
  }
  const Index chosen = file.whole({"topk_group"}, 1);
  if (chosen >= 1 && chosen <= groups) return;
  file.refuse("topk_group",
              fmt::format("{} of {} groups found; expected from 1 to all of them", chosen, groups));
}

TransformerSpec read_deepseek(const HfReader& r, const std::string& family) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_llama(r, family);
  s.n_experts = r.size("n_experts");
  s.experts_per_token = r.size("experts_per_token");
  s.n_shared_experts = r.count("n_shared_experts");
  s.expert_d_ff = r.size("expert_d_ff");
  s.dense_layers = r.count("dense_layers");
  s.q_lora_rank = r.stated_size("q_lora_rank", 0);
  s.kv_lora_rank = r.size("kv_lora_rank");
  s.rope_head_dim = r.size("rope_head_dim");
  s.nope_head_dim = r.size("nope_head_dim");
  s.v_head_dim = r.size("v_head_dim");
  if (file.whole({"moe_layer_freq"}, 1) != 1) {
    file.refuse("moe_layer_freq", "layers that take turns are not in this version; expected 1");
  }
  s.router_bias = family == "deepseek_v3";
  if (!s.router_bias && file.flag("mlp_bias", false)) {
    file.refuse("mlp_bias",
                "true is not in this version: routed experts have no biases beside parts that "
                "have; expected false");
  }
  require_word(file, "topk_method",
               s.router_bias ? Spellings{"noaux_tc"} : Spellings{"greedy", "group_limited_greedy"});
  require_groups(file, s);
  const Index kv_heads = r.size_or("n_kv_heads", s.n_heads);
  if (kv_heads != s.n_heads) {
    file.refuse(
        r.key("n_kv_heads"),
        fmt::format("{} found; expected {}: heads do not share latent keys", kv_heads, s.n_heads));
  }
  return s;
}

TransformerSpec read_opt(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s;
  s.family = "opt";
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  s.d_ff = r.size("d_ff");
  s.context = r.size("context");
  s.vocabulary = r.size("vocabulary");
  s.unused_positions = 2;
  const Index width = r.size_or("embedding_dim", s.d_model);
  s.embedding_dim = width == s.d_model ? 0 : width;
  s.tied_head = r.flag("tied_head", true);
  s.qkv_bias = s.out_bias = s.ffn_bias = file.flag("enable_bias", true);
  const bool before = file.flag("do_layer_norm_before", true);
  s.norm_placement = before ? "pre" : "post";
  s.final_norm = before && !file.flag("_remove_final_layer_norm", false);
  if (!file.flag("layer_norm_elementwise_affine", true)) {
    file.refuse("layer_norm_elementwise_affine", "false is not in this version; expected true");
  }
  s.activation = r.activation("relu", hf_activations());
  return s;
}

TransformerSpec read_t5(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s;
  s.family = "t5";
  s.n_layers = r.size("n_layers");
  s.n_decoder_layers = r.size_or("n_decoder_layers", s.n_layers);
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  s.head_dim = r.size("head_dim");
  s.d_ff = r.size("d_ff");
  // relative positions have no last one; only older files name the length of training
  s.context = r.size_or("context", static_cast<Index>(kLongestSequence));
  s.vocabulary = r.size("vocabulary");
  s.relative_buckets = r.size("relative_buckets");
  const char* farthest = "relative_attention_max_distance";
  if (const Index distance = file.whole({farthest}, 128); distance <= s.relative_buckets / 2) {
    file.refuse(farthest, fmt::format("{} found; expected more than half of the {} buckets: {}",
                                      distance, s.relative_buckets, s.relative_buckets / 2));
  }
  s.positions = "relative";
  s.norm = "rmsnorm";
  s.qkv_bias = s.out_bias = s.ffn_bias = false;
  s.tied_head = file.flag("tie_word_embeddings", true);
  s.norm_epsilon = file.real("layer_norm_epsilon", 1e-6);
  require_word(file, "feed_forward_proj", {"relu", "gated-gelu", "gated-silu"});
  const std::string form = file.word({"feed_forward_proj"}, "relu");
  s.gated_ffn = form != "relu";
  s.activation = form == "relu" ? "relu" : form == "gated-silu" ? "silu" : "gelu_tanh";
  return s;
}

/// Keys and reader of a family.
struct Family {
  HfKeyTable keys;
  TransformerSpec (*read)(const HfReader&, const std::string& name);
};

/// A reader that knows its family's name.
template <TransformerSpec (*kRead)(const HfReader&)>
TransformerSpec named(const HfReader& r, const std::string&) {
  return kRead(r);
}

const Family& family_of(const std::string& name) {
  static const std::map<std::string, Family> own{
      {"bitnet", {biased_llama_keys(), read_dense}},
      {"bloom", {bloom_keys(), read_bloom}},
      {"deepseek_v2", {deepseek_keys(), read_deepseek}},
      {"deepseek_v3", {deepseek_keys(), read_deepseek}},
      {"gemma", {biased_llama_keys(), read_gemma}},
      {"gemma2", {later_gemma_keys(), read_later_gemma}},
      {"gemma3_text", {later_gemma_keys(), read_later_gemma}},
      {"llama", {own_llama_keys(), read_dense}},
      {"mixtral", {mixtral_keys(), named<read_mixtral>}},
      {"mpt", {mpt_keys(), read_mpt}},
      {"opt", {opt_keys(), named<read_opt>}},
      {"phi3", {phi3_keys(), read_dense}},
      {"qwen3", {biased_llama_keys(), read_dense}},
      {"qwen3_moe", {qwen3_moe_keys(), named<read_qwen3_moe>}},
      {"starcoder2", {starcoder2_keys(), named<read_starcoder2>}},
      {"t5", {t5_keys(), named<read_t5>}}};
  static const Family dense{llama_keys(), read_dense};
  const auto found = own.find(name);
  return found == own.end() ? dense : found->second;
}

}  // namespace

const HfKeyTable& shape_family_keys(const std::string& family) {
  return is_parallel_family(family) ? parallel_family_keys(family) : family_of(family).keys;
}

TransformerSpec read_shape_family(const JsonKeys& file, const std::string& family) {
  if (is_parallel_family(family)) return read_parallel_family(file, family);
  const HfReader r(file, shape_family_keys(family));
  require_language_model(file);
  refuse_foreign_parts(file, shape_family_keys(family));
  TransformerSpec s = family_of(family).read(r, family);
  s.weight_levels = family == "bitnet" ? 3 : trained_levels(file);
  r.refuse_misspellings();
  return s;
}

}  // namespace ohm
