// SPDX-License-Identifier: Apache-2.0
#include "mapping/execute/calibration.h"

#include <algorithm>

namespace ohm {

RecordingEngine::RecordingEngine(const MatmulEngine& floats, Index n_matmuls, Index limit)
    : floats_(floats), limit_(limit), inputs_(static_cast<size_t>(n_matmuls)) {}

Tensor RecordingEngine::multiply(const StaticMatmul& matmul, const Tensor& x,
                                 std::span<const std::uint32_t> tokens) const {
  {
    const std::lock_guard lock(mutex_);
    Tensor& kept = inputs_[static_cast<size_t>(matmul.id)];
    const Index before = kept.rank() == 2 ? kept.shape[0] : 0;
    const Index added = std::min(x.rows(), limit_ - before);
    if (added > 0) {
      kept.shape = {before + added, matmul.rows};
      kept.values.insert(kept.values.end(), x.values.begin(),
                         x.values.begin() + added * matmul.rows);
    }
  }
  return floats_.multiply(matmul, x, tokens);
}

Calibration RecordingEngine::calibration() const {
  const std::lock_guard lock(mutex_);
  return {inputs_};
}

}  // namespace ohm
