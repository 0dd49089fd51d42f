// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>
#include <vector>

#include "mapping/serve/step_times.h"

namespace ohm {

/// Passes of equal sequences at the points of a grid, row by row: entry [b][p] is for batches[b]
/// sequences of positions[p] tokens, read as prompts or decoded on by one token. Of two stacks
/// positions are those of sources, and entry [b][p][a] of `decode` is for the step behind
/// answers[a] outputs.
struct StepGrid {
  std::vector<Index> batches, positions;  ///< ascending, each from 1 on
  std::vector<StepCost> prefill, decode;
  Index kv_capacity = 0;
  Watts idle;
  /// How the times of the entries were found, each way once (see times_are()); none: all exact.
  std::vector<std::string> prefill_are = {}, decode_are = {};
  std::vector<Index> answers = {};  ///< ascending, each from 1 on; empty: one stack
};

/// A machine known at a few points only: linear between them in batch and in tokens (of two stacks
/// in those of source and answer each), and beyond them as between the last two. A batch of unequal
/// sequences counts as one of their mean length.
/// Exact where the machine is linear between neighbours.
class StepTable : public StepTimes {
 public:
  /// Throws ArgumentError for a grid that is empty, not ascending or of the wrong size.
  explicit StepTable(StepGrid grid);

  StepCost prefill(std::span<const Index> prompts) const override;
  StepCost decode(std::span<const Decoding> sequences) const override;
  Index kv_capacity() const override { return grid_.kv_capacity; }
  Index start_tokens() const override { return grid_.answers.empty() ? 0 : 1; }
  Watts idle() const override { return grid_.idle; }
  const StepGrid& grid() const { return grid_; }

 private:
  StepCost between(const std::vector<StepCost>& table, const std::vector<Index>& answers,
                   const std::array<double, 3>& at) const;

  StepGrid grid_;
};

}  // namespace ohm
