// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "mapping/shape/attention_times.h"
#include "mapping/shape/shape_times.h"

namespace ohm {

/// Times of one operator's own steps.
struct OperatorSteps {
  Picoseconds own = 0;         ///< on the lanes beside its operands
  Picoseconds quantise = 0;    ///< of the input of a matrix
  Picoseconds dequantise = 0;  ///< of a digital head
  DramTime fetch;              ///< of what comes from the memory
};

/// Times of the steps of a chip's lanes and buffers.
class StepClock {
 public:
  explicit StepClock(const ShapeCase& c);

  Picoseconds lanes(Index elements, Index cycles, std::int64_t bytes) const;
  Picoseconds buffer(std::int64_t bytes) const;
  Picoseconds quantise(Index elements) const;
  std::int64_t activations(Index n) const;
  /// Storing so many elements of a query, which are written and read, for each head of the fullest
  /// team, and of what is kept of a token for each head of keys.
  Picoseconds storing(const AttentionSpread& spread, Index query, Index kept) const;
  /// Claims of an expert that stands for its group are for its share of the tokens.
  Picoseconds shared(Picoseconds busy, bool expert) const;

  /// Steps of every operator of a kind of layers.
  std::vector<OperatorSteps> of(const LayerKind& kind) const;

 private:
  OperatorSteps of(const ShapeOperator& op) const;
  OperatorSteps matrix(const ShapeOperator& op) const;
  OperatorSteps embedding(const ShapeOperator& op) const;
  const ElementSpec& element(const ShapeOperator& op) const;

  const ShapeCase& case_;
  const DigitalSpec& unit_;
  const double expert_share_;
};

}  // namespace ohm
