// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

const std::vector<std::string> kActivations{"gelu", "gelu_tanh", "relu", "silu", "relu2"};
const std::vector<std::string> kAdaptable{"qkv", "attn_out", "ffn_up", "ffn_gate", "ffn_down"};

constexpr double kMostLayers = 4096, kWidest = 1 << 20, kLongest = 1 << 24, kMostExperts = 1 << 14,
                 kMostExpertLayers = 1 << 17;

/// Reports the first field of a finished Spec that is out of range, or the first broken rule.
class SpecChecker : public Visitor {
 public:
  SpecChecker(const std::string& where, const std::map<std::string, std::string>& keys)
      : where_(where), keys_(keys) {}

  using Visitor::value;
  void value(const Field&, bool&) override {}
  void value(const Field& field, Index& value) override {
    check_range(field, static_cast<double>(value), fmt::format("{}", value));
  }
  void value(const Field& field, double& value) override {
    check_range(field, value, fmt::format("{}", value));
  }
  void value(const Field& field, std::string& value) override {
    const auto& words = field.choices;
    if (words.empty() || std::find(words.begin(), words.end(), value) != words.end()) return;
    refuse(field.name,
           fmt::format("'{}' found; expected one of: {}", value, fmt::join(words, ", ")));
  }
  void value(const Field&, std::vector<Index>&) override {}
  void value(const Field&, std::vector<double>&) override {}
  void value(const Field&, std::vector<std::string>&) override {}
  void entries(const Field&, std::vector<Override>&) override {}
  void quantity(const Field& field, double& si, Dimension) override { value(field, si); }
  void group(const Field&, const Walk& walk) override { walk(*this); }
  void component(const Field&, const std::string&, std::string&, const Walk& walk) override {
    walk(*this);
  }
  void list(const Field&, Index size, const std::function<void(Visitor&, Index)>& walk) override {
    for (Index i = 0; i < size; ++i) walk(*this, i);
  }
  void rule(bool holds, const std::string& key, const std::string& message) override {
    if (!holds) refuse(key, message);
  }

 private:
  void check_range(const Field& field, double number, const std::string& shown) const {
    if (std::isfinite(number) && field.allows(number)) return;
    const std::string expected =
        std::isfinite(field.maximum)
            ? fmt::format("from {:.0f} to {:.0f}", field.minimum, field.maximum)
            : fmt::format("of at least {}", field.minimum);
    refuse(field.name, fmt::format("{} found; expected a number {}", shown, expected));
  }
  [[noreturn]] void refuse(const std::string& name, const std::string& message) const {
    const auto shown = keys_.find(name);
    throw ConfigError(
        fmt::format("{}: {}: {}", where_, shown == keys_.end() ? name : shown->second, message));
  }

  const std::string& where_;
  const std::map<std::string, std::string>& keys_;
};

void visit_shape(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_layers", "number of layers (blocks); of the encoder where there are two stacks")
              .must()
              .between(1, kMostLayers),
          s.n_layers);
  v.value(Field("d_model", "length of a token's vector between layers").must().between(1, kWidest),
          s.d_model);
  v.value(Field("n_heads",
                "attention heads of a layer; a divisor of d_model unless head_dim is "
                "given")
              .must()
              .between(1, kWidest),
          s.n_heads);
  v.value(Field("d_ff", "inner width of the feed-forward part").must().between(1, kLongest),
          s.d_ff);
  v.value(Field("context",
                "positions of a sequence; an image has its patches and "
                "the class token")
              .must()
              .between(1, kLongest),
          s.context);
  v.rule(
      s.head_dim > 0 || s.is_latent() || (s.n_heads > 0 && s.d_model % s.n_heads == 0), "n_heads",
      fmt::format("{} heads do not divide d_model = {}; expected a divisor", s.n_heads, s.d_model));
}

void visit_inputs(TransformerSpec& s, Visitor& v) {
  v.value(Field("vocabulary", "different tokens; 0 for images").between(0, kLongest), s.vocabulary);
  v.value(
      Field("token_types", "different token types of bert and roberta; else 0").between(0, kWidest),
      s.token_types);
  v.value(
      Field("image_size", "height and width of an image in pixels; 0 for text").between(0, 1 << 14),
      s.image_size);
  v.value(
      Field("patch_size", "height and width of a patch in pixels; 0 for text").between(0, 1 << 14),
      s.patch_size);
  v.value(Field("channels", "colours of a pixel; 0 for text").between(0, 4096), s.channels);
  v.value(Field("positions", "how tokens learn where they stand")
              .one_of({"learned", "rope", "relative"})
              .later({"alibi", "sinusoidal"}),
          s.positions);
  v.value(Field("unused_positions", "rows of the position table before the first position")
              .between(0, 1024),
          s.unused_positions);
  v.value(Field("relative_buckets", "t5: buckets of the position bias").between(0, kWidest),
          s.relative_buckets);
  v.value(Field("embedding_dim", "width of the embedding table; 0: d_model").between(0, kWidest),
          s.embedding_dim);
}

