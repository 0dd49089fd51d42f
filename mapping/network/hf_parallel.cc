// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_parallel.h"

#include <fmt/format.h>

#include <map>

#include "mapping/network/hf_language_model.h"

namespace ohm {
namespace {

HfKeyTable hidden_keys() {
  return {{"n_layers", {"num_hidden_layers"}},      {"d_model", {"hidden_size"}},
          {"n_heads", {"num_attention_heads"}},     {"d_ff", {"intermediate_size"}},
          {"context", {"max_position_embeddings"}}, {"vocabulary", {"vocab_size"}},
          {"tied_head", {"tie_word_embeddings"}},   {"activation", {"hidden_act"}},
          {"norm_epsilon", {"layer_norm_eps"}}};
}

HfKeyTable gpt_neox_keys() {
  HfKeyTable keys = hidden_keys();
  keys["rope_dim"] = {"rotary_pct"};
  keys["qkv_bias"] = {"attention_bias"};
  return keys;
}

HfKeyTable phi_keys() {
  HfKeyTable keys = hidden_keys();
  keys["rope_dim"] = {"partial_rotary_factor"};
  keys["n_kv_heads"] = {"num_key_value_heads"};
  return keys;
}

HfKeyTable falcon_keys() {
  HfKeyTable keys = hidden_keys();
  keys["n_layers"] = {"num_hidden_layers", "n_layer"};
  keys["n_heads"] = {"num_attention_heads", "n_head"};
  keys["n_kv_heads"] = {"num_kv_heads"};
  keys["d_ff"] = {"ffn_hidden_size"};
  keys["activation"] = {"activation"};
  keys["norm_epsilon"] = {"layer_norm_epsilon"};
  return keys;
}

HfKeyTable gptj_keys() {
  return {{"n_layers", {"n_layer", "num_hidden_layers"}},
          {"d_model", {"n_embd", "hidden_size"}},
          {"n_heads", {"n_head", "num_attention_heads"}},
          {"d_ff", {"n_inner"}},
          {"context", {"n_positions", "max_position_embeddings"}},
          {"vocabulary", {"vocab_size"}},
          {"rope_dim", {"rotary_dim"}},
          {"tied_head", {"tie_word_embeddings"}},
          {"activation", {"activation_function"}},
          {"norm_epsilon", {"layer_norm_epsilon"}}};
}

/// The inner width; where the file leaves it to the library, four times that of the stream.
Index inner_width(const HfReader& r, const TransformerSpec& s) {
  const bool plain = s.d_model > 0 && s.d_model < (Index{1} << 30);  // 4 d_model fits
  return r.size_or("d_ff", plain ? 4 * s.d_model : 0);
}

/// What all of them share: decoders with layernorm and rotated positions.
TransformerSpec read_stream(const HfReader& r, const std::string& family) {
  TransformerSpec s;
  s.family = family;
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  // the published files of Falcon 7B and 40B leave theirs to the library
  s.context = family == "falcon" ? r.size_or("context", 2048) : r.size("context");
  s.vocabulary = r.size("vocabulary");
  s.positions = "rope";
  s.norm_epsilon = r.file().real(r.key("norm_epsilon"), 1e-5);
  return s;
}

TransformerSpec read_gpt_neox(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_stream(r, "gpt_neox");
  s.d_ff = r.size("d_ff");
  s.qkv_bias = s.out_bias = r.flag("qkv_bias", true);
  s.tied_head = r.flag("tied_head", false);
  s.block = file.flag("use_parallel_residual", true) ? "parallel" : "sequential";
  s.activation = r.activation("gelu", hf_activations());
  s.rope_dim = rotated_part(file, r.key("rope_dim"), 0.25, s);
  return s;
}

TransformerSpec read_gptj(const HfReader& r) {
  TransformerSpec s = read_stream(r, "gptj");
  s.d_ff = inner_width(r, s);
  s.qkv_bias = s.out_bias = false;
  s.tied_head = r.flag("tied_head", false);
  s.head_bias = true;
  s.block = "parallel_one_norm";
  s.activation = r.activation("gelu_new", hf_activations());
  s.rope_dim = r.size("rope_dim");
  return s;
}

TransformerSpec read_phi(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_stream(r, "phi");
  if (file.flag("qk_layernorm", false)) {
    file.refuse("qk_layernorm", "true is not in this version; expected false");
  }
  s.d_ff = r.size("d_ff");
  s.n_kv_heads = r.size_or("n_kv_heads", s.n_heads);
  s.tied_head = r.flag("tied_head", false);
  s.head_bias = true;
  s.block = "parallel_one_norm";
  s.activation = r.activation("gelu_new", hf_activations());
  s.rope_dim = rotated_part(file, r.key("rope_dim"), 0.5, s);
  return s;
}

/// null is false: the library asks whether it is set.
bool falcon_flag(const JsonKeys& file, const std::string& key, bool otherwise) {
  return file.flag(key, otherwise && !file.root().contains(key));
}

/// How attention and feed-forward part stand, but for what the library builds and cannot run.
std::string falcon_block(const JsonKeys& file, bool later) {
  const char* count = "num_ln_in_parallel_attn";
  const bool parallel = falcon_flag(file, "parallel_attn", true);
  if (later && !parallel) {
    file.refuse("parallel_attn",
                "false found beside new_decoder_architecture, which transformers cannot run; "
                "expected true");
  }
  const Index norms = file.whole({count}, later ? 2 : 1);
  if (parallel && norms != 1 && !(later && norms == 2)) {
    file.refuse(count, fmt::format("{} found; expected 1{}", norms,
                                   later ? " or 2" : ", or new_decoder_architecture: true"));
  }
  return !parallel ? "sequential" : norms == 2 ? "parallel" : "parallel_one_norm";
}

/// The first Falcon shares one head of keys or has as many as of queries; later ones say how many.
TransformerSpec read_falcon(const HfReader& r) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_stream(r, "falcon");
  if (falcon_flag(file, "alibi", false)) s.positions = "alibi";
  s.d_ff = inner_width(r, s);
  const bool later = falcon_flag(file, "new_decoder_architecture", false);
  if (later) {
    s.n_kv_heads = r.size("n_kv_heads");
  } else {
    s.n_kv_heads = falcon_flag(file, "multi_query", true) ? 1 : s.n_heads;
  }
  s.block = falcon_block(file, later);
  s.qkv_bias = s.out_bias = s.ffn_bias = falcon_flag(file, "bias", false);
  s.tied_head = r.flag("tied_head", true);
  s.activation = r.activation("gelu", hf_activations());
  return s;
}

struct Family {
  HfKeyTable keys;
  TransformerSpec (*read)(const HfReader&);
};

const std::map<std::string, Family>& families() {
  static const std::map<std::string, Family> all{{"falcon", {falcon_keys(), read_falcon}},
                                                 {"gpt_neox", {gpt_neox_keys(), read_gpt_neox}},
                                                 {"gptj", {gptj_keys(), read_gptj}},
                                                 {"phi", {phi_keys(), read_phi}}};
  return all;
}

}  // namespace

bool is_parallel_family(const std::string& family) {
  return families().contains(family);
}

const HfKeyTable& parallel_family_keys(const std::string& family) {
  return families().at(family).keys;
}

TransformerSpec read_parallel_family(const JsonKeys& file, const std::string& family) {
  const HfReader r(file, parallel_family_keys(family));
  require_language_model(file);
  TransformerSpec s = families().at(family).read(r);
  s.weight_levels = trained_levels(file);
  r.refuse_misspellings();
  return s;
}

}  // namespace ohm
