// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mapping/baseline/baseline_spec.h"

namespace ohm {

/// One published result beside ours.
struct BaselineRow {
  std::string baseline, network, figure, setting;
  Index prompt = 0, generate = 0;
  double batch = 0.0;  ///< sequences at a time
  double theirs = 0.0, ours = 0.0;
  double error = 0.0;  ///< ours / theirs - 1
  std::string status, source, kind;
};

/// The published results of a baseline beside what its model gives.
///
/// steady: see steady_rate(); decode: one step at the position in the middle of the generated
/// tokens. Networks are found in `roots`. Throws what estimate() and the readers throw.
std::vector<BaselineRow> validate_baseline(const BaselineSpec& spec,
                                           const std::vector<std::filesystem::path>& roots);

}  // namespace ohm
