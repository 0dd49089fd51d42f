// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "core/random.h"
#include "mapping/network/weights.h"

namespace ohm::tiny {

inline TransformerSpec gpt2() {
  TransformerSpec s;
  s.name = "tiny_gpt2";
  s.family = "gpt2";
  s.n_layers = 2;
  s.d_model = 12;
  s.n_heads = 3;
  s.d_ff = 20;
  s.context = 19;
  s.vocabulary = 17;
  s.activation = "gelu_tanh";
  return s;
}

inline TransformerSpec bert() {
  TransformerSpec s = gpt2();
  s.name = "tiny_bert";
  s.family = "bert";
  s.norm_placement = "post";
  s.activation = "gelu";
  s.token_types = 2;
  s.n_labels = 5;
  s.pooler = true;
  return s;
}

inline TransformerSpec vit() {
  TransformerSpec s = gpt2();
  s.name = "tiny_vit";
  s.family = "vit";
  s.activation = "gelu";
  s.vocabulary = 0;
  s.image_size = 6;
  s.patch_size = 2;
  s.channels = 3;
  s.context = 10;
  s.n_labels = 4;
  return s;
}

/// Normals times `deviation` plus `mean`, from stream `number`.
inline Tensor random_tensor(Shape shape, std::uint32_t number, float deviation = 0.3F,
                            float mean = 0.0F) {
  Tensor tensor(std::move(shape));
  fill_normal({number, 0, 200}, {}, 0, tensor.values);
  for (float& x : tensor.values) x = mean + deviation * x;
  return tensor;
}

inline Weights random_weights(const Network& network) {
  const TransformerSpec& s = network.spec;
  Weights w;
  std::uint32_t n = 0;
  for (const StaticMatmul& m : network.matmuls) {
    w.matmul.push_back(random_tensor({m.rows, m.columns}, ++n));
    w.bias.push_back(m.bias ? random_tensor({m.columns}, ++n) : Tensor());
  }
  for (const Index v : network.order) {
    if (network.op(v).kind != OpKind::norm) continue;
    w.norms.push_back(
        {random_tensor({s.d_model}, ++n, 0.3F, 1.0F), random_tensor({s.d_model}, ++n)});
  }
  w.positions = random_tensor({s.context, s.d_model}, ++n);
  if (s.vocabulary > 0) w.tokens = random_tensor({s.vocabulary, s.d_model}, ++n);
  if (s.token_types > 0) w.token_types = random_tensor({s.token_types, s.d_model}, ++n);
  if (s.family == "vit") w.class_token = random_tensor({s.d_model}, ++n);
  return w;
}

/// `count` tokens that visit the vocabulary irregularly.
inline std::vector<Index> tokens(Index count, Index vocabulary) {
  std::vector<Index> ids;
  for (Index i = 0; i < count; ++i) ids.push_back((7 * i + i * i + 3) % vocabulary);
  return ids;
}

/// Largest |a - b|; infinite where shapes differ or a difference is NaN.
inline double largest_difference(const Tensor& a, const Tensor& b) {
  if (a.shape != b.shape) return INFINITY;
  double largest = 0.0;
  for (size_t i = 0; i < a.values.size(); ++i) {
    const double difference =
        std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i]));
    if (!(difference <= largest)) largest = std::isnan(difference) ? INFINITY : difference;
  }
  return largest;
}

/// The text of the Failure that `call` throws; a test failure where it throws none.
template <class Failure, class Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Failure& failure) {
    return failure.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

}  // namespace ohm::tiny
