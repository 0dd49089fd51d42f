// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/execute/matmul_engine.h"
#include "mapping/network/weights.h"

namespace ohm {

/// The exact reference: fp32 weights, summed in a fixed order (core/matmul.h).
///
/// Keeps a reference to the weights, which must outlive it. Bits do not depend on `threads`.
class FloatEngine : public MatmulEngine {
 public:
  /// `threads` as in parallel_for: 1 the caller alone, 0 all.
  explicit FloatEngine(const Weights& weights, int threads = 1)
      : weights_(weights), threads_(threads) {}

  /// Throws ArgumentError if the matmul is unknown or x has another width than it has rows.
  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override;

 private:
  const Weights& weights_;
  int threads_;
};

}  // namespace ohm
