// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/graph_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {

GraphBuilder::GraphBuilder(const TransformerSpec& spec) : d_(spec.d_model) {
  network_.spec = spec;
}

std::string GraphBuilder::prefix() const {
  return layer_ < 0 ? "" : fmt::format("h.{}.", layer_);
}

Index GraphBuilder::add(Operator op, std::initializer_list<Index> producers) {
  op.layer = layer_;
  op.once = once_;
  op.output = output_;
  op.expert = expert_;
  op.name = prefix() + op.name;
  const auto vertex = boost::add_vertex(network_.graph);
  network_.graph[vertex] = std::move(op);
  for (const Index from : producers) {
    boost::add_edge(static_cast<size_t>(from), vertex, network_.graph);
  }
  network_.order.push_back(static_cast<Index>(vertex));
  return network_.order.back();
}

Index GraphBuilder::add_matmul(const std::string& name, StaticMatmul matmul,
                               std::initializer_list<Index> from) {
  Operator op{.kind = OpKind::matmul, .name = name};
  op.in_features = matmul.rows;
  op.out_features = matmul.columns;
  op.matmul = std::ssize(network_.matmuls);
  matmul.id = op.matmul;
  matmul.name = prefix() + name;
  matmul.layer = layer_;
  matmul.once = once_;
  matmul.expert = expert_;
  matmul.source = matmul.source || source_;
  network_.matmuls.push_back(std::move(matmul));
  return add(std::move(op), from);
}

Index GraphBuilder::matmul(const std::string& name, StaticMatmul matmul,
                           std::initializer_list<Index> from) {
  const TransformerSpec& s = network_.spec;
  const auto& parts = s.lora_parts;
  const bool adapts =
      s.has_adapters() && std::find(parts.begin(), parts.end(), matmul.part) != parts.end();
  const Index rows = matmul.rows, columns = matmul.columns;
  const std::string part = matmul.part;
  Index low = -1;
  if (adapts) {
    const Index a = add_matmul(
        name + "_lora_a",
        {.part = part + "_lora_a", .rows = rows, .columns = s.lora_rank, .bias = false}, from);
    low = add_matmul(
        name + "_lora_b",
        {.part = part + "_lora_b", .rows = s.lora_rank, .columns = columns, .bias = false}, {a});
  }
  if (layer_ >= 0) matmul.levels = s.weight_levels;
  const Index made = add_matmul(name, std::move(matmul), from);
  // behind its matrix, so that the sum is made where that matrix ends
  return adapts ? elementwise(OpKind::residual, name + "_lora", columns, {low, made}) : made;
}

Index GraphBuilder::norm(const std::string& name, Index features, Index passed, Index from) {
  Operator op{.kind = OpKind::norm, .name = name};
  op.in_features = features;
  op.out_features = passed;
  op.norm = n_norms_++;
  return add(std::move(op), {from});
}

Index GraphBuilder::elementwise(OpKind kind, const std::string& name, Index features,
                                std::initializer_list<Index> from) {
  Operator op{.kind = kind, .name = name};
  op.in_features = op.out_features = features;
  return add(std::move(op), from);
}

Index GraphBuilder::activation(const std::string& name, Index features, const std::string& function,
                               Index from) {
  Operator op{.kind = OpKind::activation, .name = name};
  op.in_features = op.out_features = features;
  op.function = function;
  return add(std::move(op), {from});
}

}  // namespace ohm
