// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <utility>

#include "mapping/network/adapters.h"
#include "mapping/network/network.h"

namespace ohm {

/// Appends operators in the order of the computation; every method returns the new vertex.
class GraphBuilder {
 public:
  explicit GraphBuilder(const TransformerSpec& spec);

  Index add(Operator op, std::initializer_list<Index> producers);

  /// `matmul` gives part, rows, columns and bias. Where its part has an adapter beside it, what
  /// comes out is the sum of both, module by module of the adapter.
  Index matmul(const std::string& name, StaticMatmul matmul, std::initializer_list<Index> from);

  Index norm(const std::string& name, Index from) { return norm(name, d_, from); }
  Index norm(const std::string& name, Index features, Index from) {
    return norm(name, features, features, from);
  }
  /// Of `features`; the vector that goes on may have more.
  Index norm(const std::string& name, Index features, Index passed, Index from);

  /// `kind` with as many outputs as inputs.
  Index elementwise(OpKind kind, const std::string& name, Index features,
                    std::initializer_list<Index> from);
  Index activation(const std::string& name, Index features, const std::string& function,
                   Index from);
  Index residual(const std::string& name, Index stream, Index branch) {
    return elementwise(OpKind::residual, name, d_, {stream, branch});
  }

  void enter_layer(int layer) { layer_ = layer; }
  int layer() const { return layer_; }
  /// From here on operators act on one token of a sequence.
  void once_from_here() { once_ = true; }
  /// From here on operators act on tokens whose output is wanted.
  void output_from_here() { output_ = true; }
  void read_source(bool source) { source_ = source; }
  void enter_expert(Index expert) { expert_ = expert; }
  void connect(Index from, Index to) {
    boost::add_edge(static_cast<size_t>(from), static_cast<size_t>(to), network_.graph);
  }
  Network take() { return std::move(network_); }

 private:
  std::string prefix() const;
  Index add_matmul(const std::string& name, StaticMatmul matmul, std::initializer_list<Index> from);

  Index add_adapter(const std::string& group, const AdapterModule& module, Index rows,
                    std::initializer_list<Index> from);

  Network network_;
  Index d_;
  int layer_ = -1;
  bool once_ = false, output_ = false, source_ = false;
  Index n_norms_ = 0, expert_ = -1;
  std::map<std::string, Index> adapter_inputs_;  // vertices by name: modules may share them
};

}  // namespace ohm
