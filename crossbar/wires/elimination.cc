// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/elimination.h"

#include <algorithm>
#include <cassert>

#include "crossbar/wires/block_mesh.h"

namespace ohm {
namespace {

constexpr Index kCircuit = 2;  // rows and columns of the smallest blocks

/// The block without inner nodes; `eliminated` sees every mesh on the way with its stars' sums.
template <class Eliminated>
BlockMesh reduced(const BlockArray& array, const Block& block, const Eliminated& eliminated) {
  const auto parts = [&] {
    Block first = block, second = block;
    if (block.rows() > block.columns()) {
      first.row_end = second.row = block.row + block.rows() / 2;
    } else {
      first.column_end = second.column = block.column + block.columns() / 2;
    }
    const BlockMesh a = reduced(array, first, eliminated), b = reduced(array, second, eliminated);
    return array.join(a, b);
  };
  const bool small = block.rows() <= kCircuit && block.columns() <= kCircuit;
  BlockMesh mesh = small ? array.circuit(block) : parts();
  const std::vector<double> sums = eliminate_stars(mesh.mesh, mesh.inner);
  eliminated(mesh, sums);
  return mesh;
}

}  // namespace

Matrix<double> effective_conductance(const Matrix<double>& g, const WireResistances& wires) {
  const BlockArray array(g, wires, Terminals::separate);
  Matrix<double> g_eff(g.rows, g.cols);
  reduced(array, array.whole(), [&](const BlockMesh& part, const std::vector<double>&) {
    const Index width = part.mesh.stride - part.mesh.terminals_from;
    for (Index i = 0; i < part.mesh.n_partners; ++i) {
      double* to = g_eff.row(part.block.row + i).data() + part.block.column;
      const double* between = part.mesh.between.data() + i * width;
      for (Index j = 0; j < part.senses; ++j) to[j] += between[j];
    }
  });
  return g_eff;
}

Elimination::Elimination(const Matrix<double>& g, const WireResistances& wires)
    : m_(g.rows), n_(g.cols), wires_(wires) {
  const BlockArray array(g, wires, Terminals::joined);
  reduced(array, array.whole(), [&](const BlockMesh& part, const std::vector<double>& sums) {
    const Mesh& mesh = part.mesh;
    stars_.push_back({mesh.stride,
                      {mesh.g.begin(), mesh.g.begin() + part.inner * mesh.stride},
                      sums,
                      part.names});
  });
}

Settled Elimination::settle(std::span<const double> drive,
                            const Matrix<double>& cell_current) const {
  assert(std::ssize(drive) == m_);
  assert(cell_current.values.empty() || cell_current.size() == m_ * n_);
  // currents into the nodes; what flows into an eliminated one goes on to those around it
  std::vector<double> x(static_cast<size_t>(2 * m_ * n_));
  const size_t bitlines = static_cast<size_t>(m_ * n_);
  for (size_t k = 0; k < cell_current.values.size(); ++k) {
    x[k] = -cell_current.values[k];
    x[bitlines + k] = cell_current.values[k];
  }
  const double near = link_conductance(wires_.r_driver);
  for (Index i = 0; i < m_; ++i) {
    const double current = near * drive[static_cast<size_t>(i)];
    x[static_cast<size_t>(i * n_)] += current;
    if (wires_.drive_both_ends) x[static_cast<size_t>((i + 1) * n_ - 1)] += current;
  }
  for (const Stars& part : stars_) {
    for (size_t k = 0; k < part.sums.size(); ++k) {
      const double* branches = part.branches.data() + static_cast<Index>(k) * part.stride;
      const double share = x[static_cast<size_t>(part.names[k])] / part.sums[k];
      for (size_t j = k + 1; j < part.names.size(); ++j) {
        x[static_cast<size_t>(part.names[j])] += branches[j] * share;
      }
    }
  }
  // back: every node settles between those that were left when it was eliminated
  for (size_t p = stars_.size(); p-- > 0;) {
    const Stars& part = stars_[p];
    for (size_t k = part.sums.size(); k-- > 0;) {
      const double* branches = part.branches.data() + static_cast<Index>(k) * part.stride;
      double& node = x[static_cast<size_t>(part.names[k])];
      for (size_t j = k + 1; j < part.names.size(); ++j) {
        node += branches[j] * x[static_cast<size_t>(part.names[j])];
      }
      node /= part.sums[k];
    }
  }
  return settled_at(x);
}

Settled Elimination::settled_at(const std::vector<double>& x) const {
  Settled settled{{Matrix<double>(m_, n_), Matrix<double>(m_, n_)}, {}};
  const auto bitlines = x.begin() + m_ * n_;
  std::copy(x.begin(), bitlines, settled.nodes.wordline.values.begin());
  std::copy(bitlines, x.end(), settled.nodes.bitline.values.begin());
  const double sense = link_conductance(wires_.r_sense);
  for (Index j = 0; j < n_; ++j) {
    const double far = wires_.sense_both_ends ? settled.nodes.bitline(0, j) : 0.0;
    settled.currents.push_back(sense * (settled.nodes.bitline(m_ - 1, j) + far));
  }
  return settled;
}

}  // namespace ohm
