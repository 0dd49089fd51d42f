// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/ladder_sweeps.h"

#include <gtest/gtest.h>

#include <hwy/highway.h>
#include <hwy/targets.h>
#include <cmath>
#include <numbers>
#include <numeric>

#include "crossbar/wires/driven_solver.h"
#include "tests/crossbar/wires/random_cells.h"

namespace ohm {
namespace {

TEST(LadderSweeps, WithIdealWordlinesOneSweepIsTheSolution) {
  Matrix<double> g(2, 1);
  g.values = {1e-3, 2e-3};
  const Ladders ladders = make_ladders(g, {.r_bitline = 10.0, .r_sense = 20.0});
  LineSweep sweep(ladders, 1);
  sweep.drive = {1.0, 0.5};
  ascend(ladders, sweep, 1.0);
  const double first = 1e-3 / (1.0 + 10.0 * 1e-3), y = 1e-3 / (1.0 + 10.0 * 1e-3) + 2e-3;
  EXPECT_DOUBLE_EQ(sweep.near_output[0], (first + 1e-3) / (1.0 + 20.0 * y));
}

/// Share of the error that one pair of plain sweeps leaves, after many.
double contraction(const Ladders& ladders) {
  LineSweep sweep(ladders, 1);
  std::fill(sweep.wordline_current.begin(), sweep.wordline_current.end(), 1.0);
  double before = 1.0, ratio = 0.0;
  for (int pair = 0; pair < 30; ++pair) {
    ascend(ladders, sweep, 1.0);
    descend(ladders, sweep, 1.0);
    const auto& k = sweep.wordline_current;
    const double now = std::sqrt(std::inner_product(k.begin(), k.end(), k.begin(), 0.0));
    ratio = now / before;
    before = now;
  }
  return ratio;
}

/// The bound of block Gauss-Seidel from the smallest eigenvalue of ladders of n equal resistors.
double ladder_bound(Index n, double ohms, double g_max) {
  const double angle = std::numbers::pi / (2.0 * (2.0 * static_cast<double>(n) + 1.0));
  const double kappa = g_max * ohms / (4.0 * std::sin(angle) * std::sin(angle));
  return std::pow(kappa / (1.0 + kappa), 2);
}

TEST(LadderSweeps, PairsOfPlainSweepsConvergeAsTheLaddersEigenvaluesSay) {
  struct Case {
    Index n;
    double ohms, observed;
  };
  for (const Case& c : {Case{128, 1.0, 0.067}, {256, 5.0, 0.766}}) {
    const WireResistances wires{c.ohms, c.ohms, c.ohms, c.ohms};
    const Ladders ladders = make_ladders(random_cells(c.n, c.n, 5e-6, 100e-6), wires);
    const double observed = contraction(ladders);
    EXPECT_NEAR(observed, c.observed, 0.01);
    EXPECT_LE(observed, ladder_bound(c.n, c.ohms, 100e-6));
    EXPECT_LE(observed, coupling_bound(ladders));
  }
}

TEST(LadderSweeps, TheCouplingBoundHoldsForAnyWiring) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    const Matrix<double> r = random_decades(1, 4, 0.1, 1e4, seed);
    const WireResistances wires{r(0, 0), r(0, 1), r(0, 2), r(0, 3), seed % 2 == 0, seed % 3 == 0};
    const Ladders ladders = make_ladders(random_decades(9, 14, 1e-7, 1e-3, seed), wires);
    EXPECT_LE(contraction(ladders), coupling_bound(ladders) * (1.0 + 1e-12)) << seed;
  }
}

/// Symmetric tridiagonal lines of `n` nodes side by side, each with cells to the other side.
class Lines {
 public:
  /// Node k of line l has its cell at (l, k), or at (k, l) where lines run along the rows' index.
  Lines(const Matrix<double>& g, bool along_rows, double r_link, double r_end, bool end_at_last)
      : g_(g),
        along_rows_(along_rows),
        link_(1.0 / r_link),
        end_(1.0 / r_end),
        end_at_last_(end_at_last) {}

