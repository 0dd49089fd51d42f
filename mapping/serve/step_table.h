// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "mapping/serve/step_times.h"

namespace ohm {

/// Passes of equal sequences at the points of a grid, row by row: entry [b][p] is for batches[b]
/// sequences of positions[p] tokens, read as prompts or decoded on by one token.
struct StepGrid {
  std::vector<Index> batches, positions;  ///< ascending, each from 1 on
  std::vector<StepCost> prefill, decode;
  Index kv_capacity = 0;
  Watts idle;
  /// How the times of the entries were found, each way once (see times_are()); none: all exact.
  std::vector<std::string> prefill_are = {}, decode_are = {};
};

/// A machine known at a few points only: linear between them in batch and in tokens, and beyond
/// them as between the last two. A batch of unequal sequences counts as one of their mean length.
/// Exact where the machine is linear between neighbours.
class StepTable : public StepTimes {
 public:
  /// Throws ArgumentError for a grid that is empty, not ascending or of the wrong size.
  explicit StepTable(StepGrid grid);

  StepCost prefill(std::span<const Index> prompts) const override;
  StepCost decode(std::span<const Index> positions) const override;
  Index kv_capacity() const override { return grid_.kv_capacity; }
  Watts idle() const override { return grid_.idle; }
  const StepGrid& grid() const { return grid_; }

 private:
  StepCost between(const std::vector<StepCost>& table, double sequences, double tokens) const;

  StepGrid grid_;
};

}  // namespace ohm