void visit_outputs(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_labels", "outputs of the classifier; 0: none").between(0, kWidest), s.n_labels);
  v.value(Field("pooler", "bert: dense layer and tanh on the first token"), s.pooler);
  v.value(Field("tied_head", "decoders: the head shares the embedding table"), s.tied_head);
}

void visit_operators(TransformerSpec& s, Visitor& v) {
  v.value(Field("qkv_bias", "whether query, key and value have a bias"), s.qkv_bias);
  v.value(Field("out_bias", "whether attention's output has a bias"), s.out_bias);
  v.value(Field("ffn_bias", "whether the feed-forward part has biases"), s.ffn_bias);
  v.value(Field("activation",
                "of the feed-forward part; gelu is the exact one (erf), relu2 the "
                "square of relu")
              .one_of(kActivations)
              .later({"swiglu", "geglu", "quick_gelu"}),
          s.activation);
  v.value(Field("gated_ffn", "a second matrix whose activated outputs gate those of the first"),
          s.gated_ffn);
  v.value(Field("norm",
                "layer normalisation, or root-mean-square normalisation without mean and "
                "bias")
              .one_of({"layernorm", "rmsnorm"}),
          s.norm);
  v.value(Field("norm_placement",
                "normalise before (pre) or after (post) attention and "
                "feed-forward part")
              .one_of({"pre", "post"}),
          s.norm_placement);
  v.value(Field("norm_epsilon", "added to the variance by layer normalisation").between(0, 1),
          s.norm_epsilon);
  v.value(Field("final_norm", "pre-norm models: normalise after the last layer"), s.final_norm);
  v.value(Field("sub_norms", "bitnet: normalise before attn_out and ffn_down too"), s.sub_norms);
  v.value(Field("weight_levels", "values of a weight of the layers; 3: ternary; 0: a real number")
              .between(0, 1 << 16),
          s.weight_levels);
}

void visit_attention(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_kv_heads", "heads of keys and values, shared by groups of queries; 0: n_heads")
              .between(0, kWidest),
          s.n_kv_heads);
  v.value(Field("head_dim", "width of a head; 0: d_model / n_heads").between(0, kWidest),
          s.head_dim);
  v.value(Field("sliding_window", "positions that a token sees at most; 0: all before it")
              .between(0, kLongest),
          s.sliding_window);
  v.value(Field("n_decoder_layers", "t5: layers of the second stack").between(0, kMostLayers),
          s.n_decoder_layers);
  v.value(Field("q_lora_rank", "latent attention: width of the compressed query; 0: a full matrix")
              .between(0, kWidest),
          s.q_lora_rank);
  v.value(Field("kv_lora_rank", "latent attention: width of compressed keys and values; 0: none")
              .between(0, kWidest),
          s.kv_lora_rank);
  v.value(Field("rope_head_dim", "latent attention: rotated part of a head").between(0, kWidest),
          s.rope_head_dim);
  v.value(Field("nope_head_dim", "latent attention: part of a query that is not rotated")
              .between(0, kWidest),
          s.nope_head_dim);
  v.value(Field("v_head_dim", "latent attention: width of a head's value").between(0, kWidest),
          s.v_head_dim);
}

void visit_experts(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_experts", "routed experts of a layer; 0: none").between(0, kMostExperts),
          s.n_experts);
  v.value(Field("experts_per_token", "routed experts of a token").between(0, kMostExperts),
          s.experts_per_token);
  v.value(Field("n_shared_experts", "experts that every token uses").between(0, kMostExperts),
          s.n_shared_experts);
  v.value(Field("expert_d_ff", "inner width of an expert").between(0, kWidest), s.expert_d_ff);
  v.value(Field("dense_layers", "first layers without experts").between(0, kMostLayers),
          s.dense_layers);
  v.value(Field("router_bias", "one trained value per expert for the choice"), s.router_bias);
}

