// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/network.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>

namespace ohm {
namespace {

/// Appends operators in the order of the computation; every method returns the new vertex.
class Builder {
 public:
  explicit Builder(const TransformerSpec& spec) : d_(spec.d_model) { network_.spec = spec; }

  Index add(Operator op, std::initializer_list<Index> producers) {
    op.layer = layer_;
    op.once = once_;
    op.name = prefix() + op.name;
    const auto vertex = boost::add_vertex(network_.graph);
    network_.graph[vertex] = std::move(op);
    for (const Index from : producers) {
      boost::add_edge(static_cast<size_t>(from), vertex, network_.graph);
    }
    network_.order.push_back(static_cast<Index>(vertex));
    return network_.order.back();
  }

  /// `matmul` gives part, rows, columns and bias.
  Index matmul(const std::string& name, StaticMatmul matmul, std::initializer_list<Index> from) {
    Operator op{.kind = OpKind::matmul, .name = name};
    op.in_features = matmul.rows;
    op.out_features = matmul.columns;
    op.matmul = std::ssize(network_.matmuls);
    matmul.id = op.matmul;
    matmul.name = prefix() + name;
    matmul.layer = layer_;
    matmul.once = once_;
    network_.matmuls.push_back(std::move(matmul));
    return add(std::move(op), from);
  }

  Index norm(const std::string& name, Index from) {
    Operator op{.kind = OpKind::norm, .name = name, .in_features = d_, .out_features = d_};
    op.norm = n_norms_++;
    return add(std::move(op), {from});
  }

  Index activation(const std::string& name, Index features, const std::string& function,
                   Index from) {
    Operator op{.kind = OpKind::activation, .name = name};
    op.in_features = op.out_features = features;
    op.function = function;
    return add(std::move(op), {from});
  }

  Index residual(const std::string& name, Index stream, Index branch) {
    return add({.kind = OpKind::residual, .name = name, .in_features = d_, .out_features = d_},
               {stream, branch});
  }

  void enter_layer(int layer) { layer_ = layer; }
  void once_from_here() { once_ = true; }
  Network take() { return std::move(network_); }

 private:
  std::string prefix() const { return layer_ < 0 ? "" : fmt::format("h.{}.", layer_); }

  Network network_;
  Index d_;
  int layer_ = -1;
  bool once_ = false;
  Index n_norms_ = 0;
};

Index add_embedding(Builder& b, const TransformerSpec& s) {
  Operator op{.kind = OpKind::embedding, .name = "embedding", .out_features = s.d_model};
  if (s.family != "vit") return b.add(std::move(op), {});
  const Index pixels = s.channels * s.patch_size * s.patch_size;
  const Index patch =
      b.matmul("patch", {.part = "patch", .rows = pixels, .columns = s.d_model}, {});
  op.in_features = s.d_model;
  return b.add(std::move(op), {patch});
}

Index add_attention(Builder& b, const TransformerSpec& s, Index from) {
  const Index d = s.d_model;
  const Index qkv = b.matmul(
      "attn.qkv", {.part = "qkv", .rows = d, .columns = 3 * d, .bias = s.qkv_bias}, {from});
  const Index scores = b.add({.kind = OpKind::attention_scores,
                              .name = "attn.scores",
                              .in_features = 3 * d,
                              .out_features = s.n_heads},
                             {qkv});
  const Index softmax = b.add({.kind = OpKind::softmax,
                               .name = "attn.softmax",
                               .in_features = s.n_heads,
                               .out_features = s.n_heads},
                              {scores});
  const Index values = b.add({.kind = OpKind::attention_values,
                              .name = "attn.values",
                              .in_features = s.n_heads,
                              .out_features = d},
                             {softmax, qkv});
  return b.matmul("attn.out", {.part = "attn_out", .rows = d, .columns = d}, {values});
}

Index add_feed_forward(Builder& b, const TransformerSpec& s, Index from) {
  const Index up =
      b.matmul("ffn.up", {.part = "ffn_up", .rows = s.d_model, .columns = s.d_ff}, {from});
  const Index active = b.activation("ffn.activation", s.d_ff, s.activation, up);
  return b.matmul("ffn.down", {.part = "ffn_down", .rows = s.d_ff, .columns = s.d_model}, {active});
}

Index add_pre_norm_layer(Builder& b, const TransformerSpec& s, Index stream) {
  const Index attention = add_attention(b, s, b.norm("norm1", stream));
  stream = b.residual("attn.residual", stream, attention);
  const Index feed_forward = add_feed_forward(b, s, b.norm("norm2", stream));
  return b.residual("ffn.residual", stream, feed_forward);
}

Index add_post_norm_layer(Builder& b, const TransformerSpec& s, Index stream) {
  const Index attention = add_attention(b, s, stream);
  stream = b.norm("norm1", b.residual("attn.residual", stream, attention));
  const Index feed_forward = add_feed_forward(b, s, stream);
  return b.norm("norm2", b.residual("ffn.residual", stream, feed_forward));
}

void add_output(Builder& b, const TransformerSpec& s, Index stream) {
  const Index d = s.d_model;
  if (s.is_decoder()) {
    b.matmul("head", {.part = "head", .rows = d, .columns = s.vocabulary, .bias = false}, {stream});
    return;
  }
  if (s.n_labels == 0) return;
  b.once_from_here();
  if (s.pooler) {
    stream = b.matmul("pooler", {.part = "pooler", .rows = d, .columns = d}, {stream});
    stream = b.activation("pooler.activation", d, "tanh", stream);
  }
  b.matmul("head", {.part = "head", .rows = d, .columns = s.n_labels}, {stream});
}

}  // namespace

Network build_network(const TransformerSpec& spec) {
  check_spec(spec, spec.name.empty() ? "network" : spec.name);
  Builder b(spec);
  const bool pre_norm = spec.norm_placement == "pre";
  Index stream = add_embedding(b, spec);
  if (!pre_norm) stream = b.norm("norm", stream);
  for (int layer = 0; layer < spec.n_layers; ++layer) {
    b.enter_layer(layer);
    stream = pre_norm ? add_pre_norm_layer(b, spec, stream) : add_post_norm_layer(b, spec, stream);
  }
  b.enter_layer(-1);
  if (pre_norm) stream = b.norm("norm", stream);
  add_output(b, spec, stream);
  return b.take();
}

}  // namespace ohm
