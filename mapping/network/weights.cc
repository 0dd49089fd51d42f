// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/weights.h"

#include <fmt/format.h>

#include <map>
#include <string>

#include "core/error.h"
#include "mapping/network/tensor_source.h"

namespace ohm {
namespace {

/// How one family calls its tensors. "{}" stands for the number of the layer.
struct Names {
  std::string layers;                           ///< what stands before a layer's number
  std::map<std::string, std::string> in_layer;  ///< by operator: "attn.out" -> "attn.c_proj"
  std::map<std::string, std::string> outside;   ///< by operator
  bool linear = true;                           ///< matrices are stored (columns, rows)
};

const Names& names_of(const std::string& family) {
  static const std::map<std::string, Names> table{
      {"gpt2",
       {"h.",
        {{"norm1", "ln_1"},
         {"attn.qkv", "attn.c_attn"},
         {"attn.out", "attn.c_proj"},
         {"norm2", "ln_2"},
         {"ffn.up", "mlp.c_fc"},
         {"ffn.down", "mlp.c_proj"}},
        {{"norm", "ln_f"}, {"head", "lm_head"}},
        false}},
      {"bert",
       {"encoder.layer.",
        {{"attn.qkv", "attention.self."},
         {"attn.out", "attention.output.dense"},
         {"norm1", "attention.output.LayerNorm"},
         {"ffn.up", "intermediate.dense"},
         {"ffn.down", "output.dense"},
         {"norm2", "output.LayerNorm"}},
        {{"norm", "embeddings.LayerNorm"},
         {"pooler", "pooler.dense"},
         {"head.dense", "cls.predictions.transform.dense"},
         {"head.norm", "cls.predictions.transform.LayerNorm"},
         {"head", "classifier"}},
        true}},
      {"vit",
       {"encoder.layer.",
        {{"norm1", "layernorm_before"},
         {"attn.qkv", "attention.attention."},
         {"attn.out", "attention.output.dense"},
         {"norm2", "layernorm_after"},
         {"ffn.up", "intermediate.dense"},
         {"ffn.down", "output.dense"}},
        {{"patch", "embeddings.patch_embeddings.projection"},
         {"norm", "layernorm"},
         {"head", "classifier"}},
        true}}};
  return table.at(family);
}

/// "h.3.attn.out" -> "attn.out".
std::string name_in_layer(const std::string& name) {
  return name.substr(name.find('.', name.find('.') + 1) + 1);
}

/// The checkpoint's name of an operator of the network.
std::string stored_name(const Names& names, const std::string& name, int layer) {
  if (layer < 0) return names.outside.at(name);
  return fmt::format("{}{}.{}", names.layers, layer, names.in_layer.at(name_in_layer(name)));
}

class Binder {
 public:
  Binder(const Network& network, const Checkpoint& checkpoint)
      : network_(network), source_(network.spec, checkpoint), names_(names_of(spec().family)) {}

  Weights bind() {
    source_.refuse_more_layers(names_.layers);
    read_tables();
    for (const Index vertex : network_.order) {
      const Operator& op = network_.op(vertex);
      if (op.kind == OpKind::norm) read_norm(op);
    }
    for (const StaticMatmul& matmul : network_.matmuls) read_matmul(matmul);
    return std::move(weights_);
  }

 private:
  const TransformerSpec& spec() const { return network_.spec; }

  void read_tables() {
    const TransformerSpec& s = spec();
    const Index d = s.d_model;
    if (s.family == "gpt2") {
      weights_.tokens = source_.read("wte.weight", {s.vocabulary, d});
      weights_.positions = source_.read("wpe.weight", {s.context, d});
    } else if (s.family == "bert") {
      weights_.tokens = source_.read("embeddings.word_embeddings.weight", {s.vocabulary, d});
      weights_.positions = source_.read("embeddings.position_embeddings.weight", {s.context, d});
      weights_.token_types =
          source_.read("embeddings.token_type_embeddings.weight", {s.token_types, d});
    } else {
      weights_.class_token = source_.read("embeddings.cls_token", {1, 1, d});
      weights_.class_token.shape = {d};
      weights_.positions = source_.read("embeddings.position_embeddings", {1, s.context, d});
      weights_.positions.shape = {s.context, d};
    }
  }

  void read_norm(const Operator& op) {
    const std::string name = stored_name(names_, op.name, op.layer);
    weights_.norms.push_back({source_.norm_gain(name), source_.norm_bias(name)});
  }