void visit_adapters(TransformerSpec& s, Visitor& v) {
  v.value(Field("lora_rank", "rank of low-rank adapters; 0: none").between(0, kWidest),
          s.lora_rank);
  v.value(Field("lora_parts", "matrices with an adapter, such as [qkv, attn_out]"), s.lora_parts);
  v.rule((s.lora_rank > 0) == !s.lora_parts.empty(), "lora_parts",
         "adapters need both lora_rank and lora_parts; give both or neither");
  for (const std::string& part : s.lora_parts) {
    const bool gate = part != "ffn_gate" || s.gated_ffn;
    const bool known = std::find(kAdaptable.begin(), kAdaptable.end(), part) != kAdaptable.end();
    v.rule(known && gate, "lora_parts",
           fmt::format("{} found; expected parts of this network, of: {}{}", in_quotes(part),
                       fmt::join(kAdaptable, ", "), did_you_mean(part, kAdaptable)));
    v.rule(std::count(s.lora_parts.begin(), s.lora_parts.end(), part) == 1, "lora_parts",
           fmt::format("{} found twice; expected once", in_quotes(part)));
  }
  v.rule(s.lora_rank == 0 || (s.n_experts == 0 && !s.is_latent() && s.n_decoder_layers == 0),
         "lora_rank",
         "adapters of experts, latent attention and two stacks are not in this "
         "version; remove it");
}

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
  v.rule(bert || !s.pooler, "pooler", fmt::format("{} has no pooler; remove it", s.family));
  v.rule(!bert || s.n_labels == 0 || s.pooler, "pooler",
         "false found; the classifier reads the pooler; expected true");
  v.rule(!decoder || s.n_labels == 0, "n_labels",
         fmt::format("{} has no classifier; remove it", s.family));
  v.rule(decoder || !s.tied_head, "tied_head",
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
  v.rule(!latent || (!s.qkv_bias && !s.out_bias && s.norm == "rmsnorm"), "kv_lora_rank",
         "latent attention has no biases and rmsnorm; expected qkv_bias: false, out_bias: false, "
         "norm: rmsnorm");
  v.rule(!latent || (s.positions == "rope" && s.is_decoder()), "kv_lora_rank",
         "latent attention needs a decoder with positions: rope");
  const bool t5 = s.family == "t5";
  v.rule((s.n_decoder_layers > 0) == t5, "n_decoder_layers",
         t5 ? "missing or 0; t5 has two stacks"
            : fmt::format("{} has one stack; remove it", s.family));
  v.rule((s.positions == "relative") == t5, "positions",
         fmt::format("'{}' found; t5, and only t5, has 'relative'", s.positions));
  v.rule((s.relative_buckets > 0) == t5, "relative_buckets",
         t5 ? "missing or 0; t5 has at least 1" : fmt::format("{} has none; remove it", s.family));
  v.rule(s.positions == "learned" || s.unused_positions == 0, "unused_positions",
         "there is no table of positions; remove it");
  v.rule(!t5 || !(s.qkv_bias || s.out_bias || s.ffn_bias), "family",
         "t5 has no biases; expected qkv_bias, out_bias and ffn_bias: false");
  v.rule(!s.sub_norms || (s.norm == "rmsnorm" && s.family == "bitnet" && s.n_experts == 0),
         "sub_norms", "only bitnet with rmsnorm has these; remove it");
}

/// Widths and counts that keep every total below 2^62, and the graph in memory.
void size_rules(const TransformerSpec& s, Visitor& v) {
  const auto heads = static_cast<double>(s.n_heads);
  const Index head =
      std::max({s.head_dim, s.rope_head_dim + s.nope_head_dim, s.nope_head_dim + s.v_head_dim});
  const double widest = static_cast<double>(head) * heads;
  v.rule(widest <= kLongest, s.is_latent() ? "nope_head_dim" : "head_dim",
         fmt::format("{} heads found, together {:.3g} wide; expected at most {:.0f}", s.n_heads,
                     widest, kLongest));
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
  lacks(!s.gated_ffn, "gated_ffn");
  lacks(s.norm == "layernorm", "norm");
  lacks(s.positions == "learned", "positions");
  lacks(s.unused_positions == 0, "unused_positions");
  lacks(s.embedding_dim == 0, "embedding_dim");
  lacks(s.final_norm, "final_norm");
  lacks(!s.sub_norms, "sub_norms");
  lacks(s.out_bias, "out_bias");
  lacks(s.ffn_bias, "ffn_bias");
  lacks(s.n_experts == 0, "n_experts");
  lacks(s.kv_lora_rank == 0, "kv_lora_rank");
}

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
  return q + kv + s.n_heads * s.v_head_dim * s.d_model;
}

Index attention_count(const TransformerSpec& s) {
  if (s.is_latent()) return latent_attention_count(s);
  const Index merged = s.query_width() + 2 * s.kv_width();
  return s.d_model * merged + (s.qkv_bias ? merged : 0) + s.query_width() * s.d_model +
         (s.out_bias ? s.d_model : 0) + (s.sub_norms ? s.query_width() : 0);
}