  Index nodes() const { return along_rows_ ? g_.rows : g_.cols; }
  Index lines() const { return along_rows_ ? g_.cols : g_.rows; }
  double& at(Matrix<double>& x, Index line, Index node) const {
    return along_rows_ ? x(node, line) : x(line, node);
  }
  double at(const Matrix<double>& x, Index line, Index node) const {
    return along_rows_ ? x(node, line) : x(line, node);
  }
  double diagonal(Index line, Index node) const {
    const double ends = node == (end_at_last_ ? nodes() - 1 : 0) ? end_ : 0.0;
    const int links = (node > 0 ? 1 : 0) + (node < nodes() - 1 ? 1 : 0);
    return at(g_, line, node) + link_ * links + ends;
  }

  /// (T + D) x.
  Matrix<double> times(const Matrix<double>& x) const {
    Matrix<double> y(x.rows, x.cols);
    for (Index l = 0; l < lines(); ++l) {
      for (Index k = 0; k < nodes(); ++k) {
        at(y, l, k) = diagonal(l, k) * at(x, l, k);
        if (k > 0) at(y, l, k) -= link_ * at(x, l, k - 1);
        if (k < nodes() - 1) at(y, l, k) -= link_ * at(x, l, k + 1);
      }
    }
    return y;
  }

  /// (T + D)^-1 x, by elimination.
  Matrix<double> solved(Matrix<double> x) const {
    std::vector<double> ratio(static_cast<size_t>(nodes()));
    for (Index l = 0; l < lines(); ++l) {
      for (Index k = 0; k < nodes(); ++k) {
        const double before = k > 0 ? ratio[static_cast<size_t>(k - 1)] : 0.0;
        const double pivot = diagonal(l, k) - link_ * before;
        at(x, l, k) = (at(x, l, k) + (k > 0 ? link_ * at(x, l, k - 1) : 0.0)) / pivot;
        ratio[static_cast<size_t>(k)] = link_ / pivot;
      }
      for (Index k = nodes() - 2; k >= 0; --k) {
        at(x, l, k) += ratio[static_cast<size_t>(k)] * at(x, l, k + 1);
      }
    }
    return x;
  }

 private:
  const Matrix<double>& g_;
  bool along_rows_;
  double link_, end_;
  bool end_at_last_;
};

double dot(const Matrix<double>& a, const Matrix<double>& b) {
  return std::inner_product(a.values.begin(), a.values.end(), b.values.begin(), 0.0);
}

/// a + s · b, or a times b entry by entry.
Matrix<double> plus(Matrix<double> a, double s, const Matrix<double>& b) {
  for (size_t k = 0; k < a.values.size(); ++k) a.values[k] += s * b.values[k];
  return a;
}
Matrix<double> weighted(Matrix<double> a, const Matrix<double>& b) {
  for (size_t k = 0; k < a.values.size(); ++k) a.values[k] *= b.values[k];
  return a;
}

/// The nodes of an array whose wordlines are eliminated: S v = D (T_w + D)^-1 i_driver with
/// S = T_b + D - D (T_w + D)^-1 D.
class SchurComplement {
 public:
  SchurComplement(const Matrix<double>& g, const WireResistances& r)
      : g_(g),
        wordlines_(g, false, r.r_wordline, r.r_driver, false),
        bitlines_(g, true, r.r_bitline, r.r_sense, true),
        driver_(1.0 / r.r_driver) {}

  Matrix<double> times(const Matrix<double>& v) const {
    return plus(bitlines_.times(v), -1.0, weighted(wordlines_.solved(weighted(v, g_)), g_));
  }
  Matrix<double> right_side() const {
    Matrix<double> drive(g_.rows, g_.cols);
    for (Index i = 0; i < g_.rows; ++i) drive(i, 0) = driver_;
    return weighted(wordlines_.solved(drive), g_);
  }
  double energy(const Matrix<double>& v) const { return std::sqrt(dot(v, times(v))); }

