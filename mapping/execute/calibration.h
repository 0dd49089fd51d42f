// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "core/tensor.h"
#include "mapping/execute/matmul_engine.h"

namespace ohm {

/// What each matrix was multiplied with when the network ran in floats: by StaticMatmul::id,
/// (tokens, rows). Ranges of converters are set from it.
struct Calibration {
  std::vector<Tensor> inputs;
};

/// Multiplies in floats and keeps the inputs of each matrix, at most `limit` rows of each.
class RecordingEngine : public MatmulEngine {
 public:
  RecordingEngine(const MatmulEngine& floats, Index n_matmuls, Index limit);

  Tensor multiply(const StaticMatmul& matmul, const Tensor& x,
                  std::span<const std::uint32_t> tokens) const override;

  Calibration calibration() const;

 private:
  const MatmulEngine& floats_;
  Index limit_;
  mutable std::mutex mutex_;
  mutable std::vector<Tensor> inputs_;
};

}  // namespace ohm
