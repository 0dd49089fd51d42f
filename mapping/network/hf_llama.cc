// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_llama.h"

#include <fmt/format.h>

#include "mapping/network/hf_language_model.h"

namespace ohm {

HfKeyTable llama_keys() {
  return {{"n_layers", {"num_hidden_layers"}},
          {"d_model", {"hidden_size"}},
          {"n_heads", {"num_attention_heads"}},
          {"n_kv_heads", {"num_key_value_heads"}},
          {"head_dim", {"head_dim"}},
          {"d_ff", {"intermediate_size"}},
          {"context", {"max_position_embeddings"}},
          {"vocabulary", {"vocab_size"}},
          {"sliding_window", {"sliding_window"}},
          {"tied_head", {"tie_word_embeddings"}},
          {"activation", {"hidden_act"}},
          {"norm_epsilon", {"rms_norm_eps"}}};
}

HfKeyTable biased_llama_keys() {
  HfKeyTable keys = llama_keys();
  keys["qkv_bias"] = {"attention_bias"};
  return keys;
}

TransformerSpec read_llama(const HfReader& r, const std::string& family) {
  const JsonKeys& file = r.file();
  TransformerSpec s;
  s.family = family;
  s.n_layers = r.size("n_layers");
  s.d_model = r.size("d_model");
  s.n_heads = r.size("n_heads");
  s.d_ff = r.size("d_ff");
  s.context = r.size("context");
  s.vocabulary = r.size("vocabulary");
  s.tied_head = r.flag("tied_head", false);
  s.qkv_bias = s.out_bias = r.flag("qkv_bias", false);
  s.ffn_bias = r.flag("ffn_bias", false);
  s.gated_ffn = true;
  s.activation = r.activation(family == "bitnet" ? "relu2" : "silu", hf_activations());
  s.norm = "rmsnorm";
  s.positions = "rope";
  s.norm_epsilon = file.real("rms_norm_eps", 1e-6);
  return s;
}

void require_whole_heads(const HfReader& r, const TransformerSpec& s) {
  if (s.n_heads < 1 || s.d_model < 1 || s.d_model % s.n_heads == 0) return;
  r.file().refuse(r.key("n_heads"),
                  fmt::format("{} heads do not divide {} = {}; expected a divisor, whatever "
                              "head_dim is, as transformers does",
                              s.n_heads, r.key("d_model"), s.d_model));
}

void read_grouped_heads(const HfReader& r, TransformerSpec& s, bool may_miss) {
  s.n_kv_heads = may_miss ? r.size_or("n_kv_heads", s.n_heads) : r.size("n_kv_heads");
  const auto& root = r.file().root();
  // models that multiply by what they find (transformers 5.23)
  const bool fails = s.family == "bitnet" || s.family == "phi3" || s.family == "qwen2";
  if (fails && root.contains(r.key("head_dim")) && root.at(r.key("head_dim")).is_null()) {
    r.file().refuse(r.key("head_dim"), "null found; expected at least 1, or no such key");
  }
  s.head_dim = r.size_or("head_dim", 0);
}

}  // namespace ohm
