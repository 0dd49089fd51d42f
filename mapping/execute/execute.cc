// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/execute.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "mapping/execute/attention.h"
#include "mapping/execute/elementwise.h"
#include "mapping/execute/embedding.h"

namespace ohm {

/// Where attention finds keys and values: the cache of a decoder, else the matmul's own output.
class KvMemory {
 public:
  struct View {
    MatrixView<const float> keys, values;
    Index length = 0;
  };

  KvMemory(KvCache* cache, Index d_model) : cache_(cache), d_(d_model) {}

  /// Position of the first new token.
  Index first() const { return cache_ ? cache_->length_ : 0; }

  /// Stores the new tokens' keys and values behind those the cache has already.
  void store(int layer, const Tensor& qkv) {
    if (!cache_) return;
    auto& [keys, values] = cache_->layers_[static_cast<size_t>(layer)];
    keys.resize(static_cast<size_t>(first() * d_));
    values.resize(keys.size());
    for (Index i = 0; i < qkv.rows(); ++i) {
      const auto row = qkv.row(i);
      const auto key = row.begin() + d_, value = key + d_;
      keys.insert(keys.end(), key, value);
      values.insert(values.end(), value, row.end());
    }
  }

  View view(int layer, const Tensor& qkv) const {
    if (!cache_) {
      const float* start = qkv.values.data();
      return {{start + d_, 3 * d_}, {start + 2 * d_, 3 * d_}, qkv.rows()};
    }
    const auto& [keys, values] = cache_->layers_[static_cast<size_t>(layer)];
    return {{keys.data(), d_}, {values.data(), d_}, first() + qkv.rows()};
  }

  void commit(Index rows) {
    if (cache_) cache_->length_ += rows;
  }

 private:
  KvCache* cache_;
  Index d_;
};

namespace {

/// Interprets the operators of the network in their order, for the positions from `memory.first()`
/// on.
class Interpreter {
 public:
  Interpreter(const Network& network, const Weights& weights, const MatmulEngine& engine,
              KvMemory memory)
      : network_(network), weights_(weights), engine_(engine), memory_(memory) {
    const auto n = boost::num_vertices(network.graph);
    values_.resize(n);
    readers_.resize(n);
    for (size_t v = 0; v < n; ++v) readers_[v] = boost::out_degree(v, network.graph);
  }

  Tensor run(const Input& input) {
    for (const Index vertex : network_.order) {
      values_[static_cast<size_t>(vertex)] = evaluate(vertex, input);
      release_producers(vertex);
    }
    memory_.commit(std::ssize(input.tokens));
    return std::move(values_[static_cast<size_t>(network_.order.back())]);
  }

 private:
  /// What feeds `vertex`, in the order in which the edges were added.
  Index producer(Index vertex, Index which = 0) const {
    auto [edge, end] = boost::in_edges(static_cast<size_t>(vertex), network_.graph);
    std::advance(edge, which);
    return static_cast<Index>(boost::source(*edge, network_.graph));
  }

  const Tensor& value_of(Index vertex) const { return values_[static_cast<size_t>(vertex)]; }

  /// A tensor is dropped once its last reader has run.
  void release_producers(Index vertex) {
    auto [edge, end] = boost::in_edges(static_cast<size_t>(vertex), network_.graph);
    for (; edge != end; ++edge) {
      const size_t from = boost::source(*edge, network_.graph);
      if (--readers_[from] == 0) values_[from] = Tensor();
    }
  }

  /// The only reader takes the tensor, others copy it.
  Tensor take(Index vertex) {
    auto& value = values_[static_cast<size_t>(vertex)];
    return readers_[static_cast<size_t>(vertex)] == 1 ? std::move(value) : value;
  }

  Tensor evaluate(Index vertex, const Input& input) {
    const Operator& op = network_.op(vertex);
    switch (op.kind) {
      case OpKind::embedding:
        return embed(vertex, input);
      case OpKind::matmul:
        return multiply(vertex, input);
      case OpKind::attention_scores:
        return scores(vertex);
      case OpKind::softmax:
        return probabilities(vertex);
      case OpKind::attention_values:
        return mix(vertex);
      case OpKind::norm:
        return normalise(vertex);
      case OpKind::activation: {
        Tensor x = take(producer(vertex));
        apply_activation(op.function, x.values);
        return x;
      }
      case OpKind::residual:
        return sum(vertex);
      case OpKind::rope:
      case OpKind::gate:
      case OpKind::routing:
      case OpKind::combine:
        break;  // require_executable() refuses their families
    }
    throw ArgumentError(fmt::format("{}: operator of an unknown kind", op.name));
  }

