// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/network.h"

#include <fmt/format.h>

#include <initializer_list>
#include <utility>
#include <vector>

#include "mapping/network/graph_builder.h"

namespace ohm {
namespace {

Index add_embedding(GraphBuilder& b, const TransformerSpec& s) {
  Operator op{.kind = OpKind::embedding, .name = "embedding", .out_features = s.table_width()};
  if (s.is_image()) {
    const Index pixels = s.channels * s.patch_size * s.patch_size;
    op.in_features = s.d_model;
    return b.add(std::move(op),
                 {b.matmul("patch", {.part = "patch", .rows = pixels, .columns = s.d_model}, {})});
  }
  const Index table = b.add(std::move(op), {});
  if (s.embedding_dim == 0) return table;
  return b.matmul(
      "embed_in",
      {.part = "embed_in", .rows = s.embedding_dim, .columns = s.d_model, .bias = false}, {table});
}

/// Scores, softmax and values of heads whose queries come from `queries`, keys from `keys` and
/// values from `values`, which may be one vertex.
Index add_heads(GraphBuilder& b, const TransformerSpec& s, const std::string& name, Index in,
                Index out, std::initializer_list<Index> queries_and_keys, Index values) {
  const Index window = name == "cross" ? 0 : s.window_of(b.layer());
  const Index scores = b.add({.kind = OpKind::attention_scores,
                              .name = name + ".scores",
                              .in_features = in,
                              .out_features = s.n_heads,
                              .window = window},
                             queries_and_keys);
  Operator op{.kind = OpKind::softmax, .name = name + ".softmax"};
  op.in_features = op.out_features = s.n_heads;
  op.window = window;
  const Index softmax = b.add(std::move(op), {scores});
  return b.add({.kind = OpKind::attention_values,
                .name = name + ".values",
                .in_features = s.n_heads,
                .out_features = out,
                .window = window},
               {softmax, values});
}

Index add_attention_output(GraphBuilder& b, const TransformerSpec& s, Index width, Index values) {
  if (s.sub_norms) values = b.norm("attn.norm", width, values);
  return b.matmul("attn.out",
                  {.part = "attn_out", .rows = width, .columns = s.d_model, .bias = s.out_bias},
                  {values});
}

/// Queries and keys are normalised in place; values, which stand behind them, pass.
Index add_head_norms(GraphBuilder& b, const TransformerSpec& s, Index merged, Index qkv) {
  return b.norm("attn.head_norms", s.query_width() + s.kv_width(), merged, qkv);
}

Index add_grouped_attention(GraphBuilder& b, const TransformerSpec& s, Index from) {
  const Index width = s.query_width(), merged = width + 2 * s.kv_width();
  const Index qkv =
      b.matmul("attn.qkv",
               {.part = "qkv", .rows = s.d_model, .columns = merged, .bias = s.qkv_bias}, {from});
  const Index heads = s.head_norms ? add_head_norms(b, s, merged, qkv) : qkv;
  const Index keys =
      s.positions == "rope" ? b.elementwise(OpKind::rope, "attn.rope", merged, {heads}) : heads;
  return add_attention_output(b, s, width, add_heads(b, s, "attn", merged, width, {keys}, qkv));
}

Index add_latent_queries(GraphBuilder& b, const TransformerSpec& s, Index from) {
  const Index width = s.n_heads * (s.nope_head_dim + s.rope_head_dim), rank = s.q_lora_rank;
  if (rank == 0) {
    return b.matmul("attn.q", {.part = "q", .rows = s.d_model, .columns = width, .bias = false},
                    {from});
  }
  const Index low = b.matmul(
      "attn.q_a", {.part = "q_a", .rows = s.d_model, .columns = rank, .bias = s.qkv_bias}, {from});
  return b.matmul("attn.q_b", {.part = "q_b", .rows = rank, .columns = width, .bias = false},
                  {b.norm("attn.q_norm", rank, low)});
}

/// kv_b reads the normalised latent of its own token, and scores and values read what it makes.
Index add_latent_attention(GraphBuilder& b, const TransformerSpec& s, Index from) {
  const Index queries = add_latent_queries(b, s, from);
  const Index latent = b.matmul("attn.kv_a",
                                {.part = "kv_a",
                                 .rows = s.d_model,
                                 .columns = s.kv_lora_rank + s.rope_head_dim,
                                 .bias = s.qkv_bias},
                                {from});
  const Index normalised = b.norm("attn.kv_norm", s.kv_lora_rank, latent);
  const Index keys = b.matmul("attn.kv_b",
                              {.part = "kv_b",
                               .rows = s.kv_lora_rank,
                               .columns = s.n_heads * (s.nope_head_dim + s.v_head_dim),
                               .bias = false},
                              {normalised});
  const Index width = s.n_heads * (s.nope_head_dim + s.rope_head_dim);
  const Index rotated = b.elementwise(OpKind::rope, "attn.rope", width, {queries});
  const Index key_rope = b.elementwise(OpKind::rope, "attn.key_rope", s.rope_head_dim, {latent});
  const Index mixed = s.n_heads * s.v_head_dim;
  const Index values = add_heads(b, s, "attn", width, mixed, {rotated, key_rope, keys}, keys);
  return add_attention_output(b, s, mixed, values);
}

Index add_attention(GraphBuilder& b, const TransformerSpec& s, Index from) {
  return s.is_latent() ? add_latent_attention(b, s, from) : add_grouped_attention(b, s, from);
}

/// One feed-forward part: `name` and how many of its kind a token uses.
struct FeedForward {
  std::string name;
  Index inner, active = 1, among = 1;
};

Index add_one_feed_forward(GraphBuilder& b, const TransformerSpec& s, const FeedForward& f,
                           Index from) {
  const auto wide = [&](const std::string& part) {
    return StaticMatmul{.part = part,
                        .rows = s.d_model,
                        .columns = f.inner,
                        .bias = s.ffn_bias,
                        .active = f.active,
                        .among = f.among};
  };
  Index inner = b.matmul(f.name + ".up", wide("ffn_up"), {from});
  if (s.gated_ffn) {
    const Index gate = b.matmul(f.name + ".gate", wide("ffn_gate"), {from});
    const Index active = b.activation(f.name + ".activation", f.inner, s.activation, gate);
    inner = b.elementwise(OpKind::gate, f.name + ".product", f.inner, {inner, active});
  } else {
    inner = b.activation(f.name + ".activation", f.inner, s.activation, inner);
  }
  if (s.sub_norms) inner = b.norm(f.name + ".norm", f.inner, inner);
  StaticMatmul down = wide("ffn_down");
  std::swap(down.rows, down.columns);
  return b.matmul(f.name + ".down", down, {inner});
}

Index add_experts(GraphBuilder& b, const TransformerSpec& s, Index from) {
  const Index router = b.matmul(
      "ffn.router",
      {.part = "router", .rows = s.d_model, .columns = s.n_experts, .bias = s.router_bias}, {from});
  const Index chosen = b.elementwise(OpKind::routing, "ffn.routing", s.n_experts, {router});
  std::vector<Index> outputs;
  for (Index e = 0; e < s.n_experts; ++e) {
    const FeedForward expert{fmt::format("ffn.expert{}", e), s.expert_d_ff, s.experts_per_token,
                             s.n_experts};
    b.enter_expert(e);
    outputs.push_back(add_one_feed_forward(b, s, expert, from));
  }
  b.enter_expert(-1);
  for (Index e = 0; e < s.n_shared_experts; ++e) {
    outputs.push_back(
        add_one_feed_forward(b, s, {fmt::format("ffn.shared{}", e), s.expert_d_ff}, from));
  }
  Operator combine{.kind = OpKind::combine, .name = "ffn.combine"};
  combine.in_features = combine.out_features = s.d_model;
  const Index sum = b.add(std::move(combine), {chosen});
  for (const Index output : outputs) b.connect(output, sum);
  return sum;
}

Index add_feed_forward(GraphBuilder& b, const TransformerSpec& s, int layer, Index from) {
  return s.routes(layer) ? add_experts(b, s, from)
                         : add_one_feed_forward(b, s, {"ffn", s.d_ff}, from);
}

/// t5: queries of this stack, keys and values of the tokens of the other.
Index add_cross_attention(GraphBuilder& b, const TransformerSpec& s, Index from, Index source) {
  const Index width = s.query_width();
  const auto matmul = [&](const std::string& name, Index rows, Index columns, Index input) {
    return b.matmul("cross." + name,
                    {.part = "cross_" + name, .rows = rows, .columns = columns, .bias = false},
                    {input});
  };
  const Index queries = matmul("q", s.d_model, width, from);
  b.read_source(true);
  const Index keys = matmul("kv", s.d_model, 2 * s.kv_width(), source);
  b.read_source(false);
  return matmul("out", width, s.d_model,
                add_heads(b, s, "cross", width, width, {queries, keys}, keys));
}

/// What a part adds to the stream.
Index add_output_norm(GraphBuilder& b, const TransformerSpec& s, const std::string& part,
                      Index made) {
  return s.output_norms ? b.norm(part + ".output_norm", made) : made;
}

/// `source`: the output of the other stack; -1 where there is none.
Index add_pre_norm_layer(GraphBuilder& b, const TransformerSpec& s, int layer, Index stream,
                         Index source) {
  const Index attention = add_attention(b, s, b.norm("norm1", stream));
  stream = b.residual("attn.residual", stream, add_output_norm(b, s, "attn", attention));
  if (source >= 0) {
    const Index cross = add_cross_attention(b, s, b.norm("cross.norm", stream), source);
    stream = b.residual("cross.residual", stream, cross);
  }
  const Index feed_forward = add_feed_forward(b, s, layer, b.norm("norm2", stream));
  return b.residual("ffn.residual", stream, add_output_norm(b, s, "ffn", feed_forward));
}

/// Both parts read the layer's input.
Index add_parallel_layer(GraphBuilder& b, const TransformerSpec& s, int layer, Index stream) {
  const Index first = b.norm("norm1", stream);
  const Index attention = add_attention(b, s, first);
  const Index second = s.block == "parallel" ? b.norm("norm2", stream) : first;
  const Index feed_forward = add_feed_forward(b, s, layer, second);
  return b.residual("ffn.residual", b.residual("attn.residual", stream, attention), feed_forward);
}

Index add_post_norm_layer(GraphBuilder& b, const TransformerSpec& s, int layer, Index stream) {
  const Index attention = add_attention(b, s, stream);
  stream = b.norm("norm1", b.residual("attn.residual", stream, attention));
  const Index feed_forward = add_feed_forward(b, s, layer, stream);
  return b.norm("norm2", b.residual("ffn.residual", stream, feed_forward));
}

Index add_layers(GraphBuilder& b, const TransformerSpec& s, int first, Index n, Index stream,
                 Index source) {
  const bool pre_norm = s.norm_placement == "pre";
  for (int layer = first; layer < first + static_cast<int>(n); ++layer) {
    b.enter_layer(layer);
    stream = s.is_parallel() ? add_parallel_layer(b, s, layer, stream)
             : pre_norm      ? add_pre_norm_layer(b, s, layer, stream, source)
                             : add_post_norm_layer(b, s, layer, stream);
  }
  b.enter_layer(-1);
  return stream;
}

void add_language_head(GraphBuilder& b, const TransformerSpec& s, Index stream) {
  b.output_from_here();
  if (s.embedding_dim > 0) {
    stream = b.matmul(
        "embed_out",
        {.part = "embed_out", .rows = s.d_model, .columns = s.embedding_dim, .bias = false},
        {stream});
  }
  const Index head = b.matmul(
      "head",
      {.part = "head", .rows = s.table_width(), .columns = s.vocabulary, .bias = s.head_bias},
      {stream});
  if (s.output_cap > 0) b.activation("head.cap", s.vocabulary, "tanh", head);
}

/// bert: of every token; roberta's activation is always the same (transformers 5.23).
void add_masked_head(GraphBuilder& b, const TransformerSpec& s, Index stream) {
  const Index d = s.d_model;
  stream = b.matmul("head.dense", {.part = "head_dense", .rows = d, .columns = d}, {stream});
  const std::string function = s.family == "roberta" ? "gelu" : s.activation;
  stream = b.norm("head.norm", b.activation("head.activation", d, function, stream));
  b.matmul("head", {.part = "head", .rows = d, .columns = s.vocabulary}, {stream});
}

void add_output(GraphBuilder& b, const TransformerSpec& s, Index stream) {
  const Index d = s.d_model;
  if (s.is_decoder()) return add_language_head(b, s, stream);
  if (s.masked_head) return add_masked_head(b, s, stream);
  if (s.n_labels == 0) return;
  b.once_from_here();
  if (s.pooler) {
    stream = b.matmul("pooler", {.part = "pooler", .rows = d, .columns = d}, {stream});
    stream = b.activation("pooler.activation", d, "tanh", stream);
  }
  b.matmul("head", {.part = "head", .rows = d, .columns = s.n_labels}, {stream});
}

/// The first stack of t5; -1 where there is one stack.
Index add_source_stack(GraphBuilder& b, const TransformerSpec& s) {
  if (s.n_decoder_layers == 0) return -1;
  b.read_source(true);
  Operator op{.kind = OpKind::embedding, .name = "source", .out_features = s.d_model};
  Index stream = add_layers(b, s, 0, s.n_layers, b.add(std::move(op), {}), -1);
  stream = b.norm("source.norm", stream);
  b.read_source(false);
  return stream;
}

}  // namespace

Network build_network(const TransformerSpec& spec) {
  check_spec(spec, spec.name.empty() ? "network" : spec.name);
  GraphBuilder b(spec);
  const bool pre_norm = spec.norm_placement == "pre";
  const Index source = add_source_stack(b, spec);
  Index stream = add_embedding(b, spec);
  if (spec.is_bert()) stream = b.norm("norm", stream);
  if (spec.embedding_norm) stream = b.norm("embedding.norm", stream);
  stream = source < 0 ? add_layers(b, spec, 0, spec.n_layers, stream, -1)
                      : add_layers(b, spec, static_cast<int>(spec.n_layers), spec.n_decoder_layers,
                                   stream, source);
  if (pre_norm && spec.final_norm) stream = b.norm("norm", stream);
  add_output(b, spec, stream);
  return b.take();
}

Index macs_per_token(const Network& network) {
  Index all = 0, routed = 0;  // routed: those of all experts, of which active / among count
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.once) continue;
    (matmul.routed() ? routed : all) += matmul.weights();
  }
  const TransformerSpec& s = network.spec;
  return routed == 0 ? all : all + routed / s.n_experts * s.experts_per_token;
}

bool reads_source(const Network& network, Index vertex) {
  if (network.spec.n_decoder_layers == 0) return false;
  const Operator& op = network.op(vertex);
  if (op.matmul >= 0) return network.matmuls[static_cast<size_t>(op.matmul)].source;
  if (op.layer >= 0) return op.layer < network.spec.n_layers;
  return op.name == "source" || op.name == "source.norm";
}

bool is_cross_attention(const Network& network, Index vertex) {
  if (network.spec.n_decoder_layers == 0 || reads_source(network, vertex)) return false;
  const Operator& op = network.op(vertex);
  return op.name.find("cross.") != std::string::npos && op.matmul < 0;
}

}  // namespace ohm