Index layers_count(const TransformerSpec& s, Index norm) {
  const Index attention = attention_count(s);
  const Index dense = s.n_experts > 0 ? s.dense_layers : s.n_layers;
  const Index first = s.n_layers * (attention + 2 * norm) + dense * feed_forward_count(s, s.d_ff) +
                      (s.n_layers - dense) * (s.n_experts > 0 ? expert_layer_count(s) : 0);
  const Index second = 2 * attention + feed_forward_count(s, s.d_ff) + 3 * norm;
  return first + s.n_decoder_layers * second;
}

Index tables_count(const TransformerSpec& s) {
  const Index positions = s.positions == "learned" ? s.context + s.unused_positions : 0;
  const Index stacks = s.n_decoder_layers > 0 ? 2 : 1;
  return s.vocabulary * s.table_width() + (positions + s.token_types) * s.d_model +
         stacks * s.relative_buckets * s.n_heads;
}

Index sides_of(const TransformerSpec& s, const std::string& part) {
  if (part == "qkv") return s.d_model + s.query_width() + 2 * s.kv_width();
  return part == "attn_out" ? s.query_width() + s.d_model : s.d_model + s.d_ff;
}

}  // namespace

const std::vector<std::string>& network_families() {
  static const std::vector<std::string> families{
      "bert",    "bitnet", "deepseek_v2", "deepseek_v3", "deit",    "gpt2", "llama", "mistral",
      "mixtral", "opt",    "phi3",        "qwen2",       "roberta", "t5",   "vit"};
  return families;
}

bool is_executable(const TransformerSpec& spec) {
  return spec.family == "gpt2" || spec.family == "bert" || spec.family == "vit";
}

void require_executable(const TransformerSpec& spec) {
  if (is_executable(spec)) return;
  throw ArgumentError(fmt::format(
      "network {}: numbers of family '{}' are not computed in this version; expected gpt2, bert "
      "or vit: ask for its fit and its estimate instead",
      spec.name, spec.family));
}

void TransformerSpec::visit(Visitor& v) {
  v.value(Field("name", "what it is called in results"), name);
  v.value(Field("aliases", "other names it answers to, such as its Hugging Face name"), aliases);
  v.value(Field("source", "publication the sizes are taken from"), source);
  v.value(Field("family", "architecture, as Hugging Face's model_type")
              .must()
              .one_of(network_families())
              .later({"qwen3", "gpt_neox", "gptj", "falcon", "gemma", "phi", "qwen2_moe", "bloom"}),
          family);
  visit_shape(*this, v);
  visit_inputs(*this, v);
  visit_outputs(*this, v);
  visit_operators(*this, v);
  visit_attention(*this, v);
  visit_experts(*this, v);
  visit_adapters(*this, v);
  family_rules(*this, v);
  attention_rules(*this, v);
  expert_rules(*this, v);
  size_rules(*this, v);
  executable_rules(*this, v);
}

void check_spec(const TransformerSpec& spec, const std::string& where,
                const std::map<std::string, std::string>& keys) {
  TransformerSpec copy = spec;
  SpecChecker checker(where, keys);
  copy.visit(checker);
}

Index parameter_count(const TransformerSpec& s) {
  const Index d = s.d_model, norm = s.norm == "rmsnorm" ? d : 2 * d;
  // pre-norm: after the layers of each stack; post-norm encoders: after the embedding
  const bool outer = s.norm_placement == "pre" ? s.final_norm : s.is_bert();
  const Index outer_norms = outer ? (s.n_decoder_layers > 0 ? 2 : 1) * norm : 0;
  const Index pooler = s.pooler ? d * d + d : 0;
  const Index classifier = s.n_labels > 0 ? (d + 1) * s.n_labels : 0;
  const Index head = s.is_decoder() && !s.tied_head ? s.table_width() * s.vocabulary : 0;
  const Index projections = s.embedding_dim > 0 ? 2 * d * s.embedding_dim : 0;
  const Index patch =
      s.is_image() ? s.channels * s.patch_size * s.patch_size * d + d + s.class_tokens() * d : 0;
  return tables_count(s) + outer_norms + layers_count(s, norm) + pooler + classifier + head +
         projections + patch;
}

Index adapter_parameter_count(const TransformerSpec& spec) {
  Index sides = 0;
  for (const std::string& part : spec.lora_parts) sides += sides_of(spec, part);
  return spec.n_layers * spec.lora_rank * sides;
}

Index kv_values_per_token(const TransformerSpec& s) {
  if (!s.is_decoder()) return 0;
  return s.caching_layers() * (s.is_latent() ? s.kv_lora_rank + s.rope_head_dim : 2 * s.kv_width());
}

}  // namespace ohm
