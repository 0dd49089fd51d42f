// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "core/error.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/plan_tokens.h"

namespace ohm {
namespace {

auto key(const SkippedMatrices& s) {
  return std::tuple(s.rows, s.columns, s.count);
}

bool same(const std::vector<SkippedMatrices>& a, const std::vector<SkippedMatrices>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return key(x) == key(y); });
}

bool same(const ShapeMatrix& a, const ShapeMatrix& b) {
  const auto fields = [](const ShapeMatrix& m) {
    return std::tuple(m.number, m.rows, m.columns, m.stored, m.once, m.routed, m.share);
  };
  return fields(a) == fields(b) && same(a.before, b.before);
}

bool same(const ShapeOperator& a, const ShapeOperator& b) {
  const auto fields = [](const ShapeOperator& o) {
    return std::tie(o.kind, o.function, o.in, o.out, o.operands, o.from, o.matrix, o.rotated,
                    o.tokens, o.expert, o.window, o.source, o.crosses, o.keeps);
  };
  return fields(a) == fields(b);
}

template <class T>
bool all_same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const T& x, const T& y) { return same(x, y); });
}

bool same(const LayerKind& a, const LayerKind& b) {
  return a.n_matrices == b.n_matrices && all_same(a.matrices, b.matrices) &&
         all_same(a.operators, b.operators) && same(a.behind, b.behind);
}

void skip(const StaticMatmul& matmul, std::vector<SkippedMatrices>& skipped) {
  for (SkippedMatrices& s : skipped) {
    if (s.rows != matmul.rows || s.columns != matmul.columns) continue;
    ++s.count;
    return;
  }
  skipped.push_back({matmul.rows, matmul.columns, 1});
}

/// Walks the operators in their order and cuts them where the layer changes.
class Collector {
 public:
  Collector(const Network& network, const Stored& stored)
      : network_(network), stored_(stored), place_(network.order.size(), -1) {
    result_.spec = network.spec;
    result_.tables = embedding_tables(network);
  }

  ShapeNetwork run() {
    for (size_t i = 0; i < network_.order.size();) {
      const int layer = network_.op(network_.order[i]).layer;
      size_t end = i;
      while (end < network_.order.size() && network_.op(network_.order[end]).layer == layer) ++end;
      collect(i, end);
      i = end;
    }
    return std::move(result_);
  }

 private:
  void collect(size_t begin, size_t end) {
    LayerUse use{0, network_.op(network_.order[begin]).layer, next_matrix_};
    kind_ = {};
    std::vector<SkippedMatrices> skipped;
    for (size_t i = begin; i < end; ++i) {
      const Index vertex = network_.order[i];
      const Index m = network_.op(vertex).matmul;
      if (m >= 0) ++next_matrix_;
      if (is_listed(network_, vertex)) {
        if (m >= 0) add_matrix(network_.matmuls[static_cast<size_t>(m)], use, skipped);
        add_operator(vertex);
      } else if (m >= 0 && stored_(network_.matmuls[static_cast<size_t>(m)])) {
        skip(network_.matmuls[static_cast<size_t>(m)], skipped);
      }
    }
    kind_.behind = std::move(skipped);
    kind_.n_matrices = next_matrix_ - use.first_matrix;
    stream_ = network_.order[end - 1];
    for (size_t i = begin; i < end; ++i) {
      if (network_.op(network_.order[i]).name == "source.norm") source_ = network_.order[i];
    }
    for (size_t i = begin; i < end; ++i) place_[static_cast<size_t>(network_.order[i])] = -1;
    use.kind = kind_number();
    result_.layers.push_back(use);
  }

  void add_matrix(const StaticMatmul& m, const LayerUse& use,
                  std::vector<SkippedMatrices>& skipped) {
    const double share = static_cast<double>(m.active) / static_cast<double>(m.among);
    kind_.matrices.push_back({m.id - use.first_matrix, m.rows, m.columns, stored_(m), m.once,
                              m.routed(), share, std::move(skipped)});
    skipped.clear();
  }

  void add_operator(Index vertex) {
    const Operator& op = network_.op(vertex);
    ShapeOperator made{op.kind, op.function, op.in_features,          op.out_features, 0,        {},
                       -1,      0,           tokens_of(network_, op), op.expert >= 0,  op.window};
    made.source = reads_source(network_, vertex);
    made.crosses = is_cross_attention(network_, vertex);
    if (op.matmul >= 0) {
      made.matrix = std::ssize(kind_.matrices) - 1;
      made.keeps = network_.matmuls[static_cast<size_t>(op.matmul)].part == "cross_kv";
    }
    if (op.kind == OpKind::rope) made.rotated = rotated_elements(network_, vertex);
    if (op.kind == OpKind::attention_scores) {
      kind_.attends = true;
      kind_.window = op.window;
    }
    const auto [begin, end] = boost::in_edges(static_cast<size_t>(vertex), network_.graph);
    for (auto edge = begin; edge != end; ++edge) {
      const auto from = static_cast<Index>(boost::source(*edge, network_.graph));
      ++made.operands;
      if (is_listed(network_, from)) made.from.push_back(producer(from));
    }
    place_[static_cast<size_t>(vertex)] = static_cast<int>(std::ssize(kind_.operators));
    kind_.operators.push_back(std::move(made));
  }

  int producer(Index vertex) const {
    const int place = place_[static_cast<size_t>(vertex)];
    if (place >= 0) return place;
    if (vertex == source_) return ShapeOperator::kSource;
    if (vertex == stream_) return ShapeOperator::kStream;
    throw ArgumentError(
        fmt::format("shape: a layer of {} reads another one than the layer before it; expected "
                    "layers in a row: estimate it with fidelity structure",
                    network_.spec.name));
  }

  size_t kind_number() {
    for (size_t k = 0; k < result_.kinds.size(); ++k) {
      if (same(result_.kinds[k], kind_)) return k;
    }
    result_.kinds.push_back(std::move(kind_));
    return result_.kinds.size() - 1;
  }

  const Network& network_;
  const Stored& stored_;
  std::vector<int> place_;  // by vertex: in the layer at hand
  LayerKind kind_;
  Index next_matrix_ = 0, stream_ = -1, source_ = -1;
  ShapeNetwork result_;
};

}  // namespace

const ShapeOperator* last_of(const LayerKind& kind, const Request& pass) {
  const ShapeOperator* last = nullptr;
  for (const ShapeOperator& op : kind.operators) {
    if (works_in(op, pass)) last = &op;
  }
  return last;
}

ShapeNetwork shape_network(const Network& network, const Stored& stored) {
  return Collector(network, stored).run();
}

}  // namespace ohm
