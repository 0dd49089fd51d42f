// SPDX-License-Identifier: Apache-2.0
#include "mapping/thermal/thermal_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace ohm {
namespace {

constexpr double kTolerance = 1e-9;

void check(const TileField& tiles) {
  const bool whole = tiles.columns > 0 && tiles.rows > 0 && tiles.die_columns > 0 &&
                     tiles.die_rows > 0 && tiles.columns % tiles.die_columns == 0 &&
                     tiles.rows % tiles.die_rows == 0;
  if (!whole) {
    throw ArgumentError(fmt::format(
        "thermal network: {} × {} tiles in dies of {} × {}; expected whole dies of at least one",
        tiles.columns, tiles.rows, tiles.die_columns, tiles.die_rows));
  }
  if (!(tiles.pitch.si() > 0.0) || !std::isfinite(tiles.pitch.si())) {
    throw ArgumentError(
        fmt::format("thermal network: tiles of {} m; expected a positive side", tiles.pitch.si()));
  }
}

Index ceil_div(Index a, Index b) {
  return (a + b - 1) / b;
}

/// The shortest side, in tiles, of nodes that are few enough.
Index node_side(const TileField& tiles, Index most) {
  const Index longest = std::max(tiles.die_columns, tiles.die_rows);
  for (Index side = 1; side < longest; ++side) {
    const Index nodes = ceil_div(tiles.die_columns, side) * ceil_div(tiles.die_rows, side);
    if (nodes * tiles.dies() <= most) return side;
  }
  return longest;
}

}  // namespace

/// How one direction is cut into nodes, die after die.
struct ThermalNetwork::Cuts {
  std::vector<Index> node_of, width;  // by tile; tiles by node
  std::vector<bool> joined;           // by node: whether the next one is on the same die

  Cuts(Index tiles, Index die, Index side) {
    for (Index t = 0; t < tiles; ++t) {
      if (t % die % side == 0) {
        if (t > 0) joined.push_back(t % die != 0);
        width.push_back(0);
      }
      node_of.push_back(std::ssize(width) - 1);
      ++width.back();
    }
    joined.push_back(false);
  }
  Index size() const { return std::ssize(width); }
};

namespace {

void conduct(Index a, Index b, double g, ThermalNetwork::Entries& entries) {
  entries.insert(entries.end(), {{a, a, g}, {b, b, g}, {a, b, -g}, {b, a, -g}});
}

/// From the middle of a layer to that of the next one, K m²/W.
double resistance_area(const ThermalLayerSpec& layer, const ThermalLayerSpec& next) {
  return 0.5 * (layer.thickness / layer.conductivity).si() + layer.interface.si() +
         0.5 * (next.thickness / next.conductivity).si();
}

}  // namespace

/// Within the layer whose nodes start at `first`; sheet = conductivity × thickness, W/K.
void ThermalNetwork::join_neighbours(Index first, double sheet, const Cuts& x, const Cuts& y,
                                     Entries& entries) {
  const auto step = [](const std::vector<Index>& width, size_t i) {
    return 0.5 * static_cast<double>(width[i] + width[i + 1]);
  };
  for (size_t r = 0; r < y.width.size(); ++r) {
    for (size_t c = 0; c < x.width.size(); ++c) {
      const Index here = first + static_cast<Index>(r * x.width.size() + c);
      const auto width = static_cast<double>(x.width[c]), height = static_cast<double>(y.width[r]);
      if (x.joined[c]) conduct(here, here + 1, sheet * height / step(x.width, c), entries);
      if (y.joined[r]) conduct(here, here + x.size(), sheet * width / step(y.width, r), entries);
    }
  }
}

ThermalNetwork::ThermalNetwork(const ThermalSpec& spec, const TileField& tiles)
    : spec_(spec), tiles_(tiles), layers_(spec.stack()) {
  check(tiles);
  side_ = node_side(tiles, kMostNodes / layers());
  const Cuts x(tiles.columns, tiles.die_columns, side_), y(tiles.rows, tiles.die_rows, side_);
  const double tile_area = tiles.pitch.si() * tiles.pitch.si();
  for (const Index height : y.width) {
    for (const Index width : x.width) {
      area_.push_back(static_cast<double>(width * height) * tile_area);
    }
  }
  for (Index row = 0; row < tiles.rows; ++row) {
    for (Index column = 0; column < tiles.columns; ++column) {
      node_of_.push_back(y.node_of[static_cast<size_t>(row)] * x.size() +
                         x.node_of[static_cast<size_t>(column)]);
    }
  }
  join(x, y);
  const auto factors = std::make_shared<Cholesky>(conductance_);
  if (factors->info() != Eigen::Success) {
    throw SolveError(fmt::format(
        "thermal network of {} nodes: a pivot is not positive; expected conductances within "
        "fifteen orders of magnitude of each other: bring the layers closer together",
        size()));
  }
  factors_ = factors;
}