  /// The first `steps` iterates of conjugate gradients with T_b + D as preconditioner, from zero.
  std::vector<Matrix<double>> iterates(int steps) const {
    std::vector<Matrix<double>> found{Matrix<double>(g_.rows, g_.cols)};
    Matrix<double> r = right_side(), z = bitlines_.solved(r), p = z;
    for (double rz = dot(r, z); std::ssize(found) <= steps && rz > 0.0;) {
      const Matrix<double> sp = times(p);
      const double alpha = rz / dot(p, sp);
      found.push_back(plus(found.back(), alpha, p));
      r = plus(r, -alpha, sp);
      z = bitlines_.solved(r);
      const double next = dot(r, z);
      p = plus(z, next / rz, p);
      rz = next;
    }
    return found;
  }

 private:
  const Matrix<double>& g_;
  Lines wordlines_, bitlines_;
  double driver_;
};

// Conjugate gradients err by at most 2 ((√κ - 1) / (√κ + 1))^k after k steps, in the norm of the
// energy, so that ½ √κ ln(2 / ε) steps suffice; the coupling bound says that κ ≤ 1 / (1 - bound).
TEST(LadderSweeps, ConjugateGradientsNeedNoMoreStepsThanTheCouplingBoundAllows) {
  constexpr double kAccuracy = 1e-8;
  for (const double ohms : {5.0, 50.0, 500.0}) {
    const Matrix<double> g = random_cells(40, 32, 5e-6, 100e-6);
    const WireResistances wires{ohms, ohms, 2.0 * ohms, ohms};
    const SchurComplement schur(g, wires);
    const double kappa = 1.0 / (1.0 - coupling_bound(make_ladders(g, wires)));
    const double most = std::ceil(0.5 * std::sqrt(kappa) * std::log(2.0 / kAccuracy));
    const auto iterates = schur.iterates(static_cast<int>(most) + 40);
    const Matrix<double>& exact = iterates.back();
    size_t needed = 0;
    while (schur.energy(plus(iterates[needed], -1.0, exact)) > kAccuracy * schur.energy(exact)) {
      ++needed;
    }
    EXPECT_GT(needed, 1U) << ohms;
    EXPECT_LE(static_cast<double>(needed), most) << ohms;
    // and what they find are the currents that the sweeps find
    Matrix<double> all(1, 40), found(1, 32);
    std::fill(all.values.begin(), all.values.end(), 1.0);
    for (Index j = 0; j < 32; ++j) found(0, j) = exact(39, j) / wires.r_sense;
    EXPECT_LT(largest_relative_error(driven_currents(g, wires, all), found), 1e-9) << ohms;
  }
}

TEST(LadderSweeps, LanesAndVectorWidthsDoNotChangeABit) {
  const Matrix<double> g = random_cells(19, 23, 1e-6, 1e-4);
  const Ladders ladders = make_ladders(g, {10.0, 20.0, 30.0, 40.0, true, true});
  const auto outputs = [&](Index lanes) {
    LineSweep sweep(ladders, lanes);
    for (Index i = 0; i < 19 * lanes; ++i) {
      sweep.drive[static_cast<size_t>(i)] = 0.01 * static_cast<double>(i / lanes + 1);
    }
    for (const double omega : {1.0, 1.3, 1.2}) {
      ascend(ladders, sweep, omega);
      descend(ladders, sweep, omega);
    }
    std::vector<double> first_lane;
    for (Index j = 0; j < 23; ++j) {
      const auto at = static_cast<size_t>(j * lanes);
      first_lane.push_back(sweep.near_output[at] + sweep.far_output[at]);
    }
    return first_lane;
  };
  const std::vector<double> widest = outputs(1);
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_EQ(outputs(1), widest);
    EXPECT_EQ(outputs(kSweepLanes), widest);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace
}  // namespace ohm
