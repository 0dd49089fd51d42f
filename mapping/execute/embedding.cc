// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/embedding.h"

#include <algorithm>
#include <functional>

namespace ohm {
namespace {

void add(std::span<float> to, std::span<const float> what) {
  std::transform(to.begin(), to.end(), what.begin(), to.begin(), std::plus<>());
}

}  // namespace

Tensor embed_tokens(const Weights& weights, std::span<const Index> tokens,
                    std::span<const Index> types, Index first) {
  Tensor out({std::ssize(tokens), weights.tokens.dim(1)});
  for (Index i = 0; i < out.rows(); ++i) {
    const auto at = static_cast<size_t>(i);
    const auto token = weights.tokens.row(tokens[at]);
    std::copy(token.begin(), token.end(), out.row(i).begin());
    if (weights.token_types.size() > 0) {
      add(out.row(i), weights.token_types.row(types.empty() ? 0 : types[at]));
    }
    add(out.row(i), weights.positions.row(first + i));
  }
  return out;
}

Tensor embed_patches(const Weights& weights, const Tensor& patches) {
  Tensor out({patches.rows() + 1, patches.dim(1)});
  const auto& first = weights.class_token.values;
  const auto rest = std::copy(first.begin(), first.end(), out.values.begin());
  std::copy(patches.values.begin(), patches.values.end(), rest);
  add(out.values, weights.positions.values);
  return out;
}

Tensor cut_patches(const Tensor& image, Index patch_size) {
  const Index channels = image.dim(0), height = image.dim(1), p = patch_size;
  const Index down = height / p, across = image.dim(2) / p;
  Tensor out({down * across, channels * p * p});
  auto to = out.values.begin();
  for (Index patch = 0; patch < down * across; ++patch) {
    const Index top = patch / across * p, left = patch % across * p;
    for (Index line = 0; line < channels * p; ++line) {
      const auto row = image.row(line / p * height + top + line % p);
      to = std::copy_n(row.begin() + left, p, to);
    }
  }
  return out;
}

}  // namespace ohm
