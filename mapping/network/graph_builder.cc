// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/graph_builder.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {
namespace {

/// "ffn." and "ffn_up" are "ffn.up", "attn." and "q" are "attn.q".
std::string name_of(const std::string& group, const std::string& part) {
  const size_t own = group.size();
  const bool repeats = part.starts_with(group.substr(0, own - 1) + "_");
  return group + (repeats ? part.substr(own) : part);
}

}  // namespace

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
  const std::string group = name.substr(0, name.find('.') + 1);
  std::vector<AdapterModule> modules;
  if (adapts) modules = adapter_modules(s, matmul.part);
  std::vector<Index> low;
  for (const AdapterModule& module : modules) {
    low.push_back(add_adapter(group, module, rows, from));
  }
  if (layer_ >= 0) matmul.levels = s.weight_levels;
  Index made = add_matmul(name, std::move(matmul), from);
  // behind its matrix, so that sums are made where that matrix ends
  for (size_t i = 0; i < modules.size(); ++i) {
    Operator sum{.kind = OpKind::residual, .name = name_of(group, modules[i].part) + "_lora"};
    sum.in_features = modules[i].columns;
    sum.out_features = columns;
    made = add(std::move(sum), {low[i], made});
  }
  return made;
}

Index GraphBuilder::add_adapter(const std::string& group, const AdapterModule& module, Index rows,
                                std::initializer_list<Index> from) {
  const Index rank = network_.spec.lora_rank;
  const std::string input = name_of(group, module.input) + "_lora_a";
  const auto [a, fresh] = adapter_inputs_.try_emplace(prefix() + input, -1);
  if (fresh) {
    a->second = add_matmul(
        input, {.part = module.input + "_lora_a", .rows = rows, .columns = rank, .bias = false},
        from);
  }
  return add_matmul(
      name_of(group, module.part) + "_lora_b",
      {.part = module.part + "_lora_b", .rows = rank, .columns = module.columns, .bias = false},
      {a->second});
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
