// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/spelling.h"

namespace ohm {
namespace {

constexpr double kMostExpertLayers = 1 << 17;

void text_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.vocabulary > 0, "vocabulary",
         fmt::format("missing or 0; {} reads tokens; expected at least 1", s.family));
  v.rule(s.image_size == 0, "image_size", fmt::format("{} has no images; remove it", s.family));
  v.rule(s.patch_size == 0, "patch_size", fmt::format("{} has no patches; remove it", s.family));
  v.rule(s.channels == 0, "channels", fmt::format("{} has no pixels; remove it", s.family));
  v.rule(s.qkv_bias || !is_executable(s), "qkv_bias",
         fmt::format("false found; {} always has this bias; expected true", s.family));
}

void image_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.vocabulary == 0, "vocabulary", fmt::format("{} has no tokens; remove it", s.family));
  v.rule(s.image_size > 0, "image_size", "missing or 0; expected the pixels along one side");
  v.rule(s.patch_size > 0, "patch_size", "missing or 0; expected the pixels along one side");
  v.rule(s.channels > 0, "channels", "missing or 0; expected 1 (grey) or 3 (colour)");
  v.rule(s.patch_size > 0 && s.image_size % s.patch_size == 0, "patch_size",
         fmt::format("{} pixels do not divide the image's {}; expected a divisor", s.patch_size,
                     s.image_size));
  v.rule(s.context == s.patches() + s.class_tokens(), "context",
         fmt::format("{} found; expected {}: the patches and the class token{}", s.context,
                     s.patches() + s.class_tokens(),
                     s.class_tokens() > 1 ? " and the distillation token" : ""));
}

void family_rules(const TransformerSpec& s, Visitor& v) {
  const bool bert = s.is_bert(), decoder = s.is_decoder();
  s.is_image() ? image_rules(s, v) : text_rules(s, v);
  v.rule(bert ? s.token_types > 0 : s.token_types == 0, "token_types",
         bert ? fmt::format("missing or 0; {} has at least 1", s.family)
              : fmt::format("{} has no token types; remove it", s.family));
  v.rule(!s.pooler || bert || (s.is_image() && s.n_labels == 0), "pooler",
         fmt::format("{} has no pooler{}; remove it", s.family,
                     decoder ? "" : " beside a classifier"));
  v.rule(!bert || s.n_labels == 0 || s.pooler, "pooler",
         "false found; the classifier reads the pooler; expected true");
  v.rule(!decoder || s.n_labels == 0, "n_labels",
         fmt::format("{} has no classifier; remove it", s.family));
  v.rule(bert || !s.masked_head, "masked_head",
         fmt::format("{} has no such head; remove it", s.family));
  v.rule(!s.masked_head || s.n_labels == 0 || s.n_labels == 2, "n_labels",
         fmt::format("{} found; beside masked_head it is 2: whether one sentence follows the other",
                     s.n_labels));
  v.rule(decoder || s.masked_head || !s.tied_head, "tied_head",
         fmt::format("{} has no language-model head; remove it", s.family));
  if (s.family == "opt") return;
  const std::string placement = bert ? "post" : "pre";
  v.rule(s.norm_placement == placement, "norm_placement",
         fmt::format("'{}' found; {} has '{}'", s.norm_placement, s.family, placement));
}

void attention_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.n_kv_heads == 0 || s.n_heads % s.n_kv_heads == 0, "n_kv_heads",
         fmt::format("{} heads of keys and values do not divide {} heads; expected a divisor",
                     s.n_kv_heads, s.n_heads));
  v.rule(s.sliding_window == 0 || s.is_decoder(), "sliding_window",
         fmt::format("{} sees all positions at once; remove it", s.family));
  const bool latent = s.is_latent();
  for (const auto& [key, size] : {std::pair<const char*, Index>{"rope_head_dim", s.rope_head_dim},
                                  {"nope_head_dim", s.nope_head_dim},
                                  {"v_head_dim", s.v_head_dim}}) {
    v.rule((size > 0) == latent, key,
           latent ? "missing or 0; latent attention (kv_lora_rank) has it"
                  : "found without kv_lora_rank; expected both or neither");
  }
  v.rule(latent || s.q_lora_rank == 0, "q_lora_rank",
         "found without kv_lora_rank; expected both or neither");
  v.rule(!latent || (s.n_kv_heads == 0 && s.head_dim == 0), "n_kv_heads",
         "found with kv_lora_rank; latent attention has no heads of keys; remove n_kv_heads and "
         "head_dim");
  v.rule(!latent || s.norm == "rmsnorm", "norm",
         "latent attention (kv_lora_rank) has rmsnorm; expected norm: rmsnorm");
  v.rule(!latent || (s.positions == "rope" && s.is_decoder()), "kv_lora_rank",
         "latent attention needs a decoder with positions: rope");
  const bool t5 = s.family == "t5";
  v.rule((s.n_decoder_layers > 0) == t5, "n_decoder_layers",
         t5 ? "missing or 0; t5 has two stacks"
            : fmt::format("{} has one stack; remove it", s.family));
  v.rule((s.positions == "relative") == t5, "positions",
         fmt::format("'{}' found; t5, and only t5, has 'relative'", s.positions));
  // Raffel et al. 2020: two directions, each with buckets for near and for far positions
  v.rule(t5 ? s.relative_buckets >= 4 : s.relative_buckets == 0, "relative_buckets",
         t5 ? fmt::format("{} found; t5 has at least 4", s.relative_buckets)
            : fmt::format("{} has none; remove it", s.family));
  v.rule(s.positions == "learned" || s.unused_positions == 0, "unused_positions",
         "there is no table of positions; remove it");
  v.rule(!t5 || !(s.qkv_bias || s.out_bias || s.ffn_bias), "family",
         "t5 has no biases; expected qkv_bias, out_bias and ffn_bias: false");
  v.rule(!s.sub_norms || (s.norm == "rmsnorm" && s.family == "bitnet" && s.n_experts == 0),
         "sub_norms", "only bitnet with rmsnorm has these; remove it");
  const Index width = s.n_heads > 0 ? s.query_width() : s.d_model;  // described only: no heads yet
  v.rule(!s.sub_norms || width == s.d_model, "head_dim",
         fmt::format("{} heads, together {} wide, are normalised as wide as d_model = {}; expected "
                     "one width",
                     s.n_heads, width, s.d_model));
}

