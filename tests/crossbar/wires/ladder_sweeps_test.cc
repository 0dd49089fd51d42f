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
