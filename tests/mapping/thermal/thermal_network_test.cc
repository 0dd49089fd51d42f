// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/thermal_network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "core/error.h"

namespace ohm {
namespace {

using Vector = ThermalNetwork::Vector;

TileField die(Index columns, Index rows, double pitch = 1e-3) {
  return {columns, rows, columns, rows, Metres(pitch)};
}

ThermalSpec network(double resistance = 0.3) {
  ThermalSpec spec;
  spec.kind = "network";
  spec.resistance = KelvinsPerWatt(resistance);
  return spec;
}

ThermalLayerSpec layer(double thickness, double conductivity, double power,
                       double interface = 0.0) {
  ThermalLayerSpec spec;
  spec.thickness = Metres(thickness);
  spec.conductivity = WattsPerMetreKelvin(conductivity);
  spec.power = power;
  spec.interface = KelvinSquareMetresPerWatt(interface);
  return spec;
}

std::vector<double> random_watts(Index n) {
  std::mt19937 engine(7);
  std::uniform_real_distribution<double> draw(0.0, 2.0);
  std::vector<double> watts(static_cast<size_t>(n));
  for (double& w : watts) w = draw(engine);
  return watts;
}

TEST(ThermalNetwork, HeatsAUniformChipByPowerTimesResistance) {
  for (const auto& tiles : {die(1, 1), die(1, 7), die(9, 1), die(12, 5)}) {
    const ThermalNetwork chip(network(0.4), tiles);
    const auto n = static_cast<size_t>(tiles.size());
    const Vector rise =
        chip.rise(chip.by_node(std::vector<double>(n, 30.0 / static_cast<double>(n))));
    for (const double kelvin : rise) EXPECT_NEAR(kelvin, 12.0, 1e-10);
  }
}

TEST(ThermalNetwork, OfTwoTilesAgreesWithTheSolutionByHand) {
  // G = k t = 0.1147 W/K between the tiles, g = 0.5 W/K from each to the ambient; 3 W in the first
  const ThermalNetwork chip(network(1.0), die(2, 1));
  const double lateral = 148.0 * 775e-6, g = 0.5;
  const Vector rise = chip.rise(chip.by_node({3.0, 0.0}));
  EXPECT_NEAR(rise[0] + rise[1], 3.0 / g, 1e-12);
  EXPECT_NEAR(rise[0] - rise[1], 3.0 / (g + 2.0 * lateral), 1e-12);
}

TEST(ThermalNetwork, OfAFinAgreesWithItsHyperbolicCosine) {
  // θ(x) = q cosh(m (L - x)) / (k A m sinh(m L)), m² = conductance to the ambient per length / k A
  const Index n = 400;
  const double pitch = 1e-4, length = pitch * static_cast<double>(n), resistance = 1e3;
  const ThermalNetwork fin(network(resistance), die(n, 1, pitch));
  std::vector<double> watts(static_cast<size_t>(n), 0.0);
  watts[0] = 2.0;
  const Vector rise = fin.rise(fin.by_node(watts));
  const double section = 148.0 * 775e-6 * pitch;  // k A
  const double m = std::sqrt(1.0 / resistance / length / section);
  for (const Index i : {Index{1}, n / 4, n / 2, n - 1}) {
    const double x = (static_cast<double>(i) + 0.5) * pitch;
    const double theta = 2.0 * std::cosh(m * (length - x)) / (section * m * std::sinh(m * length));
    EXPECT_NEAR(rise[i], theta, 1e-4 * theta) << i;
  }
}

TEST(ThermalNetwork, OfAFinIsTheCosineOfItsLadderExactly) {
  // θ_i ∝ cosh((n - i - 1/2) μ) with cosh μ = 1 + g / 2G, for all but the heated tile
  const Index n = 50;
  const ThermalNetwork fin(network(0.5), die(n, 1));
  std::vector<double> watts(static_cast<size_t>(n), 0.0);
  watts[0] = 2.0;
  const Vector rise = fin.rise(fin.by_node(watts));
  const double mu = std::acosh(1.0 + 0.5 * (1.0 / 0.5 / static_cast<double>(n)) / (148.0 * 775e-6));
  for (Index i = 1; i < n; ++i) {
    const double ratio = std::cosh((static_cast<double>(n - i) - 0.5) * mu) / std::cosh(0.5 * mu);
    EXPECT_NEAR(rise[i] / rise[n - 1], ratio, 1e-9 * ratio);
  }
}

TEST(ThermalNetwork, LetsOutAllTheHeatThatIsMade) {
  ThermalSpec spec = network();
  for (const bool stacked : {false, true}) {
    if (stacked) spec.layers = {layer(5e-5, 148, 0.3, 1e-5), layer(1e-3, 400, 0.7)};
    const ThermalNetwork chip(spec, die(13, 11));
    const auto watts = random_watts(143);
    const double made = std::accumulate(watts.begin(), watts.end(), 0.0);
    EXPECT_NEAR(heat_out(chip, chip.rise(chip.by_node(watts))), made, 1e-9 * made);
  }
}

TEST(ThermalNetwork, IsSymmetricWhereItsPowerIs) {
  const ThermalNetwork chip(network(), die(7, 7));
  std::vector<double> watts(49, 0.1);
  watts[24] = 5.0;                                     // the centre
  watts[8] = watts[12] = watts[36] = watts[40] = 2.0;  // around it
  const auto rise = chip.by_tile(chip.rise(chip.by_node(watts)));
  for (size_t row = 0; row < 7; ++row) {
    for (size_t column = 0; column < 7; ++column) {
      const double here = rise[7 * row + column];
      EXPECT_NEAR(here, rise[7 * row + 6 - column], 1e-10);
      EXPECT_NEAR(here, rise[7 * (6 - row) + column], 1e-10);
      EXPECT_NEAR(here, rise[7 * column + row], 1e-10);
      EXPECT_LE(here, rise[24]);
    }
  }
}

TEST(ThermalNetwork, IsReciprocal) {
  // what a watt in tile a does to tile b, it does in b to a
  const ThermalNetwork chip(network(), die(6, 4));
  std::vector<double> a(24, 0.0), b(24, 0.0);
  a[2] = b[19] = 1.0;
  EXPECT_NEAR(chip.rise(chip.by_node(a))[19], chip.rise(chip.by_node(b))[2], 1e-12);
}

TEST(ThermalNetwork, OfAStackIsASeriesOfResistances) {
  // one tile of 1 mm²: top die, interface, half of each layer; then the package
  ThermalSpec spec = network(2.0);
  spec.layers = {layer(1e-4, 100, 1.0, 2e-5), layer(4e-4, 200, 0.0)};
  const ThermalNetwork chip(spec, die(1, 1));
  const Vector rise = chip.rise(chip.by_node({5.0}));
  const double across = (0.5e-4 / 100 + 2e-5 + 2e-4 / 200) / 1e-6;
  EXPECT_NEAR(rise[1], 10.0, 1e-10);
  EXPECT_NEAR(rise[0], 10.0 + 5.0 * across, 1e-9);
  EXPECT_NEAR(chip.by_tile(rise)[0], rise[0], 0.0);  // the layer that makes the power
}

TEST(ThermalNetwork, KeepsDiesApart) {
  const ThermalNetwork chips(network(0.5), {4, 2, 2, 2, Metres(1e-3)});
  EXPECT_EQ(chips.tiles().dies(), 2);
  const Vector rise = chips.rise(chips.by_node({1, 1, 0, 0, 1, 1, 0, 0}));
  for (const Index hot : {0, 1, 4, 5}) EXPECT_NEAR(rise[hot], 2.0, 1e-12);
  for (const Index cold : {2, 3, 6, 7}) EXPECT_NEAR(rise[cold], 0.0, 1e-12);
}

TEST(ThermalNetwork, TakesACoarserGridForManyTiles) {
  const ThermalNetwork fine(network(), die(64, 64)), coarse(network(), die(130, 100));
  EXPECT_EQ(fine.tiles_per_side(), 1);
  EXPECT_EQ(coarse.tiles_per_side(), 2);
  EXPECT_LE(coarse.size(), ThermalNetwork::kMostNodes);
  const auto watts = random_watts(13000);
  const double made = std::accumulate(watts.begin(), watts.end(), 0.0);
  EXPECT_NEAR(heat_out(coarse, coarse.rise(coarse.by_node(watts))), made, 1e-8 * made);
  const Vector even = coarse.rise(coarse.by_node(std::vector<double>(13000, 0.01)));
  EXPECT_NEAR(even.minCoeff(), 130.0 * 0.3, 1e-8);
  EXPECT_NEAR(even.maxCoeff(), 130.0 * 0.3, 1e-8);
}

TEST(ThermalNetwork, OfTheLargestMeshIsSolved) {
  const ThermalNetwork chip(network(), die(256, 256));
  EXPECT_EQ(chip.tiles_per_side(), 4);
  std::vector<double> watts(65536, 0.0);
  watts[0] = 10.0;
  const auto rise = chip.by_tile(chip.rise(chip.by_node(watts)));
  EXPECT_EQ(rise[0], rise[3 * 256 + 3]);  // one node
  EXPECT_GT(rise[0], rise[65535]);
}

TEST(ThermalNetwork, OfACoarserGridAgreesWithAFineOne) {
  // a strip whose first half is heated: two tiles per node, and half the strip, a node per tile
  const TileField many = die(8192, 1, 1e-4), few = die(4096, 1, 1e-4);
  const auto ramp = [](const TileField& tiles) {
    std::vector<double> watts;
    for (Index i = 0; i < tiles.size(); ++i) watts.push_back(i < tiles.size() / 2 ? 1e-3 : 0.0);
    return watts;
  };
  const ThermalNetwork coarse(network(), many), fine(network(), few);
  EXPECT_EQ(coarse.tiles_per_side(), 2);
  const Vector a = coarse.rise(coarse.by_node(ramp(many))), b = fine.rise(fine.by_node(ramp(few)));
  EXPECT_NEAR(a[0], 2.0 * b[0],
              1e-3 * a[0]);  // far from the edge: twice the power, same resistance
}

TEST(ThermalNetwork, WarmsUpAsAResistorAndACapacitorDo) {
  const ThermalNetwork chip(network(3.0), die(1, 1));
  const double tau = 3.0 * 1e-6 * 775e-6 * 1.66e6;
  const Vector watts = chip.by_node({4.0});
  const Vector cold = Vector::Zero(1);
  const Vector after = chip.rise_after(cold, watts, Seconds(tau), 20000);
  EXPECT_NEAR(after[0], 12.0 * (1.0 - std::exp(-1.0)), 1e-3);
  EXPECT_NEAR(chip.rise_after(cold, watts, Seconds(1e3 * tau), 100)[0], 12.0, 1e-6);
}

TEST(ThermalNetwork, StaysColdWithoutPower) {
  const ThermalNetwork chip(network(), die(3, 3));
  EXPECT_EQ(chip.rise(chip.by_node(std::vector<double>(9, 0.0))).maxCoeff(), 0.0);
}

TEST(ThermalNetwork, RefusesNonsense) {
  EXPECT_THROW(ThermalNetwork(network(), die(0, 3)), ArgumentError);
  EXPECT_THROW(ThermalNetwork(network(), die(3, 3, 0.0)), ArgumentError);
  EXPECT_THROW(ThermalNetwork(network(), die(3, 3, NAN)), ArgumentError);
  EXPECT_THROW(ThermalNetwork(network(), {5, 2, 2, 2, Metres(1e-3)}), ArgumentError);
  const ThermalNetwork chip(network(), die(2, 1));
  EXPECT_THROW(chip.by_node({1.0}), ArgumentError);
  EXPECT_THROW(chip.by_node({1.0, -1.0}), ArgumentError);
  EXPECT_THROW(chip.by_node({1.0, NAN}), ArgumentError);
  EXPECT_THROW(chip.by_node({1.0, std::numeric_limits<double>::infinity()}), ArgumentError);
  EXPECT_THROW(chip.rise_after(Vector::Zero(2), Vector::Zero(2), Seconds(0.0), 1), ArgumentError);
  EXPECT_THROW(chip.rise_after(Vector::Zero(2), Vector::Zero(2), Seconds(1.0), 0), ArgumentError);
}

}  // namespace
}  // namespace ohm