/// Attention that layers take in turn.
void layer_type_rules(const TransformerSpec& s, Visitor& v) {
  const auto& types = s.layer_types;
  for (const std::string& type : types) {
    v.rule(type == "sliding_attention" || type == "full_attention", "layer_types",
           fmt::format("{} found; expected sliding_attention or full_attention", in_quotes(type)));
  }
  v.rule(
      static_cast<Index>(std::ssize(types)) <= s.n_layers, "layer_types",
      fmt::format("{} found for {} layers; expected at most one each", types.size(), s.n_layers));
  v.rule(types.empty() || (s.is_decoder() && s.n_decoder_layers == 0), "layer_types",
         fmt::format("{} sees all positions in every layer; remove it", s.family));
  const bool slides = std::count(types.begin(), types.end(), "sliding_attention") > 0;
  v.rule(types.empty() || slides == (s.sliding_window > 0), "sliding_window",
         slides ? "missing or 0; layer_types has layers that slide"
                : "found, and layer_types has no layer that slides; expected both or neither");
}

/// What is done to scores and to the head's outputs.
void score_rules(const TransformerSpec& s, Visitor& v) {
  const bool one_stack = s.is_decoder() && s.n_decoder_layers == 0;
  v.rule(s.positions != "alibi" || (one_stack && !s.is_latent()), "positions",
         "'alibi' found; only a decoder of one stack, without latent attention, has it");
  v.rule(s.score_cap == 0 || (one_stack && !s.is_latent()), "score_cap",
         "only a decoder of one stack, without latent attention, has it; remove it");
  v.rule(s.output_cap == 0 || one_stack, "output_cap",
         "only a decoder of one stack has it; remove it");
}

/// Norms beyond those of a layer.
void norm_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.norm_bias || (s.norm == "layernorm" && s.is_decoder()), "norm_bias",
         "false found; only layernorms of decoders may lack a bias; remove it");
  v.rule(!s.embedding_norm || (s.is_decoder() && s.n_decoder_layers == 0), "embedding_norm",
         fmt::format("{} does not have this as an option; remove it", s.family));
  v.rule(!s.output_norms || (s.norm_placement == "pre" && s.is_decoder() && !s.is_parallel() &&
                             s.n_decoder_layers == 0),
         "output_norms",
         "only a decoder of one stack that normalises first, with parts behind each other, has "
         "these; remove it");
}

/// Widths and counts that keep every total below 2^62, and the graph in memory.
void size_rules(const TransformerSpec& s, Visitor& v) {
  const auto heads = static_cast<double>(s.n_heads);
  const Index head =
      std::max({s.head_dim, s.rope_head_dim + s.nope_head_dim, s.nope_head_dim + s.v_head_dim});
  const double widest = static_cast<double>(head) * heads;
  v.rule(widest <= kLongestSequence, s.is_latent() ? "nope_head_dim" : "head_dim",
         fmt::format("{} heads found, together {:.3g} wide; expected at most {:.0f}", s.n_heads,
                     widest, kLongestSequence));
  const double experts =
      static_cast<double>(s.n_layers) * static_cast<double>(s.n_experts + s.n_shared_experts);
  v.rule(experts <= kMostExpertLayers, "n_experts",
         fmt::format("{:.3g} experts in all layers found; expected at most {:.0f}", experts,
                     kMostExpertLayers));
}

