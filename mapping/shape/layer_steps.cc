// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/layer_steps.h"

#include <algorithm>
#include <cmath>

#include "mapping/chip/transfers.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/shape/short_division.h"

namespace ohm {
namespace {

const std::string kAction = "lanes";

}  // namespace

StepClock::StepClock(const ShapeCase& c)
    : case_(c),
      unit_(c.chip.digital),
      expert_share_(expert_share(c.network.spec, c.request.expert_imbalance)) {}

Picoseconds StepClock::buffer(std::int64_t bytes) const {
  return picoseconds(Bytes(static_cast<double>(bytes)) / case_.chip.buffer.bandwidth, kAction);
}

Picoseconds StepClock::lanes(Index elements, Index each, std::int64_t bytes) const {
  const Index n = (elements == 0 ? 0 : quotient(elements - 1, unit_.lanes) + 1) * each;
  return std::max(cycles(n, unit_.clock, kAction), buffer(bytes));
}

Picoseconds StepClock::quantise(Index elements) const {
  return lanes(elements, unit_.quantise.cycles, activations(elements));
}

std::int64_t StepClock::activations(Index n) const {
  return bytes_of(n, unit_.activation_bits);
}

Picoseconds StepClock::storing(const AttentionSpread& spread, Index query, Index kept) const {
  const ChipSpec& chip = case_.chip;
  return buffer(2 * bytes_of(spread.most_heads * query, chip.query_bits()) +
                bytes_of(kept * spread.most_kv_heads, chip.kv_bits));
}

Picoseconds StepClock::shared(Picoseconds busy, bool expert) const {
  if (!expert) return busy;
  return static_cast<Picoseconds>(std::ceil(static_cast<double>(busy) * expert_share_));
}

std::vector<OperatorSteps> StepClock::of(const LayerKind& kind) const {
  std::vector<OperatorSteps> steps;
  for (const ShapeOperator& op : kind.operators) {
    steps.push_back(op.matrix >= 0 ? matrix(op) : of(op));
    const bool digital = op.matrix >= 0 && !kind.matrices[static_cast<size_t>(op.matrix)].stored;
    if (!digital) continue;
    const Index bits = case_.figures.macro().weight.bits;
    const DramTime head = dram_time(case_.chip, bytes_of(op.in * op.out, bits), 0, 1);
    steps.back().fetch = head;
    steps.back().dequantise = lanes(op.out, unit_.dequantise.cycles, activations(op.out));
  }
  return steps;
}

OperatorSteps StepClock::matrix(const ShapeOperator& op) const {
  OperatorSteps steps;
  if (op.from.empty()) {
    steps.fetch = dram_time(case_.chip, bytes_of(op.in, case_.figures.macro().input.bits), 0, 1);
  } else {
    steps.quantise = quantise(op.in);
  }
  return steps;
}

const ElementSpec& StepClock::element(const ShapeOperator& op) const {
  switch (op.kind) {
    case OpKind::norm:
      return norm_element(unit_, case_.network.spec.norm);
    case OpKind::activation:
      return activation_element(unit_, op.function);
    case OpKind::gate:
      return gate_element(unit_);
    case OpKind::combine:
      return combine_element(unit_);
    default:
      return unit_.residual;
  }
}

OperatorSteps StepClock::embedding(const ShapeOperator& op) const {
  OperatorSteps steps;
  const Index tables = case_.network.tables;
  steps.fetch = dram_time(case_.chip, tables * activations(op.out), tables, 1);
  steps.own = lanes((tables - 1) * op.out, unit_.residual.cycles, activations(op.out));
  return steps;
}

OperatorSteps StepClock::of(const ShapeOperator& op) const {
  const TransformerSpec& s = case_.network.spec;
  const auto operands = static_cast<Index>(std::ssize(op.from));
  OperatorSteps steps;
  switch (op.kind) {
    case OpKind::attention_scores:
    case OpKind::softmax:
    case OpKind::attention_values:
    case OpKind::matmul:
      break;
    case OpKind::rope:
      steps.own = lanes(op.rotated, rope_element(unit_).cycles, 2 * activations(op.rotated));
      break;
    case OpKind::routing:
      steps.own =
          lanes(s.n_experts, unit_.softmax.cycles + s.experts_per_token * unit_.accumulate.cycles,
                2 * activations(s.n_experts));
      break;
    case OpKind::combine:
      steps.own =
          lanes((operands - 1) * op.out, element(op).cycles, operands * activations(op.out));
      break;
    default:
      if (op.from.empty()) return embedding(op);
      steps.own = lanes(op.in, element(op).cycles, (operands + 1) * activations(op.in));
  }
  return steps;
}

}  // namespace ohm
