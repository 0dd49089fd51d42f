// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "mapping/network/network.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// Matrices of one size, and how many of them come before the next one that counts.
struct SkippedMatrices {
  Index rows = 0, columns = 0, count = 0;
};

/// A matrix of a layer that a plan lists.
struct ShapeMatrix {
  Index number = 0;  ///< among the matrices of its layer
  Index rows = 0, columns = 0;
  bool stored = true;                   ///< in arrays; else in the DRAM
  bool once = false;                    ///< acts on one token of a sequence
  bool routed = false;                  ///< part of a routed expert
  double share = 1.0;                   ///< of the tokens that work on it, the load being uniform
  std::vector<SkippedMatrices> before;  ///< of experts for which another one stands
};

/// An operator of a layer that a plan lists.
struct ShapeOperator {
  static constexpr int kStream = -1;  ///< a producer: the last operator of the layer before
  static constexpr int kSource = -2;  ///< a producer: the output of the first of two stacks

  OpKind kind = OpKind::embedding;
  std::string function;
  Index in = 0, out = 0;
  Index operands = 0;     ///< producers in the graph, those of experts that are not listed included
  std::vector<int> from;  ///< producers that are listed, by their place in the layer
  Index matrix = -1;      ///< entry of LayerKind::matrices
  Index rotated = 0;      ///< elements that a rotation turns
  StepTokens tokens = StepTokens::every;
  bool expert = false;
  Index window = 0;      ///< of attention
  bool source = false;   ///< works in the pass of the first of two stacks
  bool crosses = false;  ///< of attention: its keys and values are the source's
  bool keeps = false;    ///< a matrix whose results are keys and values for a second stack
};

/// Layers of one kind: the same operators between the same matrices.
struct LayerKind {
  std::vector<ShapeOperator> operators;  ///< every producer before its consumers
  std::vector<ShapeMatrix> matrices;
  std::vector<SkippedMatrices> behind;
  Index n_matrices = 0;  ///< listed or not
  bool attends = false;
  Index window = 0;  ///< positions that its attention sees at most; 0: all
};

/// One layer, or what stands before or behind all of them.
struct LayerUse {
  size_t kind = 0;
  int layer = -1;
  Index first_matrix = 0;  ///< of Network::matmuls
};

/// A network as few kinds of layers and their order: what closed forms are made of. Two stacks
/// follow each other, with what passes of either do beside each other in a layer.
struct ShapeNetwork {
  TransformerSpec spec;
  Index tables = 1;  ///< rows that the embedding of a token reads
  std::vector<LayerKind> kinds;
  std::vector<LayerUse> layers;
};

/// Whether a matrix lives in crossbars.
using Stored = std::function<bool(const StaticMatmul&)>;

/// Whether an operator works in the pass of a request: two stacks take two passes.
inline bool works_in(const ShapeOperator& op, const Request& pass) {
  return op.source == pass.first_stack;
}

/// The last operator of a layer that works in a pass; nullptr: none does.
const ShapeOperator* last_of(const LayerKind& kind, const Request& pass);

/// Collects equal layers.
ShapeNetwork shape_network(const Network& network, const Stored& stored);

}  // namespace ohm
