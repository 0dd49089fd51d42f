// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "mapping/network/network.h"

namespace ohm {

/// What multiplies activations with static weights: floats, integers, or crossbars.
class MatmulEngine {
 public:
  virtual ~MatmulEngine() = default;

  /// x · W without bias. x: (tokens, rows); returns (tokens, columns). Row i belongs to the token
  /// number `tokens[i]` (sequence × (context + 1) + position), which keys its noise, so that any
  /// split into batches, and decoding token by token, gives the same bits. Safe to call from many
  /// threads.
  virtual Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                          std::span<const std::uint32_t> tokens) const = 0;
};

}  // namespace ohm
