// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <utility>

#include "core/error.h"
#include "core/spelling.h"
#include "mapping/network/adapters.h"
#include "mapping/network/transformer_rules.h"

namespace ohm {
namespace {

const std::vector<std::string> kActivations{"gelu", "gelu_tanh", "relu", "silu", "relu2"};
const std::vector<std::string> kAdaptable{"qkv", "attn_out", "ffn_up", "ffn_gate", "ffn_down"};

constexpr double kMostLayers = 4096, kWidest = 1 << 20, kMostExperts = 1 << 14;

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

struct Size {
  const char* name;
  const char* meaning;
  double most;
  Index& value;
};

/// Sizes that a network may do without.
void optional_sizes(Visitor& v, std::initializer_list<Size> sizes) {
  for (const Size& s : sizes) v.value(Field(s.name, s.meaning).between(0, s.most), s.value);
}

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
  v.value(Field("d_ff", "inner width of the feed-forward part").must().between(1, kLongestSequence),
          s.d_ff);
  v.value(Field("context",
                "positions of a sequence; an image has its patches and "
                "the class token")
              .must()
              .between(1, kLongestSequence),
          s.context);
  v.rule(
      s.head_dim > 0 || s.is_latent() || (s.n_heads > 0 && s.d_model % s.n_heads == 0), "n_heads",
      fmt::format("{} heads do not divide d_model = {}; expected a divisor", s.n_heads, s.d_model));
}

void visit_inputs(TransformerSpec& s, Visitor& v) {
  optional_sizes(
      v,
      {{"vocabulary", "different tokens; 0 for images", kLongestSequence, s.vocabulary},
       {"token_types", "different token types of bert and roberta; else 0", kWidest, s.token_types},
       {"image_size", "height and width of an image in pixels; 0 for text", 1 << 14, s.image_size},
       {"patch_size", "height and width of a patch in pixels; 0 for text", 1 << 14, s.patch_size},
       {"channels", "colours of a pixel; 0 for text", 4096, s.channels}});
  v.value(Field("positions", "how tokens learn where they stand")
              .one_of({"learned", "rope", "relative", "alibi"})
              .later({"sinusoidal"}),
          s.positions);
  optional_sizes(
      v, {{"unused_positions", "rows of the position table before the first position", 1024,
           s.unused_positions},
          {"rope_dim", "rotated part of a head; 0: all of it", kWidest, s.rope_dim},
          {"relative_buckets", "t5: buckets of the position bias", kWidest, s.relative_buckets},
          {"embedding_dim", "width of the embedding table; 0: d_model", kWidest, s.embedding_dim}});
}

void visit_outputs(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_labels", "outputs of the classifier; 0: none").between(0, kWidest), s.n_labels);
  v.value(Field("pooler", "encoders: dense layer and tanh on the first token"), s.pooler);
  v.value(Field("masked_head",
                "bert and roberta: dense layer, activation, norm and a head over the vocabulary, "
                "of every token"),
          s.masked_head);
  v.value(Field("tied_head", "decoders and masked_head: the head shares the embedding table"),
          s.tied_head);
  v.value(Field("head_bias", "decoders: whether the head has a bias"), s.head_bias);
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
  v.value(Field("block",
                "feed-forward part behind attention (sequential) or beside it: parallel, or "
                "parallel_one_norm where one norm serves both")
              .one_of({"sequential", "parallel", "parallel_one_norm"}),
          s.block);
  v.value(Field("head_norms", "queries and keys are normalised head by head"), s.head_norms);
  v.value(Field("norm_epsilon", "added to the variance by layer normalisation").between(0, 1),
          s.norm_epsilon);
  v.value(Field("final_norm", "pre-norm models: normalise after the last layer"), s.final_norm);
  v.value(Field("norm_bias", "whether layer normalisations have a bias"), s.norm_bias);
  v.value(Field("embedding_norm", "decoders: normalise the embedding"), s.embedding_norm);
  v.value(Field("output_norms",
                "normalise what attention and feed-forward part add to the stream, too"),
          s.output_norms);
  v.value(Field("sub_norms", "bitnet: normalise before attn_out and ffn_down too"), s.sub_norms);
  v.value(Field("weight_levels", "values of a weight of the layers; 3: ternary; 0: a real number")
              .between(0, 1 << 16),
          s.weight_levels);
}

void visit_attention(TransformerSpec& s, Visitor& v) {
  optional_sizes(
      v, {{"n_kv_heads", "heads of keys and values, shared by groups of queries; 0: n_heads",
           kWidest, s.n_kv_heads},
          {"head_dim", "width of a head; 0: d_model / n_heads", kWidest, s.head_dim},
          {"sliding_window", "positions that a token sees at most; 0: all before it",
           kLongestSequence, s.sliding_window},
          {"n_decoder_layers", "t5: layers of the second stack", kMostLayers, s.n_decoder_layers},
          {"q_lora_rank", "latent attention: width of the compressed query; 0: a full matrix",
           kWidest, s.q_lora_rank},
          {"kv_lora_rank", "latent attention: width of compressed keys and values; 0: none",
           kWidest, s.kv_lora_rank},
          {"rope_head_dim", "latent attention: rotated part of a head", kWidest, s.rope_head_dim},
          {"nope_head_dim", "latent attention: part of a query that is not rotated", kWidest,
           s.nope_head_dim},
          {"v_head_dim", "latent attention: width of a head's value", kWidest, s.v_head_dim}});
  v.value(Field("layer_types",
                "sliding_attention or full_attention of the layers, from the start again behind "
                "the last one; none: all alike"),
          s.layer_types);
  v.value(Field("score_cap", "scores become cap tanh(score / cap); 0: they stay").between(0, 1e9),
          s.score_cap);
  v.value(Field("output_cap", "the same of the head's outputs").between(0, 1e9), s.output_cap);
}

void visit_experts(TransformerSpec& s, Visitor& v) {
  optional_sizes(
      v, {{"n_experts", "routed experts of a layer; 0: none", kMostExperts, s.n_experts},
          {"experts_per_token", "routed experts of a token", kMostExperts, s.experts_per_token},
          {"n_shared_experts", "experts that every token uses", kMostExperts, s.n_shared_experts},
          {"expert_d_ff", "inner width of an expert", kWidest, s.expert_d_ff},
          {"dense_layers", "first layers without experts", kMostLayers, s.dense_layers}});
  v.value(Field("router_bias", "one trained value per expert for the choice"), s.router_bias);
}

void visit_adapters(TransformerSpec& s, Visitor& v) {
  v.value(Field("lora_rank", "rank of low-rank adapters; 0: none").between(0, kWidest),
          s.lora_rank);
  v.value(Field("lora_parts", "matrices with an adapter, such as [qkv, attn_out]"), s.lora_parts);
  v.value(Field("lora_placement",
                "merged: adapters are part of the weights; beside: matrices of their own, which a "
                "token passes at run time")
              .one_of({"merged", "beside"}),
          s.lora_placement);
  v.rule(s.lora_placement == "merged" || s.lora_rank > 0, "lora_placement",
         "'beside' found without adapters; expected lora_rank and lora_parts too");
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
  const auto adapts = [&](const char* part) {
    return std::count(s.lora_parts.begin(), s.lora_parts.end(), part) > 0;
  };
  v.rule(!adapts_gate_with_up(s) || adapts("ffn_gate") == adapts("ffn_up"), "lora_parts",
         fmt::format("one of ffn_gate and ffn_up found, which {} stores as one matrix; expected "
                     "both or neither",
                     s.family));
  v.rule(s.lora_rank == 0 || (s.n_experts == 0 && !s.is_latent() && s.n_decoder_layers == 0),
         "lora_rank",
         "adapters of experts, latent attention and two stacks are not in this "
         "version; remove it");
}

}  // namespace

