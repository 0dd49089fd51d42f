// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/realise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "core/error.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

TEST(Realise, IdealCellsAreTheirTargets) {
  const auto g = cells_at(shipped_device("ideal"), 20e-6, 1000);
  EXPECT_EQ(g, std::vector<double>(1000, 20e-6));
}

/// Programming error and stuck cells written out by hand, one cell at a time.
std::vector<double> by_hand(const DeviceSpec& cell, const CellDraws& draws,
                            const std::vector<char>& tuned, std::vector<double> g) {
  const auto n = static_cast<Index>(g.size());
  for (Index j = 0; j < n; ++j) {
    double& value = g[static_cast<size_t>(j)];
    const StreamKey error{draws.seed, draws.chip, 1}, stuck{draws.seed, draws.chip, 2};
    if (tuned[static_cast<size_t>(j)] != 0 || cell.model->errs_at_rest()) {
      const double sigma = cell.model->programming_sigma(Siemens(value), cell).si();
      value =
          std::max(0.0, value + sigma * static_cast<double>(normal_at(error, draws.counter, j)));
    }
    const double u = static_cast<double>(static_cast<float>(uniform_at(stuck, draws.counter, j)));
    if (u < cell.stuck_low) value = cell.g_min.si();
    if (u >= cell.stuck_low && u < cell.stuck_low + cell.stuck_high) value = cell.g_max.si();
  }
  return g;
}

TEST(Realise, ProgrammingErrorsAndStuckCellsAreTheDocumentedDrawsToTheBit) {
  const CellDraws draws{42, 3, {65537, 7, 5}};
  for (const char* name : {"ideal", "gaussian", "gaussian_proportional", "wan_2022", "yao_2020"}) {
    DeviceSpec cell = shipped_device(name);
    cell.stuck_low = cell.stuck_high = 0.01;
    std::vector<double> targets(3001);
    std::vector<char> tuned(targets.size());
    for (size_t j = 0; j < targets.size(); ++j) {
      targets[j] = cell.g_min.si() + cell.range().si() * static_cast<double>(j % 16) / 15.0;
      tuned[j] = j % 3 != 0;
    }
    std::vector<double> g = targets;
    realise(cell, draws, tuned, g);
    EXPECT_EQ(g, by_hand(cell, draws, tuned, targets)) << name;
  }
}

// MNSIM 2.0 (ca39ccb, Weight_update.py) draws one error per level and layer: all cells of a level
// move together.
TEST(Realise, EachCellErrsOnItsOwn) {
  const auto g =
      cells_at(shipped_device("mnsim_cell", {{"stuck_low", "0"}, {"stuck_high", "0"}}), 50e-6);
  EXPECT_NEAR(moments_of(g).sigma, 0.01 * 50e-6, 5e-9);
  double product = 0.0;
  for (size_t j = 1; j < g.size(); ++j) product += (g[j] - 50e-6) * (g[j - 1] - 50e-6);
  EXPECT_NEAR(product / 2.5e-13 / 1e6, 0.0, 5e-3);
}

// Every kind whose cells are normal: distribution at 1e6 cells.
TEST(Realise, NormalKindsAreNormal) {
  for (const char* name : {"gaussian", "gaussian_proportional", "wan_2022", "wan_2022_crosssim",
                           "yao_2020", "sonos_40nm", "fefet"}) {
    DeviceSpec cell = shipped_device(name, {{"stuck_low", "0"}, {"stuck_high", "0"}});
    const Siemens target = cell.g_min + 0.6 * cell.range();
    const Spread spread = cell.model->landing(target, cell);
    const auto g = cells_at(cell, target.si());
    const auto below = [&](double x) { return normal_below((x - spread.centre) / spread.width); };
    EXPECT_LT(ks_statistic(g, below), 1.95) << name;
    EXPECT_NEAR(moments_of(g).skewness, 0.0, 5 * std::sqrt(6e-6)) << name;
  }
}

// E[max(0, σ ξ)] = σ / sqrt(2 π): a cell cannot conduct less than nothing, and is clipped once.
TEST(Realise, ClippingAtZeroBiasesACellAtZero) {
  DeviceSpec cell = shipped_device("gaussian", {{"g_min", "0 uS"}, {"sigma", "0.01"}});
  const double sigma = cell.sigma(Siemens(0)).si();
  const Moments m = moments_of(cells_at(cell, 0.0));
  EXPECT_NEAR(m.mean, 0.398942 * sigma, 5 * 0.5838 * sigma / 1e3);
}

