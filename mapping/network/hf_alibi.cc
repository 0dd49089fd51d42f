// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_alibi.h"

#include <fmt/format.h>

namespace ohm {
namespace {

constexpr Index kExpansion = 4;  // of the feed-forward part, of both families
// Files need not say how long sequences were in training: Le Scao et al., BLOOM, 2022, Table 3.
constexpr Index kBloomContext = 2048;

TransformerSpec read_alibi(const HfReader& r, const std::string& family) {
  TransformerSpec s;
  s.family = family;
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  s.vocabulary = r.size("vocabulary");
  s.d_ff = s.d_model > 0 && s.d_model < (Index{1} << 30) ? kExpansion * s.d_model : 0;
  s.positions = "alibi";
  s.tied_head = r.flag("tied_head", true);
  s.norm_epsilon = r.file().real(r.key("norm_epsilon"), 1e-5);
  return s;
}

void require(const JsonKeys& file, const std::string& key, bool expected, bool otherwise) {
  if (file.flag(key, otherwise) == expected) return;
  file.refuse(key, fmt::format("{} is not in this version; expected {}", !expected, expected));
}

/// attn_config of mpt.
JsonKeys attention_keys(const JsonKeys& file) {
  const char* key = "attn_config";
  if (!file.contains(key) || !file.root().at(key).is_object()) {
    file.refuse(key, "missing, or no object; expected one with alibi: true");
  }
  return {file.root().at(key).dump(), file.shown() + ": " + key};
}

/// ffn_config of mpt: two matrices and an activation.
void require_plain_ffn(const JsonKeys& file) {
  const char* key = "ffn_config";
  if (!file.contains(key)) return;
  if (!file.root().at(key).is_object()) file.refuse(key, "no object; expected ffn_type: mptmlp");
  const JsonKeys ffn(file.root().at(key).dump(), file.shown() + ": " + key);
  const std::string type = ffn.word({"ffn_type"}, "mptmlp");
  if (type == "mptmlp") return;
  ffn.refuse("ffn_type", fmt::format("'{}' is not in this version; expected mptmlp", type));
}

}  // namespace

HfKeyTable bloom_keys() {
  return {{"n_layers", {"n_layer", "num_hidden_layers"}},
          {"d_model", {"hidden_size", "n_embed"}},
          {"n_heads", {"n_head", "num_attention_heads"}},
          {"context", {"seq_length"}},
          {"vocabulary", {"vocab_size"}},
          {"d_ff", {"n_inner"}},
          {"tied_head", {"tie_word_embeddings"}},
          {"norm_epsilon", {"layer_norm_epsilon"}}};
}

HfKeyTable mpt_keys() {
  return {{"n_layers", {"n_layers", "num_hidden_layers"}},
          {"d_model", {"d_model", "hidden_size"}},
          {"n_heads", {"n_heads", "num_attention_heads"}},
          {"context", {"max_seq_len"}},
          {"vocabulary", {"vocab_size"}},
          {"d_ff", {"expansion_ratio"}},
          {"tied_head", {"tie_word_embeddings"}},
          {"norm_epsilon", {"layer_norm_epsilon"}}};
}

TransformerSpec read_bloom(const HfReader& r, const std::string& family) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_alibi(r, family);
  s.context = r.size_or("context", kBloomContext);
  require(file, "apply_residual_connection_post_layernorm", false, false);
  const Index inner = r.size_or("d_ff", s.d_ff);
  if (inner != s.d_ff) {
    file.refuse(r.key("d_ff"),
                fmt::format("{} found; expected null, or four times the width, {}", inner, s.d_ff));
  }
  s.embedding_norm = true;
  s.activation = "gelu_tanh";
  return s;
}

TransformerSpec read_mpt(const HfReader& r, const std::string& family) {
  const JsonKeys& file = r.file();
  TransformerSpec s = read_alibi(r, family);
  s.context = r.size("context");
  const JsonKeys attention = attention_keys(file);
  if (!attention.contains("alibi")) {
    attention.refuse("alibi", "missing; libraries disagree about its default; expected true");
  }
  require(attention, "alibi", true, true);
  require(attention, "qk_ln", false, false);
  require(attention, "prefix_lm", false, false);
  require(attention, "rope", false, false);
  if (attention.whole({"sliding_window_size"}, -1) != -1) {
    attention.refuse("sliding_window_size", "not in this version; expected -1");
  }
  require_plain_ffn(file);
  const std::string type = attention.word({"attn_type"}, "multihead_attention");
  const Index kv_heads = attention.whole({"kv_n_heads"}, s.n_heads);
  if (type != "multihead_attention" || kv_heads != s.n_heads) {
    attention.refuse("attn_type",
                     "heads that share keys are not in this version; expected "
                     "multihead_attention");
  }
  require(file, "no_bias", true, true);
  const std::string norm = file.word({"norm_type"}, "low_precision_layernorm");
  if (norm != "low_precision_layernorm" && norm != "layernorm") {
    file.refuse("norm_type", fmt::format("'{}' is not in this version; expected "
                                         "low_precision_layernorm or layernorm",
                                         norm));
  }
  if (const Index ratio = r.size("d_ff"); ratio != kExpansion) {
    file.refuse(r.key("d_ff"), fmt::format("{} found; expected {}", ratio, kExpansion));
  }
  s.norm_bias = s.qkv_bias = s.out_bias = s.ffn_bias = false;
  s.activation = "gelu";
  return s;
}

}  // namespace ohm