  Tensor embed(Index vertex, const Input& input) const {
    if (network_.spec.family == "vit") return embed_patches(weights_, value_of(producer(vertex)));
    return embed_tokens(weights_, input.tokens, input.token_types, memory_.first());
  }

  Tensor multiply(Index vertex, const Input& input) {
    const Operator& op = network_.op(vertex);
    const auto id = static_cast<size_t>(op.matmul);
    const StaticMatmul& matmul = network_.matmuls[id];
    if (matmul.part == "patch")
      return multiply_rows(matmul, cut_patches(input.image, network_.spec.patch_size), input, 1);
    const Tensor& x = value_of(producer(vertex));
    if (!op.once) return multiply_rows(matmul, x, input, memory_.first());
    const auto row = x.row(0);
    return multiply_rows(matmul, Tensor({1, x.dim(1)}, {row.begin(), row.end()}), input, 0);
  }

  /// Row i of x is the token at position first + i.
  Tensor multiply_rows(const StaticMatmul& matmul, const Tensor& x, const Input& input,
                       Index first) const {
    std::vector<std::uint32_t> tokens(static_cast<size_t>(x.rows()));
    std::iota(tokens.begin(), tokens.end(), input.first_token + static_cast<std::uint32_t>(first));
    Tensor out = engine_.multiply(matmul, x, tokens);
    if (out.shape != Shape{x.rows(), matmul.columns}) {
      throw ArgumentError(fmt::format("{}: the engine returned shape {}; expected {}", matmul.name,
                                      to_string(out.shape), to_string({x.rows(), matmul.columns})));
    }
    if (!matmul.bias) return out;
    const auto& bias = weights_.bias[static_cast<size_t>(matmul.id)].values;
    for (Index i = 0; i < out.rows(); ++i) add(out.row(i), bias);
    return out;
  }

  AttentionShape attention(Index rows, Index length) const {
    const TransformerSpec& s = network_.spec;
    return {s.n_heads, s.head_size(), rows, memory_.first(), length, s.is_decoder()};
  }

  Tensor scores(Index vertex) {
    const Tensor& qkv = value_of(producer(vertex));
    const int layer = network_.op(vertex).layer;
    memory_.store(layer, qkv);
    const auto memory = memory_.view(layer, qkv);
    return attention_scores(attention(qkv.rows(), memory.length), {qkv.values.data(), qkv.dim(1)},
                            memory.keys);
  }

  Tensor probabilities(Index vertex) {
    Tensor x = take(producer(vertex));
    attention_softmax(attention(x.dim(0), x.dim(2)), x);
    return x;
  }

  Tensor mix(Index vertex) const {
    const Tensor& weights = value_of(producer(vertex, 0));
    const Tensor& qkv = value_of(producer(vertex, 1));
    const auto memory = memory_.view(network_.op(vertex).layer, qkv);
    return attention_values(attention(qkv.rows(), memory.length), weights, memory.values);
  }

  Tensor normalise(Index vertex) {
    Tensor x = take(producer(vertex));
    const NormWeights& norm = weights_.norms[static_cast<size_t>(network_.op(vertex).norm)];
    for (Index i = 0; i < x.rows(); ++i) {
      layer_norm(x.row(i), norm.gain.values, norm.bias.values, network_.spec.norm_epsilon,
                 x.row(i));
    }
    return x;
  }

  Tensor sum(Index vertex) {
    Tensor x = take(producer(vertex, 0));
    add(x.values, value_of(producer(vertex, 1)).values);
    return x;
  }

  static void add(std::span<float> to, std::span<const float> what) {
    std::transform(to.begin(), to.end(), what.begin(), to.begin(), std::plus<>());
  }

