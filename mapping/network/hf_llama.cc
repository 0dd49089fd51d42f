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
          {"qkv_bias", {"attention_bias"}},
          {"ffn_bias", {"mlp_bias"}},
          {"activation", {"hidden_act"}},
          {"norm_epsilon", {"rms_norm_eps"}}};
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
  s.tied_head = file.flag("tie_word_embeddings", false);
  s.qkv_bias = s.out_bias = file.flag("attention_bias", false);
  s.ffn_bias = file.flag("mlp_bias", false);
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

Index window_or_none(const HfReader& r) {
  const Index window = r.size_or("sliding_window", 0);
  if (window > 0 || !r.file().contains(r.key("sliding_window"))) return window;
  r.file().refuse(r.key("sliding_window"),
                  fmt::format("{} found; expected at least 1, or null: no window", window));
}

void read_grouped_heads(const HfReader& r, TransformerSpec& s, bool may_miss) {
  s.n_kv_heads = may_miss ? r.size_or("n_kv_heads", s.n_heads) : r.size("n_kv_heads");
  if (s.n_kv_heads == 0) r.file().refuse(r.key("n_kv_heads"), "0 found; expected at least 1");
  s.head_dim = r.size_or("head_dim", 0);
}

}  // namespace ohm