  void read_matmul(const StaticMatmul& matmul) {
    weights_.matmul.push_back(matrix_of(matmul));
    weights_.bias.push_back(matmul.bias ? bias_of(matmul) : Tensor());
  }

  Tensor matrix_of(const StaticMatmul& m) const {
    const std::string name = stored_name(names_, m.name, m.layer);
    if (m.part == "head" && spec().masked_head) return language_head("cls.predictions.decoder");
    if (m.part == "head" && spec().is_decoder()) return language_head("lm_head");
    if (m.part == "patch") return patch_matrix(m, name + ".weight");
    if (m.part == "qkv" && names_.linear) return merged(m, name, ".weight");
    return names_.linear ? source_.read_transposed(name + ".weight", {m.rows, m.columns})
                         : source_.read(name + ".weight", {m.rows, m.columns});
  }

  Tensor bias_of(const StaticMatmul& m) const {
    const std::string name = stored_name(names_, m.name, m.layer);
    if (m.part == "qkv" && names_.linear) return merged(m, name, ".bias");
    if (m.part == "head" && spec().masked_head) return masked_head_bias(m);
    return source_.read(name + ".bias", {m.columns});
  }

  Tensor language_head(const std::string& name) const {
    return spec().tied_head
               ? transposed(weights_.tokens)
               : source_.read_transposed(name + ".weight", {spec().d_model, spec().vocabulary});
  }

  /// Files need not store it under both of its names.
  Tensor masked_head_bias(const StaticMatmul& m) const {
    const bool own = source_.contains("cls.predictions.decoder.bias");
    return source_.read(own ? "cls.predictions.decoder.bias" : "cls.predictions.bias", {m.columns});
  }

  Tensor patch_matrix(const StaticMatmul& m, const std::string& name) const {
    const TransformerSpec& s = spec();
    Tensor kernel = source_.read(name, {s.d_model, s.channels, s.patch_size, s.patch_size});
    kernel.shape = {s.d_model, m.rows};
    return transposed(kernel);
  }

  /// Query, key and value, which are stored apart, side by side.
  Tensor merged(const StaticMatmul& m, const std::string& name, const std::string& what) const {
    const Index width = m.columns / 3;
    std::vector<Tensor> parts;
    for (const char* part : {"query", "key", "value"}) {
      parts.push_back(what == ".bias"
                          ? source_.read(name + part + what, {width})
                          : source_.read_transposed(name + part + what, {m.rows, width}));
    }
    return side_by_side(parts);
  }

  const Network& network_;
  TensorSource source_;
  const Names& names_;
  Weights weights_;
};

void require(const std::string& what, const Tensor& tensor, const Shape& expected) {
  if (tensor.shape == expected) return;
  throw ArgumentError(fmt::format("weights: {}: shape {} found; expected {}", what,
                                  to_string(tensor.shape), to_string(expected)));
}

void require_count(const std::string& what, std::ptrdiff_t found, std::ptrdiff_t expected) {
  if (found == expected) return;
  throw ArgumentError(
      fmt::format("weights: {} {} found; expected {}, as the network has", found, what, expected));
}

}  // namespace

Weights bind_weights(const Network& network, const Checkpoint& checkpoint) {
  require_executable(network.spec);
  return Binder(network, checkpoint).bind();
}

void check_weights(const Network& network, const Weights& weights) {
  require_count("matrices", std::ssize(weights.matmul), std::ssize(network.matmuls));
  require_count("biases", std::ssize(weights.bias), std::ssize(network.matmuls));
  for (const StaticMatmul& m : network.matmuls) {
    const auto id = static_cast<size_t>(m.id);
    require(m.name, weights.matmul[id], {m.rows, m.columns});
    require(m.name + " bias", weights.bias[id], {m.bias ? m.columns : 0});
  }
  const TransformerSpec& s = network.spec;
  const Index d = s.d_model;
  std::ptrdiff_t n_norms = 0;
  for (const Index vertex : network.order) n_norms += network.op(vertex).kind == OpKind::norm;
  require_count("norms", std::ssize(weights.norms), n_norms);
  for (const NormWeights& norm : weights.norms) {
    require("norm gain", norm.gain, {d});
    require("norm bias", norm.bias, {d});
  }
  require("position embeddings", weights.positions, {s.context, d});
  if (s.vocabulary > 0) require("token embeddings", weights.tokens, {s.vocabulary, d});
  if (s.token_types > 0) require("token type embeddings", weights.token_types, {s.token_types, d});
  if (s.family == "vit") require("class token", weights.class_token, {d});
}

}  // namespace ohm
