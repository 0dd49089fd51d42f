// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/driven_oracle.h"

#include <Eigen/SparseCholesky>
#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "core/error.h"

namespace ohm {
namespace {

using Real = long double;
using Vector = Eigen::Matrix<Real, Eigen::Dynamic, 1>;

struct Branch {
  Index a, b;
  Real conductance;
};

/// The circuit as a list of branches between numbered nodes; ideal conductors merge nodes.
class Circuit {
 public:
  Circuit(const Matrix<double>& g, const WireResistances& w)
      : m_(g.rows), n_(g.cols), joined_(static_cast<size_t>(2 * m_ * n_ + m_ + n_)) {
    std::iota(joined_.begin(), joined_.end(), Index{0});
    for (Index i = 0; i < m_; ++i) {
      resistor(driver(i), u(i, 0), w.r_driver);
      if (w.drive_both_ends) resistor(driver(i), u(i, n_ - 1), w.r_driver);
      for (Index j = 1; j < n_; ++j) resistor(u(i, j - 1), u(i, j), w.r_wordline);
    }
    for (Index j = 0; j < n_; ++j) {
      resistor(v(m_ - 1, j), sense(j), w.r_sense);
      if (w.sense_both_ends) resistor(v(0, j), sense(j), w.r_sense);
      for (Index i = 1; i < m_; ++i) resistor(v(i - 1, j), v(i, j), w.r_bitline);
    }
    for (Index i = 0; i < m_; ++i) {
      for (Index j = 0; j < n_; ++j) branches_.push_back({u(i, j), v(i, j), Real{g(i, j)}});
    }
  }

  Matrix<double> transfer() {
    number_free_nodes();
    const auto elimination = eliminate();
    Matrix<double> g_eff(m_, n_);
    for (Index i = 0; i < m_; ++i) {
      const Vector x = elimination->solve(injected_by(i));
      collect_outputs(i, x, g_eff);
    }
    return g_eff;
  }

 private:
  using Elimination = Eigen::SimplicialLDLT<Eigen::SparseMatrix<Real>>;

  Index u(Index i, Index j) const { return i * n_ + j; }
  Index v(Index i, Index j) const { return (m_ + i) * n_ + j; }
  Index driver(Index i) const { return 2 * m_ * n_ + i; }
  Index sense(Index j) const { return 2 * m_ * n_ + m_ + j; }
  bool fixed(Index node) const { return node >= 2 * m_ * n_; }

  Index root(Index node) {
    while (joined_[static_cast<size_t>(node)] != node) node = joined_[static_cast<size_t>(node)];
    return node;
  }

  void resistor(Index a, Index b, double ohms) {
    if (ohms > 0.0) {
      branches_.push_back({a, b, Real{1.0} / Real{ohms}});
      return;
    }
    // Terminals have the highest numbers, and a merged node is named after its highest.
    const Index low = std::min(root(a), root(b)), high = std::max(root(a), root(b));
    joined_[static_cast<size_t>(low)] = high;
  }

  void number_free_nodes() {
    number_.assign(joined_.size(), 0);
    for (Branch& branch : branches_) {
      branch.a = root(branch.a);
      branch.b = root(branch.b);
    }
    for (Index node = 0; node < driver(0); ++node) {
      if (root(node) == node) number_[static_cast<size_t>(node)] = n_free_++;
    }
  }

  Index number(Index node) const { return number_[static_cast<size_t>(node)]; }

  std::unique_ptr<Elimination> eliminate() const {
    std::vector<Eigen::Triplet<Real>> entries;
    const auto add = [&](Index a, Index b, Real value) {
      entries.emplace_back(static_cast<int>(number(a)), static_cast<int>(number(b)), value);
    };
    for (const Branch& branch : branches_) {
      if (!fixed(branch.a)) add(branch.a, branch.a, branch.conductance);
      if (!fixed(branch.b)) add(branch.b, branch.b, branch.conductance);
      if (fixed(branch.a) || fixed(branch.b)) continue;
      add(branch.a, branch.b, -branch.conductance);
      add(branch.b, branch.a, -branch.conductance);
    }
    Eigen::SparseMatrix<Real> matrix(n_free_, n_free_);
    matrix.setFromTriplets(entries.begin(), entries.end());
    auto elimination = std::make_unique<Elimination>(matrix);
    if (elimination->info() == Eigen::Success) return elimination;
    throw SolveError(
        "driven array: elimination of the nodal equations broke down (residual unknown, tolerance "
        "1e-12); the conductances of wires and cells lie too far apart; use the line solver");
  }

  /// Currents into the free nodes for 1 V at wordline `driven`.
  Vector injected_by(Index driven) const {
    Vector injected = Vector::Zero(n_free_);
    for (const Branch& branch : branches_) {
      if (branch.a == driver(driven) && !fixed(branch.b)) {
        injected[number(branch.b)] += branch.conductance;
      }
      if (branch.b == driver(driven) && !fixed(branch.a)) {
        injected[number(branch.a)] += branch.conductance;
      }
    }
    return injected;
  }

  void collect_outputs(Index driven, const Vector& x, Matrix<double>& g_eff) const {
    const auto potential = [&](Index node) {
      if (fixed(node)) return node == driver(driven) ? Real{1.0} : Real{0.0};
      return x[number(node)];
    };
    std::vector<Real> currents(static_cast<size_t>(n_));
    for (const Branch& branch : branches_) {
      if (branch.a == branch.b) continue;
      // A branch ends at no more than one sense, and senses have the highest numbers.
      const Index end = std::max(branch.a, branch.b), other = std::min(branch.a, branch.b);
      if (end < sense(0)) continue;
      currents[static_cast<size_t>(end - sense(0))] += branch.conductance * potential(other);
    }
    for (Index j = 0; j < n_; ++j) {
      g_eff(driven, j) = static_cast<double>(currents[static_cast<size_t>(j)]);
    }
  }

  Index m_, n_, n_free_ = 0;
  std::vector<Index> joined_, number_;
  std::vector<Branch> branches_;
};

}  // namespace

Matrix<double> effective_conductance_nodal(const Matrix<double>& g, const WireResistances& wires) {
  check_network(g, wires);
  return Circuit(g, wires).transfer();
}

}  // namespace ohm