  const Network& network_;
  const Weights& weights_;
  const MatmulEngine& engine_;
  KvMemory memory_;
  std::vector<Tensor> values_;   // by vertex
  std::vector<size_t> readers_;  // operators that have yet to read a vertex
};

[[noreturn]] void refuse(const Network& network, const std::string& message) {
  throw ArgumentError(
      fmt::format("{}: {}", network.spec.name.empty() ? "network" : network.spec.name, message));
}

void check_ids(const Network& network, const std::string& what, std::span<const Index> ids,
               Index count) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= 0 && ids[i] < count) continue;
    refuse(network,
           fmt::format("{} {} at position {}; expected 0 to {}", what, ids[i], i, count - 1));
  }
}

void check_tokens(const Network& network, const Input& input, Index before) {
  const TransformerSpec& s = network.spec;
  const Index n = std::ssize(input.tokens);
  if (n == 0) refuse(network, "no tokens; expected at least 1");
  if (n > s.context - before) {
    refuse(network, fmt::format("{} tokens after {}; expected at most {} in all, the context", n,
                                before, s.context));
  }
  check_ids(network, "token", input.tokens, s.vocabulary);
  if (input.token_types.empty()) return;
  if (std::ssize(input.token_types) != n || s.token_types == 0) {
    refuse(network,
           fmt::format("{} token types for {} tokens; expected {}", input.token_types.size(), n,
                       s.token_types ? "one for each" : "none"));
  }
  check_ids(network, "token type", input.token_types, s.token_types);
}

void check_image(const Network& network, const Input& input) {
  const TransformerSpec& s = network.spec;
  if (!input.tokens.empty() || !input.token_types.empty()) {
    refuse(network, "tokens found; expected an image");
  }
  const Shape expected{s.channels, s.image_size, s.image_size};
  if (input.image.shape != expected) {
    refuse(network, fmt::format("image of shape {}; expected {}", to_string(input.image.shape),
                                to_string(expected)));
  }
  const auto& pixels = input.image.values;
  if (std::all_of(pixels.begin(), pixels.end(), [](float x) { return std::isfinite(x); })) return;
  refuse(network, "an image with NaN or Inf found; expected finite pixels");
}

void check_input(const Network& network, const Weights& weights, const Input& input, Index before) {
  require_executable(network.spec);
  check_weights(network, weights);
  if (input.first_token > std::numeric_limits<std::uint32_t>::max() - network.spec.context + 1) {
    refuse(network, fmt::format("first token number {}; expected room for {} positions below 2^32",
                                input.first_token, network.spec.context));
  }
  if (network.spec.family == "vit") return check_image(network, input);
  if (input.image.size() > 0) refuse(network, "an image found; expected tokens");
  check_tokens(network, input, before);
}

}  // namespace

KvCache::KvCache(const Network& network, std::uint32_t first_token) : first_token_(first_token) {
  require_executable(network.spec);
  if (!network.spec.is_decoder()) {
    refuse(network, fmt::format("{} sees all tokens at once; expected a decoder; use run()",
                                network.spec.family));
  }
  layers_.resize(static_cast<size_t>(network.spec.n_layers));
  d_model_ = network.spec.d_model;
}

bool KvCache::fits(const Network& network) const {
  return network.spec.is_decoder() && std::ssize(layers_) == network.spec.n_layers &&
         d_model_ == network.spec.d_model;
}

Tensor run(const Network& network, const Weights& weights, const MatmulEngine& engine,
           const Input& input) {
  if (network.spec.is_decoder() && input.image.size() == 0 && input.token_types.empty()) {
    KvCache cache(network, input.first_token);
    return extend(network, weights, engine, cache, input.tokens);
  }
  check_input(network, weights, input, 0);
  return Interpreter(network, weights, engine, KvMemory(nullptr, network.spec.d_model)).run(input);
}

Tensor extend(const Network& network, const Weights& weights, const MatmulEngine& engine,
              KvCache& cache, std::span<const Index> tokens) {
  if (!cache.fits(network)) {
    refuse(network, "a cache of another network found; expected one made for this");
  }
  const Input input{{tokens.begin(), tokens.end()}, {}, {}, cache.first_token()};
  check_input(network, weights, input, cache.length());
  return Interpreter(network, weights, engine, KvMemory(&cache, network.spec.d_model)).run(input);
}

Tensor step(const Network& network, const Weights& weights, const MatmulEngine& engine,
            KvCache& cache, Index token) {
  Tensor logits = extend(network, weights, engine, cache, std::span(&token, 1));
  logits.shape = {logits.size()};
  return logits;
}

}  // namespace ohm
