// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <Eigen/SparseCholesky>
#include <Eigen/SparseCore>
#include <memory>
#include <vector>

#include "core/index.h"
#include "mapping/thermal/thermal_spec.h"
#include "mapping/thermal/tile_field.h"

namespace ohm {

/// Thermal resistances of a chip: one node per tile and layer, G θ = P with θ = T − T_ambient.
///
/// Model, for nodes of w × h tiles of pitch p in a layer of thickness t and conductivity k: to a
/// neighbour at a distance d, k t h p / d; across an area A to the next layer,
/// A / (t/2k + interface + t'/2k'); from the last layer to the ambient, the node's share of the
/// die's area / resistance. Dies exchange no heat. Dies of many tiles get a coarser grid, of at
/// most kMostNodes nodes: a node stands for a rectangle of tiles.
class ThermalNetwork {
 public:
  using Vector = Eigen::VectorXd;
  using Matrix = Eigen::SparseMatrix<double>;
  using Entries = std::vector<Eigen::Triplet<double, Index>>;
  using Cholesky = Eigen::SimplicialLLT<Matrix>;

  static constexpr Index kMostNodes = 4096;

  /// ArgumentError unless the pitch is positive and finite and dies divide the field.
  ThermalNetwork(const ThermalSpec& spec, const TileField& tiles);

  const ThermalSpec& spec() const { return spec_; }
  const TileField& tiles() const { return tiles_; }
  Index layers() const { return std::ssize(layers_); }
  Index nodes_per_layer() const { return std::ssize(area_); }
  Index size() const { return layers() * nodes_per_layer(); }
  /// Side, in tiles, of the rectangle that a node stands for, at most.
  Index tiles_per_side() const { return side_; }

  /// G in W/K, symmetric and positive definite; node n of layer l is l · nodes_per_layer() + n.
  const Matrix& conductance() const { return conductance_; }
  /// To the ambient, W/K by node.
  const Vector& to_ambient() const { return to_ambient_; }
  /// J/K by node: of the layers alone, without package and heat sink.
  const Vector& capacity() const { return capacity_; }

  /// Node, within a layer, of a tile.
  Index node_of(Index tile) const { return node_of_[static_cast<size_t>(tile)]; }

  /// Power by node, W, of power by tile, W: summed over a node's tiles, dealt out to the layers.
  Vector by_node(const std::vector<double>& watts) const;

  /// Of a quantity by node: the greatest over the layers that make power, by tile.
  std::vector<double> by_tile(const Vector& values) const;

  /// Steady rise above the ambient, K by node. SolveError where the residual is not small.
  Vector rise(const Vector& watts) const;

  /// The rise that starts at `rise` and is left after `time`, in `steps` steps of backward Euler.
  Vector rise_after(Vector rise, const Vector& watts, Seconds time, Index steps) const;

 private:
  struct Cuts;

  void join(const Cuts& x, const Cuts& y);
  static void join_neighbours(Index first, double sheet, const Cuts& x, const Cuts& y,
                              Entries& entries);

  ThermalSpec spec_;
  TileField tiles_;
  std::vector<ThermalLayerSpec> layers_;
  Index side_ = 1;
  std::vector<Index> node_of_;  // by tile
  std::vector<double> area_;    // m2 by node
  Matrix conductance_;
  Vector to_ambient_, capacity_;
  std::shared_ptr<const Cholesky> factors_;
};

/// Heat that leaves to the ambient, W.
double heat_out(const ThermalNetwork& network, const ThermalNetwork::Vector& rise);

}  // namespace ohm