void expert_rules(const TransformerSpec& s, Visitor& v) {
  const bool routed = s.n_experts > 0;
  v.rule(routed ? s.experts_per_token > 0 && s.experts_per_token <= s.n_experts
                : s.experts_per_token == 0,
         "experts_per_token",
         fmt::format("{} of {} experts found; expected {}", s.experts_per_token, s.n_experts,
                     routed ? "from 1 to all of them" : "n_experts too"));
  v.rule(routed == (s.expert_d_ff > 0), "expert_d_ff",
         routed ? "missing or 0; experts have an inner width"
                : "found without n_experts; remove "
                  "it");
  v.rule(routed || (s.n_shared_experts == 0 && s.dense_layers == 0 && !s.router_bias), "n_experts",
         "missing or 0 beside shared experts, dense layers or a router bias; expected experts");
  v.rule(s.dense_layers == 0 || s.dense_layers < s.n_layers, "dense_layers",
         fmt::format("{} of {} layers found; expected at least one layer with experts",
                     s.dense_layers, s.n_layers));
  v.rule(!routed || (s.is_decoder() && s.n_decoder_layers == 0 && s.norm_placement == "pre"),
         "n_experts", fmt::format("{} has no experts; remove it", s.family));
}

/// Branches beside each other, norms of heads, and what is rotated.
void block_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(!s.is_parallel() || (s.norm_placement == "pre" && s.is_decoder() && !s.is_latent() &&
                              s.n_decoder_layers == 0),
         "block",
         fmt::format("'{}' found; only a decoder of one stack that normalises first, without "
                     "latent attention, has it; expected sequential",
                     s.block));
  v.rule(!s.head_norms || (s.norm == "rmsnorm" && !s.is_latent() && s.n_decoder_layers == 0),
         "head_norms",
         "only one stack with rmsnorm, without latent attention, has these; remove it");
  v.rule(s.rope_dim == 0 || (s.positions == "rope" && !s.is_latent()), "rope_dim",
         "only heads with positions: rope, without latent attention, have it; remove it");
  const Index head = s.n_heads > 0 ? s.head_size() : 0;  // a Spec that is only described has none
  v.rule(s.rope_dim <= head, "rope_dim",
         fmt::format("{} of a head's {} found; expected at most all of it", s.rope_dim, head));
  const Index rotated = s.is_latent() ? s.rope_head_dim : s.rope_dim > 0 ? s.rope_dim : head;
  v.rule(s.positions != "rope" || rotated % 2 == 0,
         s.is_latent()    ? "rope_head_dim"
         : s.rope_dim > 0 ? "rope_dim"
                          : "head_dim",
         fmt::format("{} of a head's {} are rotated, two by two; expected an even number", rotated,
                     s.is_latent() ? s.nope_head_dim + s.rope_head_dim : head));
  v.rule(!s.head_bias || (s.is_decoder() && s.n_decoder_layers == 0), "head_bias",
         fmt::format("{} has no such bias; remove it", s.family));
}

/// What run() computes has none of the newer features.
void executable_rules(const TransformerSpec& s, Visitor& v) {
  if (!is_executable(s)) return;
  const auto lacks = [&](bool absent, const char* key) {
    v.rule(absent, key, fmt::format("{} does not have this; remove it", s.family));
  };
  v.rule(s.activation.starts_with("gelu") || s.activation == "relu", "activation",
         fmt::format("'{}' found; {} has gelu, gelu_tanh or relu", s.activation, s.family));
  lacks(s.n_kv_heads == 0, "n_kv_heads");
  lacks(s.head_dim == 0, "head_dim");
  lacks(s.sliding_window == 0, "sliding_window");
  lacks(s.layer_types.empty(), "layer_types");
  lacks(s.score_cap == 0, "score_cap");
  lacks(s.output_cap == 0, "output_cap");
  lacks(s.norm_bias, "norm_bias");
  lacks(!s.embedding_norm, "embedding_norm");
  lacks(!s.output_norms, "output_norms");
  lacks(!s.gated_ffn, "gated_ffn");
  lacks(s.norm == "layernorm", "norm");
  lacks(s.positions == "learned", "positions");
  lacks(s.unused_positions == 0, "unused_positions");
  lacks(s.embedding_dim == 0, "embedding_dim");
  lacks(s.final_norm, "final_norm");
  lacks(!s.sub_norms, "sub_norms");
  lacks(!s.is_parallel(), "block");
  lacks(!s.head_norms, "head_norms");
  lacks(s.rope_dim == 0, "rope_dim");
  lacks(!s.head_bias, "head_bias");
  lacks(s.out_bias, "out_bias");
  lacks(s.ffn_bias, "ffn_bias");
  lacks(s.n_experts == 0, "n_experts");
  lacks(s.kv_lora_rank == 0, "kv_lora_rank");
}

}  // namespace

void check_rules(const TransformerSpec& spec, Visitor& v) {
  family_rules(spec, v);
  attention_rules(spec, v);
  layer_type_rules(spec, v);
  score_rules(spec, v);
  norm_rules(spec, v);
  expert_rules(spec, v);
  block_rules(spec, v);
  size_rules(spec, v);
  executable_rules(spec, v);
}

}  // namespace ohm
