// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <boost/multiprecision/eigen.hpp>
#include <map>
#include <numeric>
#include <vector>

namespace ohm {

/// A number of 50 digits: nodal analysis loses as many as the conductances of its wires and cells
/// lie apart.
using Exact = boost::multiprecision::number<boost::multiprecision::cpp_bin_float<50>,
                                            boost::multiprecision::et_off>;

/// Brute-force nodal analysis of any network of resistors and grounded voltage
/// sources, for tests: it knows nothing of arrays. Node 0 is the ground; a resistor of 0 Ohm makes
/// one node of two.
class ResistorNetwork {
 public:
  int node() {
    merged_.push_back(static_cast<int>(merged_.size()));
    return merged_.back();
  }
  int source(Exact volts) {
    const int n = node();
    fixed_[n] = volts;
    return n;
  }
  void resistor(int a, int b, double ohms) {
    if (ohms == 0.0) {
      merged_[static_cast<size_t>(root(a))] = root(b);
    } else {
      conductance(a, b, Exact(1) / ohms);
    }
  }
  void conductance(int a, int b, Exact siemens) {
    if (siemens != 0) edges_.push_back({a, b, siemens});
  }

  /// Current that flows out of the network into `target`, A; call after everything is connected.
  Exact current_into(int target) {
    solve();
    Exact sum = 0;
    for (const Edge& e : edges_) {
      const int a = root(e.a), b = root(e.b), t = root(target);
      if (a != b && b == t) sum += e.siemens * (volts_[a] - volts_[b]);
      if (a != b && a == t) sum += e.siemens * (volts_[b] - volts_[a]);
    }
    return sum;
  }

 private:
  struct Edge {
    int a, b;
    Exact siemens;
  };

  int root(int n) const {
    while (merged_[static_cast<size_t>(n)] != n) n = merged_[static_cast<size_t>(n)];
    return n;
  }

  void solve() {
    if (solved_) return;
    solved_ = true;
    volts_[root(0)] = 0;
    for (const auto& [n, v] : fixed_) volts_[root(n)] = v;
    std::map<int, int> unknown;
    for (const Edge& e : edges_) {
      for (const int n : {root(e.a), root(e.b)}) {
        if (!volts_.contains(n)) unknown.try_emplace(n, static_cast<int>(unknown.size()));
      }
    }
    if (unknown.empty()) return;
    using Sparse = Eigen::SparseMatrix<Exact>;
    const auto size = static_cast<Eigen::Index>(unknown.size());
    std::vector<Eigen::Triplet<Exact>> entries;
    Eigen::Matrix<Exact, Eigen::Dynamic, 1> rhs;
    rhs.setZero(size);
    const auto half = [&](int from, int to, Exact siemens) {
      if (!unknown.contains(from) || from == to) return;
      const int row = unknown[from];
      entries.emplace_back(row, row, siemens);
      if (unknown.contains(to)) {
        entries.emplace_back(row, unknown[to], -siemens);
      } else {
        rhs[row] += siemens * volts_[to];
      }
    };
    for (const Edge& e : edges_) {
      half(root(e.a), root(e.b), e.siemens);
      half(root(e.b), root(e.a), e.siemens);
    }
    Sparse matrix(size, size);
    matrix.setFromTriplets(entries.begin(), entries.end());
    const Eigen::SimplicialLDLT<Sparse> factors(matrix);
    const Eigen::Matrix<Exact, Eigen::Dynamic, 1> v = factors.solve(rhs);
    for (const auto& [n, row] : unknown) volts_[n] = v[row];
  }

  std::vector<int> merged_{0};
  std::vector<Edge> edges_;
  std::map<int, Exact> fixed_, volts_;
  bool solved_ = false;
};

}  // namespace ohm