void ThermalNetwork::join(const Cuts& x, const Cuts& y) {
  Entries entries;
  to_ambient_ = capacity_ = Vector::Zero(size());
  for (Index l = 0; l < layers(); ++l) {
    const ThermalLayerSpec& layer = layers_[static_cast<size_t>(l)];
    join_neighbours(l * nodes_per_layer(), (layer.conductivity * layer.thickness).si(), x, y,
                    entries);
    const bool is_last = l + 1 == layers();
    const double across =
        is_last ? 0.0 : resistance_area(layer, layers_[static_cast<size_t>(l) + 1]);
    for (Index n = 0; n < nodes_per_layer(); ++n) {
      const Index here = l * nodes_per_layer() + n;
      const double area = area_[static_cast<size_t>(n)];
      capacity_[here] = area * layer.thickness.si() * layer.heat_capacity.si();
      if (!is_last) {
        conduct(here, here + nodes_per_layer(), area / across, entries);
        continue;
      }
      to_ambient_[here] = area / tiles_.die_area().si() / spec_.resistance.si();
      entries.emplace_back(here, here, to_ambient_[here]);
    }
  }
  conductance_.resize(size(), size());
  conductance_.setFromTriplets(entries.begin(), entries.end());
}

ThermalNetwork::Vector ThermalNetwork::by_node(const std::vector<double>& watts) const {
  if (std::ssize(watts) != tiles_.size()) {
    throw ArgumentError(fmt::format("thermal network: power of {} tiles; expected {}", watts.size(),
                                    tiles_.size()));
  }
  Vector power = Vector::Zero(size());
  for (Index tile = 0; tile < tiles_.size(); ++tile) {
    const double watt = watts[static_cast<size_t>(tile)];
    if (!(watt >= 0.0) || !std::isfinite(watt)) {
      throw ArgumentError(fmt::format(
          "thermal network: {} W in tile {}; expected a finite power of at least 0 W", watt, tile));
    }
    for (Index l = 0; l < layers(); ++l) {
      power[l * nodes_per_layer() + node_of(tile)] += layers_[static_cast<size_t>(l)].power * watt;
    }
  }
  return power;
}

std::vector<double> ThermalNetwork::by_tile(const Vector& values) const {
  std::vector<double> greatest(static_cast<size_t>(tiles_.size()),
                               -std::numeric_limits<double>::infinity());
  for (Index l = 0; l < layers(); ++l) {
    if (layers_[static_cast<size_t>(l)].power == 0.0) continue;
    for (Index tile = 0; tile < tiles_.size(); ++tile) {
      double& value = greatest[static_cast<size_t>(tile)];
      value = std::max(value, values[l * nodes_per_layer() + node_of(tile)]);
    }
  }
  return greatest;
}

ThermalNetwork::Vector ThermalNetwork::rise(const Vector& watts) const {
  Vector rise = factors_->solve(watts);
  const double scale = watts.lpNorm<Eigen::Infinity>();
  const double residual = (conductance_ * rise - watts).lpNorm<Eigen::Infinity>();
  if (!(residual <= kTolerance * scale)) {
    throw SolveError(fmt::format(
        "thermal network: residual {:.3g} W; expected at most {:.3g} W: bring the conductances of "
        "the layers closer together",
        residual, kTolerance * scale));
  }
  return rise;
}

ThermalNetwork::Vector ThermalNetwork::rise_after(Vector rise, const Vector& watts, Seconds time,
                                                  Index steps) const {
  if (steps < 1 || !(time.si() > 0.0) || !std::isfinite(time.si())) {
    throw ArgumentError(fmt::format(
        "thermal network: {} s in {} steps; expected a positive time in at least one step",
        time.si(), steps));
  }
  const Vector rate = capacity_ * (static_cast<double>(steps) / time.si());
  Matrix implicit = conductance_;
  implicit.diagonal() += rate;
  const Cholesky factors(implicit);
  for (Index step = 0; step < steps; ++step) {
    rise = factors.solve(watts + rate.cwiseProduct(rise));
  }
  return rise;
}

double heat_out(const ThermalNetwork& network, const ThermalNetwork::Vector& rise) {
  return network.to_ambient().dot(rise);
}

}  // namespace ohm