TEST(Realise, SigmaScaleScalesTheSigma) {
  const auto sigma = [](const char* scale) {
    return moments_of(cells_at(shipped_device("wan_2022", {{"sigma_scale", scale}}), 20e-6)).sigma;
  };
  EXPECT_NEAR(sigma("1.25") / sigma("1"), 1.25, 1e-3);
  EXPECT_EQ(cells_at(shipped_device("wan_2022", {{"sigma_scale", "0"}}), 20e-6, 9),
            std::vector<double>(9, 20e-6));
}

// aihwkit's (4545f11) ReRamWan2022NoiseModel applies a fit for 40 uS to whatever range the
// converter has.
TEST(Realise, SigmaBelongsToTheAbsoluteConductance) {
  const DeviceSpec wide = shipped_device("wan_2022"),
                   narrow = shipped_device("wan_2022", {{"g_max", "25 uS"}});
  EXPECT_EQ(wide.sigma(Siemens(20e-6)).si(), narrow.sigma(Siemens(20e-6)).si());
}

TEST(Realise, StuckCellsIgnoreEverythingElse) {
  const DeviceSpec cell = shipped_device("pcm_nandakumar", {{"stuck_high", "1"},
                                                            {"age", "1 day"},
                                                            {"temperature.operating", "310 K"},
                                                            {"temperature.coefficient", "0.01"}});
  EXPECT_EQ(cells_at(cell, 5e-6, 100), std::vector<double>(100, 25e-6));
}

TEST(Realise, WriteVerifyAgesOneChip) {
  const auto at = [](const char* age) {
    return cells_at(shipped_device("wan_2022", {{"programming.method", "write_verify"},
                                                {"sigma_scale", "0.5"},
                                                {"age", age}}),
                    16e-6, 20000);
  };
  const auto second = at("1 s"), day = at("1 day");
  std::vector<double> moved_later, moved_first;
  double product = 0.0, a = 0.0, b = 0.0;
  for (size_t j = 0; j < day.size(); ++j) {
    product += (second[j] - 16e-6) * (day[j] - 16e-6);
    a += (second[j] - 16e-6) * (second[j] - 16e-6);
    b += (day[j] - 16e-6) * (day[j] - 16e-6);
  }
  EXPECT_GT(product / std::sqrt(a * b), 0.9);
  EXPECT_GT(b, a);
}

TEST(Realise, ReportsWhatProgrammingCost) {
  const DeviceSpec cell = shipped_device("wan_2022");
  std::vector<double> g(4096, 20e-6);
  const ProgrammingCost cost = realise(cell, {1, 0, {}}, std::vector<char>(4096, 1), g);
  EXPECT_EQ(cost.cells, 4096);
  EXPECT_NEAR(cost.pulses, 8.52 * 4096, 1e-6);
  EXPECT_NEAR(cost.joules.si() / 4096, 0.57e-9, 0.05e-9);
}

TEST(Realise, ResultsDoNotDependOnHowARunIsCutWithinItsLevels) {
  for (const char* name : {"wan_2022", "pcm_hermes_2", "cmo_hfox_2pct"}) {
    const DeviceSpec cell = shipped_device(name);
    auto longer = cells_at(cell, 10e-6, 500);
    longer.resize(123);
    EXPECT_EQ(longer, cells_at(cell, 10e-6, 123)) << name;
  }
}

TEST(Realise, NoCellsAreNoWorkAndNonsenseIsRefused) {
  const DeviceSpec cell = shipped_device("wan_2022");
  std::vector<double> none, one{1e-6}, bad{std::nan("")};
  EXPECT_EQ(realise(cell, {}, {}, none).pulses, 0.0);
  EXPECT_THROW(realise(cell, {}, {}, one), ArgumentError);
  const std::vector<char> tuned{1};
  EXPECT_THROW(realise(cell, {}, tuned, bad), ArgumentError);
  bad[0] = -1e-6;
  EXPECT_THROW(realise(cell, {}, tuned, bad), ArgumentError);
}

}  // namespace
}  // namespace ohm
