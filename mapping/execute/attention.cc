// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/attention.h"

#include <fmt/format.h>

#include <cmath>

#include "core/error.h"
#include "core/matmul.h"
#include "mapping/execute/elementwise.h"

namespace ohm {
namespace {

void check(const AttentionShape& s) {
  const bool positive = s.n_heads > 0 && s.head_size > 0 && s.rows > 0 && s.first >= 0;
  if (positive && s.length > 0 && (!s.causal || s.first + s.rows <= s.length)) return;
  throw ArgumentError(
      fmt::format("attention: {} heads of {}, {} queries from position {} on, {} keys; expected at "
                  "least one of each, and a key for every causal query",
                  s.n_heads, s.head_size, s.rows, s.first, s.length));
}

void check_probabilities(const AttentionShape& s, const Tensor& tensor) {
  const Shape expected{s.rows, s.n_heads, s.length};
  if (tensor.shape == expected) return;
  throw ArgumentError(fmt::format("attention: scores of shape {}; expected {}",
                                  to_string(tensor.shape), to_string(expected)));
}

}  // namespace

Tensor attention_scores(const AttentionShape& s, MatrixView<const float> queries,
                        MatrixView<const float> keys) {
  check(s);
  Tensor scores({s.rows, s.n_heads, s.length});
  const float divisor = std::sqrt(static_cast<float>(s.head_size));
  for (Index i = 0; i < s.rows; ++i) {
    for (Index head = 0; head < s.n_heads; ++head) {
      const Index column = head * s.head_size;
      const auto row = scores.row(i * s.n_heads + head).first(static_cast<size_t>(s.visible(i)));
      matmul_transposed_fixed_order({1, s.visible(i), s.head_size},
                                    {queries.values + i * queries.stride + column, queries.stride},
                                    {keys.values + column, keys.stride}, {row.data(), s.length});
      for (float& score : row) score /= divisor;
    }
  }
  return scores;
}

void attention_softmax(const AttentionShape& s, Tensor& scores) {
  check(s);
  check_probabilities(s, scores);
  for (Index i = 0; i < s.rows; ++i) {
    for (Index head = 0; head < s.n_heads; ++head) {
      softmax(scores.row(i * s.n_heads + head).first(static_cast<size_t>(s.visible(i))));
    }
  }
}

Tensor attention_values(const AttentionShape& s, const Tensor& probabilities,
                        MatrixView<const float> values) {
  check(s);
  check_probabilities(s, probabilities);
  Tensor out({s.rows, s.n_heads * s.head_size});
  for (Index i = 0; i < s.rows; ++i) {
    for (Index head = 0; head < s.n_heads; ++head) {
      const Index column = head * s.head_size;
      // over the row's own prefix only: a product with a zero weight could still change a bit
      matmul_fixed_order({1, s.head_size, s.visible(i)},
                         {probabilities.row(i * s.n_heads + head).data(), s.length},
                         {values.values + column, values.stride},
                         {out.row(i).data() + column, s.n_heads * s.head_size});
    }
  }
  return out;
}

}  // namespace ohm
