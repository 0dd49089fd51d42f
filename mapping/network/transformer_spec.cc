// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kMostLayers = 4096, kWidest = 1 << 20, kLongest = 1 << 24;

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
  v.value(Field("n_layers", "number of layers (blocks)").must().between(1, kMostLayers),
          s.n_layers);
  v.value(Field("d_model", "length of a token's vector between layers").must().between(1, kWidest),
          s.d_model);
  v.value(Field("n_heads", "attention heads of a layer; a divisor of d_model")
              .must()
              .between(1, kWidest),
          s.n_heads);
  v.value(Field("d_ff", "inner width of the feed-forward part").must().between(1, kLongest),
          s.d_ff);
  v.value(Field("context",
                "positions the model has embeddings for; an image has its patches and "
                "the class token")
              .must()
              .between(1, kLongest),
          s.context);
  v.rule(
      s.n_heads > 0 && s.d_model % s.n_heads == 0, "n_heads",
      fmt::format("{} heads do not divide d_model = {}; expected a divisor", s.n_heads, s.d_model));
}

void visit_inputs(TransformerSpec& s, Visitor& v) {
  v.value(Field("vocabulary", "different tokens; 0 for images").between(0, kLongest), s.vocabulary);
  v.value(Field("token_types", "different token types of bert; else 0").between(0, kWidest),
          s.token_types);
  v.value(
      Field("image_size", "height and width of an image in pixels; 0 for text").between(0, 1 << 14),
      s.image_size);
  v.value(
      Field("patch_size", "height and width of a patch in pixels; 0 for text").between(0, 1 << 14),
      s.patch_size);
  v.value(Field("channels", "colours of a pixel; 0 for text").between(0, 4096), s.channels);
}

void visit_outputs(TransformerSpec& s, Visitor& v) {
  v.value(Field("n_labels", "outputs of the classifier; 0: none").between(0, kWidest), s.n_labels);
  v.value(Field("pooler", "bert: dense layer and tanh on the first token"), s.pooler);
  v.value(Field("tied_head", "gpt2: the head shares the embedding table"), s.tied_head);
}

void visit_operators(TransformerSpec& s, Visitor& v) {
  v.value(Field("qkv_bias", "whether query, key and value have a bias"), s.qkv_bias);
  v.value(Field("activation", "of the feed-forward part; gelu is the exact one (erf)")
              .one_of({"gelu", "gelu_tanh", "relu"})
              .later({"silu", "swiglu", "geglu", "quick_gelu"}),
          s.activation);
  v.value(Field("norm_placement",
                "normalise before (pre) or after (post) attention and "
                "feed-forward part")
              .one_of({"pre", "post"}),
          s.norm_placement);
  v.value(Field("norm_epsilon", "added to the variance by layer normalisation").between(0, 1),
          s.norm_epsilon);
}

void text_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.vocabulary > 0, "vocabulary",
         fmt::format("missing or 0; {} reads tokens; expected at least 1", s.family));
  v.rule(s.image_size == 0, "image_size", fmt::format("{} has no images; remove it", s.family));
  v.rule(s.patch_size == 0, "patch_size", fmt::format("{} has no patches; remove it", s.family));
  v.rule(s.channels == 0, "channels", fmt::format("{} has no pixels; remove it", s.family));
  v.rule(s.qkv_bias, "qkv_bias",
         fmt::format("false found; {} always has this bias; expected true", s.family));
}

void image_rules(const TransformerSpec& s, Visitor& v) {
  v.rule(s.vocabulary == 0, "vocabulary", "vit has no tokens; remove it");
  v.rule(s.image_size > 0, "image_size", "missing or 0; expected the pixels along one side");
  v.rule(s.patch_size > 0, "patch_size", "missing or 0; expected the pixels along one side");
  v.rule(s.channels > 0, "channels", "missing or 0; expected 1 (grey) or 3 (colour)");
  v.rule(s.patch_size > 0 && s.image_size % s.patch_size == 0, "patch_size",
         fmt::format("{} pixels do not divide the image's {}; expected a divisor", s.patch_size,
                     s.image_size));
  v.rule(s.context == s.patches() + 1, "context",
         fmt::format("{} found; expected {}: the patches and the class token", s.context,
                     s.patches() + 1));
}

void family_rules(const TransformerSpec& s, Visitor& v) {
  const bool bert = s.family == "bert", gpt2 = s.family == "gpt2";
  s.family == "vit" ? image_rules(s, v) : text_rules(s, v);
  v.rule(bert ? s.token_types > 0 : s.token_types == 0, "token_types",
         bert ? "missing or 0; bert has at least 1"
              : fmt::format("{} has no token types; remove it", s.family));
  v.rule(bert || !s.pooler, "pooler", fmt::format("{} has no pooler; remove it", s.family));
  v.rule(!bert || s.n_labels == 0 || s.pooler, "pooler",
         "false found; the classifier reads the pooler; expected true");
  v.rule(!gpt2 || s.n_labels == 0, "n_labels", "gpt2 has no classifier; remove it");
  v.rule(gpt2 || !s.tied_head, "tied_head",
         fmt::format("{} has no language-model head; remove it", s.family));
  const std::string placement = bert ? "post" : "pre";
  v.rule(s.norm_placement == placement, "norm_placement",
         fmt::format("'{}' found; {} has '{}'", s.norm_placement, s.family, placement));
}

}  // namespace

void TransformerSpec::visit(Visitor& v) {
  v.value(Field("name", "what it is called in results"), name);
  v.value(Field("aliases", "other names it answers to, such as its Hugging Face name"), aliases);
  v.value(Field("source", "publication the sizes are taken from"), source);
  v.value(Field("family", "architecture")
              .must()
              .one_of({"gpt2", "bert", "vit"})
              .later({"llama", "mistral", "mixtral", "qwen2", "qwen3", "opt", "gpt_neox", "deit",
                      "roberta", "t5"}),
          family);
  visit_shape(*this, v);
  visit_inputs(*this, v);
  visit_outputs(*this, v);
  visit_operators(*this, v);
  family_rules(*this, v);
}

void check_spec(const TransformerSpec& spec, const std::string& where,
                const std::map<std::string, std::string>& keys) {
  TransformerSpec copy = spec;
  SpecChecker checker(where, keys);
  copy.visit(checker);
}

Index parameter_count(const TransformerSpec& s) {
  const Index d = s.d_model, norm = 2 * d;
  const Index attention = 3 * d * d + (s.qkv_bias ? 3 * d : 0) + d * d + d;
  const Index feed_forward = 2 * d * s.d_ff + s.d_ff + d;
  const Index layers = s.n_layers * (attention + feed_forward + 2 * norm);
  const Index tables = (s.vocabulary + s.context + s.token_types) * d;
  const Index outer_norm = norm;  // gpt2 and vit: after the layers; bert: after the embedding
  const Index pooler = s.pooler ? d * d + d : 0;
  const Index classifier = s.n_labels > 0 ? (d + 1) * s.n_labels : 0;
  const Index head = s.is_decoder() && !s.tied_head ? d * s.vocabulary : 0;
  const Index patch = s.family == "vit" ? s.channels * s.patch_size * s.patch_size * d + d + d
                                        : 0;  // and class token
  return tables + outer_norm + layers + pooler + classifier + head + patch;
}

}  // namespace ohm
