// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/parameter_count.h"

#include <set>
#include <string>

#include "mapping/network/adapters.h"

namespace ohm {
namespace {

Index feed_forward_count(const TransformerSpec& s, Index inner) {
  const Index up = (s.gated_ffn ? 2 : 1) * (s.d_model * inner + (s.ffn_bias ? inner : 0));
  return up + inner * s.d_model + (s.ffn_bias ? s.d_model : 0) + (s.sub_norms ? inner : 0);
}

Index expert_layer_count(const TransformerSpec& s) {
  const Index experts = s.n_experts + s.n_shared_experts;
  return experts * feed_forward_count(s, s.expert_d_ff) + s.d_model * s.n_experts +
         (s.router_bias ? s.n_experts : 0);
}

/// DeepSeek-V2 (2024), 2.1: compressed queries and key-values with a norm each.
Index latent_attention_count(const TransformerSpec& s) {
  const Index query = s.n_heads * (s.nope_head_dim + s.rope_head_dim);
  const Index q = s.q_lora_rank > 0
                      ? s.d_model * s.q_lora_rank + s.q_lora_rank + s.q_lora_rank * query
                      : s.d_model * query;
  const Index kv = s.d_model * (s.kv_lora_rank + s.rope_head_dim) + s.kv_lora_rank +
                   s.kv_lora_rank * s.n_heads * (s.nope_head_dim + s.v_head_dim);
  // biases of what reads the stream, but not of a full query matrix, and of what returns to it
  const Index biases = (s.qkv_bias ? s.q_lora_rank + s.kv_lora_rank + s.rope_head_dim : 0) +
                       (s.out_bias ? s.d_model : 0);
  return q + kv + s.n_heads * s.v_head_dim * s.d_model + biases;
}

Index attention_count(const TransformerSpec& s) {
  if (s.is_latent()) return latent_attention_count(s);
  const Index merged = s.query_width() + 2 * s.kv_width();
  return s.d_model * merged + (s.qkv_bias ? merged : 0) + s.query_width() * s.d_model +
         (s.out_bias ? s.d_model : 0) + (s.sub_norms ? s.query_width() : 0) +
         (s.head_norms ? 2 * s.head_size() : 0);
}

Index layers_count(const TransformerSpec& s, Index norm) {
  const Index attention = attention_count(s);
  const Index dense = s.n_experts > 0 ? s.dense_layers : s.n_layers;
  const Index norms = (s.block == "parallel_one_norm" ? 1 : s.output_norms ? 4 : 2) * norm;
  const Index first = s.n_layers * (attention + norms) + dense * feed_forward_count(s, s.d_ff) +
                      (s.n_layers - dense) * (s.n_experts > 0 ? expert_layer_count(s) : 0);
  const Index second = 2 * attention + feed_forward_count(s, s.d_ff) + 3 * norm;
  return first + s.n_decoder_layers * second;
}

/// Dense layer, norm and output matrix; what is not tied has a bias that is stored twice, as in
/// the transformers library (5.23).
Index masked_head_count(const TransformerSpec& s, Index norm) {
  if (!s.masked_head) return 0;
  const Index output = s.tied_head ? s.vocabulary : s.vocabulary * (s.d_model + 2);
  return s.d_model * s.d_model + s.d_model + norm + output;
}

Index tables_count(const TransformerSpec& s) {
  const Index positions = s.positions == "learned" ? s.context + s.unused_positions : 0;
  const Index stacks = s.n_decoder_layers > 0 ? 2 : 1;
  return s.vocabulary * s.table_width() + (positions + s.token_types) * s.d_model +
         stacks * s.relative_buckets * s.n_heads;
}

/// Inputs of a part of a layer.
Index rows_of(const TransformerSpec& s, const std::string& part) {
  return part == "attn_out" ? s.query_width() : part == "ffn_down" ? s.d_ff : s.d_model;
}

}  // namespace

Index parameter_count(const TransformerSpec& s) {
  const Index d = s.d_model, norm = s.norm == "rmsnorm" || !s.norm_bias ? d : 2 * d;
  // pre-norm: after the layers of each stack; post-norm encoders: after the embedding
  const bool outer = s.norm_placement == "pre" ? s.final_norm : s.is_bert();
  const Index outer_norms =
      (outer ? (s.n_decoder_layers > 0 ? 2 : 1) * norm : 0) + (s.embedding_norm ? norm : 0);
  const Index pooler = s.pooler ? d * d + d : 0;
  const Index classifier = s.n_labels > 0 ? (d + 1) * s.n_labels : 0;
  const Index head = s.is_decoder() && !s.tied_head ? s.table_width() * s.vocabulary : 0;
  const Index head_bias = s.head_bias ? s.vocabulary : 0;
  const Index projections = s.embedding_dim > 0 ? 2 * d * s.embedding_dim : 0;
  const Index patch =
      s.is_image() ? s.channels * s.patch_size * s.patch_size * d + d + s.class_tokens() * d : 0;
  return tables_count(s) + outer_norms + layers_count(s, norm) + pooler + classifier + head +
         masked_head_count(s, norm) + head_bias + projections + patch;
}

Index adapter_parameter_count(const TransformerSpec& spec) {
  Index sides = 0;
  std::set<std::string> inputs;
  for (const std::string& part : spec.lora_parts) {
    for (const AdapterModule& module : adapter_modules(spec, part)) {
      sides += module.columns + (inputs.insert(module.input).second ? rows_of(spec, part) : 0);
    }
  }
  return spec.n_layers * spec.lora_rank * sides;
}

Index kv_values_per_token(const TransformerSpec& s) {
  if (!s.is_decoder()) return 0;
  return s.caching_layers() * (s.is_latent() ? s.kv_lora_rank + s.rope_head_dim : 2 * s.kv_width());
}

Index start_tokens(const TransformerSpec& s) {
  return s.n_decoder_layers > 0 ? 1 : 0;
}

}  // namespace ohm
