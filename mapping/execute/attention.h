// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/gemm.h"
#include "core/tensor.h"

namespace ohm {

/// Which queries look at which positions, in how many heads.
///
/// Row i of the queries stands at position first + i; keys and values stand at 0 … length - 1, head
/// h in their columns h × head_size and following. Nothing in a row's result depends on other rows
/// or, under `causal`, on later positions: bit for bit the same all at once and token by token.
struct AttentionShape {
  Index n_heads = 1;
  Index head_size = 1;
  Index rows = 0;       ///< queries
  Index first = 0;      ///< position of the first query
  Index length = 0;     ///< positions that have keys and values
  bool causal = false;  ///< a token sees itself and what came before it

  /// Positions that row i sees: 0 … visible(i) - 1.
  Index visible(Index i) const { return causal ? first + i + 1 : length; }
};

/// Q·Kᵀ / √head_size as (rows, n_heads, length); zero where a row does not see.
///
/// Vaswani et al. 2017. Throws ArgumentError where the shape is inconsistent.
Tensor attention_scores(const AttentionShape& shape, MatrixView<const float> queries,
                        MatrixView<const float> keys);

/// Softmax of every row and head over the positions it sees, in place.
void attention_softmax(const AttentionShape& shape, Tensor& scores);

/// The values weighted by the probabilities (rows, n_heads, length), as (rows, n_heads ×
/// head_size).
Tensor attention_values(const AttentionShape& shape, const Tensor& probabilities,
                        MatrixView<const float> values);

}  // namespace ohm
