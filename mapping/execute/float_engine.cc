// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/float_engine.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/matmul.h"
#include "core/parallel.h"

namespace ohm {
namespace {

constexpr Index kBlock = 256;  // columns that one thread multiplies at a time

void check(const StaticMatmul& matmul, const Weights& weights, const Tensor& x) {
  if (matmul.id < 0 || matmul.id >= std::ssize(weights.matmul)) {
    throw ArgumentError(fmt::format("{}: matmul {} found; expected one of the {} with weights",
                                    matmul.name, matmul.id, weights.matmul.size()));
  }
  const Tensor& w = weights.matmul[static_cast<size_t>(matmul.id)];
  if (x.rank() == 2 && w.rank() == 2 && x.dim(1) == w.dim(0)) return;
  throw ArgumentError(fmt::format("{}: activations of shape {}; expected (tokens, {})", matmul.name,
                                  to_string(x.shape), matmul.rows));
}

}  // namespace

Tensor FloatEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                             std::span<const std::uint32_t>) const {
  check(matmul, weights_, x);
  const Tensor& w = weights_.matmul[static_cast<size_t>(matmul.id)];
  const Index tokens = x.dim(0), rows = w.dim(0), columns = w.dim(1);
  Tensor out({tokens, columns});
  parallel_for(threads_, (columns + kBlock - 1) / kBlock, [&](Index block) {
    const Index first = block * kBlock, count = std::min(kBlock, columns - first);
    matmul_fixed_order({tokens, count, rows}, {x.values.data(), rows},
                       {w.values.data() + first, columns}, {out.values.data() + first, columns});
  });
  return out;
}

}  // namespace ohm