const std::vector<std::string>& network_families() {
  static const std::vector<std::string> families{
      "bert",    "bitnet",    "bloom",       "deepseek_v2", "deepseek_v3", "deit", "falcon",
      "gemma",   "gemma2",    "gemma3_text", "gpt2",        "gpt_neox",    "gptj", "llama",
      "mistral", "mixtral",   "mpt",         "opt",         "phi",         "phi3", "qwen2",
      "qwen3",   "qwen3_moe", "roberta",     "starcoder2",  "t5",          "vit"};
  return families;
}

bool is_executable(const TransformerSpec& spec) {
  return spec.family == "gpt2" || spec.family == "bert" || spec.family == "vit";
}

void require_executable(const TransformerSpec& spec) {
  if (is_executable(spec) && !spec.has_adapters()) return;
  if (is_executable(spec)) {
    throw ArgumentError(
        fmt::format("network {}: lora_placement: beside; numbers are computed of merged adapters "
                    "only: expected lora_placement: merged",
                    spec.name));
  }
  throw ArgumentError(fmt::format(
      "network {}: numbers of family '{}' are not computed in this version; expected gpt2, bert "
      "or vit: ask for its fit and its estimate instead",
      spec.name, spec.family));
}

Index TransformerSpec::window_of(Index layer) const {
  if (layer_types.empty()) return sliding_window;
  const auto place = static_cast<size_t>(layer) % layer_types.size();
  return layer_types[place] == "sliding_attention" ? sliding_window : 0;
}

Index TransformerSpec::widest_window() const {
  const Index different = std::min(n_layers, static_cast<Index>(std::ssize(layer_types)));
  for (Index layer = 0; layer < different; ++layer) {
    if (window_of(layer) == 0) return 0;
  }
  return sliding_window;
}

void TransformerSpec::visit(Visitor& v) {
  v.value(Field("name", "what it is called in results"), name);
  v.value(Field("aliases", "other names it answers to, such as its Hugging Face name"), aliases);
  v.value(Field("source", "publication the sizes are taken from"), source);
  v.value(Field("family", "architecture, as Hugging Face's model_type")
              .must()
              .one_of(network_families())
              .later({"qwen2_moe"}),
          family);
  visit_shape(*this, v);
  visit_inputs(*this, v);
  visit_outputs(*this, v);
  visit_operators(*this, v);
  visit_attention(*this, v);
  visit_experts(*this, v);
  visit_adapters(*this, v);
  check_rules(*this, v);
}

void check_spec(const TransformerSpec& spec, const std::string& where,
                const std::map<std::string, std::string>& keys) {
  TransformerSpec copy = spec;
  SpecChecker checker(where, keys);
  copy.visit(checker);
}

}  // namespace ohm
