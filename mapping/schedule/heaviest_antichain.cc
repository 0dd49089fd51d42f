// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/heaviest_antichain.h"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <limits>
#include <numeric>

namespace ohm {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Pipes = boost::adjacency_list<
    boost::vecS, boost::vecS, boost::directedS, boost::no_property,
    boost::property<
        boost::edge_capacity_t, std::int64_t,
        boost::property<boost::edge_residual_capacity_t, std::int64_t,
                        boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

void add_pipe(Pipes& pipes, size_t from, size_t to, std::int64_t capacity) {
  const auto there = boost::add_edge(from, to, pipes).first;
  const auto back = boost::add_edge(to, from, pipes).first;
  boost::put(boost::edge_capacity, pipes, there, capacity);
  boost::put(boost::edge_capacity, pipes, back, 0);
  boost::put(boost::edge_reverse, pipes, there, back);
  boost::put(boost::edge_reverse, pipes, back, there);
}

/// Those after `i` with nothing in between.
std::vector<Index> next_of(const std::vector<std::vector<Index>>& after, size_t i) {
  std::vector<bool> farther(after.size(), false);
  std::vector<Index> next;
  for (const Index j : after[i]) {
    if (farther[static_cast<size_t>(j)]) continue;
    next.push_back(j);
    for (const Index k : after[static_cast<size_t>(j)]) farther[static_cast<size_t>(k)] = true;
  }
  return next;
}

}  // namespace

std::int64_t heaviest_antichain(const std::vector<std::int64_t>& weights,
                                const std::vector<std::vector<Index>>& after) {
  const size_t n = weights.size(), source = 2 * n, sink = 2 * n + 1;
  const std::int64_t total = std::accumulate(weights.begin(), weights.end(), std::int64_t{0});
  Pipes pipes(2 * n + 2);
  for (size_t i = 0; i < n; ++i) {
    add_pipe(pipes, source, i, weights[i]);
    add_pipe(pipes, n + i, sink, weights[i]);
    add_pipe(pipes, n + i, i, total);  // on to what is after the next
    for (const Index j : next_of(after, i)) {
      add_pipe(pipes, i, n + static_cast<size_t>(j), total);
    }
  }
  return total - boost::push_relabel_max_flow(pipes, source, sink);
}

}  // namespace ohm
