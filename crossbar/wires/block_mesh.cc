// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/block_mesh.h"

#include <algorithm>
#include <array>
#include <span>

#include "core/aligned_vector.h"

namespace ohm {
namespace {

/// Adds the branches of a small block to its mesh.
class Circuit {
 public:
  Circuit(const Matrix<double>& g, const WireResistances& wires, Terminals terminals, BlockMesh& to)
      : m_(g.rows), n_(g.cols), wires_(wires), terminals_(terminals), to_(to), block_(to.block) {
    number_nodes();
    for (Index i = block_.row; i < block_.row_end; ++i) {
      for (Index j = block_.column; j < block_.column_end; ++j) {
        branch(wordline(i, j), bitline(i, j), g(i, j));
        links(i, j);
      }
    }
  }

 private:
  void links(Index i, Index j) {
    branch(wordline(i, j), j > 0 ? wordline(i, j - 1) : driver(i),
           link_conductance(j > 0 ? wires_.r_wordline : wires_.r_driver));
    branch(bitline(i, j), i + 1 < m_ ? bitline(i + 1, j) : sense(j),
           link_conductance(i + 1 < m_ ? wires_.r_bitline : wires_.r_sense));
    if (wires_.drive_both_ends && j + 1 == n_) {
      branch(wordline(i, j), driver(i), link_conductance(wires_.r_driver));
    }
    if (wires_.sense_both_ends && i == 0) {
      branch(bitline(i, j), sense(j), link_conductance(wires_.r_sense));
    }
  }

  void number_nodes() {
    to_.names.resize(static_cast<size_t>(to_.mesh.nodes));
    for (Index i = block_.row; i < block_.row_end; ++i) {
      if (to_.left > 0) name(wordline(i, block_.column - 1), i * n_ + block_.column - 1);
      for (Index j = block_.column; j < block_.column_end; ++j) {
        name(wordline(i, j), i * n_ + j);
        name(bitline(i, j), (m_ + i) * n_ + j);
      }
    }
    if (to_.below == 0) return;
    for (Index j = block_.column; j < block_.column_end; ++j) {
      name(bitline(block_.row_end, j), (m_ + block_.row_end) * n_ + j);
    }
  }

  void name(Index node, Index name) { to_.names[static_cast<size_t>(node)] = name; }

  Index wordline(Index i, Index j) const {
    const Index row = i - block_.row, column = j - block_.column;
    if (column < 0) return to_.left_at() + row;
    const bool shares = to_.right > 0;
    if (shares && j + 1 == block_.column_end) return to_.right_at() + row;
    return row * (block_.columns() - (shares ? 1 : 0)) + column;
  }

  Index bitline(Index i, Index j) const {
    const Index row = i - block_.row, column = j - block_.column;
    if (i == block_.row_end) return to_.below_at() + column;
    const Index shared = to_.above > 0 ? 1 : 0;
    if (row < shared) return to_.above_at() + column;
    const Index wordlines = block_.rows() * (block_.columns() - (to_.right > 0 ? 1 : 0));
    return wordlines + (row - shared) * block_.columns() + column;
  }

  Index driver(Index i) const {
    return to_.drivers_at() + (terminals_ == Terminals::joined ? 0 : i - block_.row);
  }
  Index sense(Index j) const {
    return terminals_ == Terminals::joined ? to_.drivers_at() : to_.senses_at() + j - block_.column;
  }

  void branch(Index a, Index b, double siemens) {
    to_.mesh.at(std::min(a, b), std::max(a, b)) += siemens;
  }

  Index m_, n_;
  const WireResistances& wires_;
  Terminals terminals_;
  BlockMesh& to_;
  const Block& block_;
};

/// Neighbouring rows or columns of a mesh, and where they come to stand in another.
struct Run {
  Index from, to, length;
};

void add_run_pair(const Mesh& from, const Run& rows, const Run& columns, Mesh& to) {
  const bool same = rows.from == columns.from;
  for (Index i = 0; i < rows.length; ++i) {
    const double* source = from.g.data() + (rows.from + i) * from.stride + columns.from;
    if (same || rows.to < columns.to) {
      double* target = to.g.data() + (rows.to + i) * to.stride + columns.to;
      for (Index j = same ? i + 1 : 0; j < columns.length; ++j) target[j] += source[j];
    } else {
      for (Index j = 0; j < columns.length; ++j) to.at(columns.to + j, rows.to + i) += source[j];
    }
  }
}

/// Adds what is left of `from` to a mesh that holds its nodes and terminals at `runs`.
void add_mesh(const BlockMesh& from, std::span<const Run> runs, BlockMesh& to) {
  for (const Run& rows : runs) {
    if (rows.from >= from.mesh.nodes) continue;
    for (Index i = 0; i < rows.length; ++i) {
      to.names[static_cast<size_t>(rows.to + i)] = from.names[static_cast<size_t>(rows.from + i)];
    }
    for (const Run& columns : runs) {
      if (columns.from >= rows.from) add_run_pair(from.mesh, rows, columns, to.mesh);
    }
  }
}

}  // namespace

double link_conductance(double ohms) {
  return ohms > 0.0 ? 1.0 / ohms : 1e140;
}

BlockArray::BlockArray(const Matrix<double>& g, const WireResistances& wires, Terminals terminals)
    : g_(g), wires_(wires), terminals_(terminals) {
  check_network(g, wires);
}

BlockMesh BlockArray::empty(const Block& block, Index inner) const {
  const bool first_row = block.row == 0, last_row = block.row_end == g_.rows;
  const bool first_column = block.column == 0, last_column = block.column_end == g_.cols;
  BlockMesh to;
  to.block = block;
  to.inner = inner;
  to.left = first_column ? 0 : block.rows();
  to.right = last_column ? 0 : block.rows();
  to.above = first_row ? 0 : block.columns();
  to.below = last_row ? 0 : block.columns();
  if (terminals_ == Terminals::joined) {
    to.drivers = 1;
  } else {
    if (first_column || (last_column && wires_.drive_both_ends)) to.drivers = block.rows();
    if (last_row || (first_row && wires_.sense_both_ends)) to.senses = block.columns();
  }
  Mesh& mesh = to.mesh;
  mesh.nodes = mesh.partners_from = inner + to.left + to.right + to.above + to.below;
  mesh.terminals_from = round_up(mesh.nodes + to.drivers, kMeshTile);
  mesh.stride = round_up(mesh.terminals_from + to.senses, kMeshTile);
  mesh.n_partners = to.senses > 0 ? to.drivers : 0;
  mesh.g.resize(static_cast<size_t>(mesh.nodes * mesh.stride));
  mesh.between.resize(static_cast<size_t>(mesh.n_partners * (mesh.stride - mesh.terminals_from)));
  to.names.resize(static_cast<size_t>(mesh.nodes));
  return to;
}

BlockMesh BlockArray::circuit(const Block& block) const {
  const Index wordlines = block.columns() - (block.column_end < g_.cols ? 1 : 0);
  const Index bitlines = block.rows() - (block.row > 0 ? 1 : 0);
  BlockMesh to = empty(block, block.rows() * wordlines + bitlines * block.columns());
  Circuit(g_, wires_, terminals_, to);
  return to;
}

BlockMesh BlockArray::join(const BlockMesh& a, const BlockMesh& b) const {
  const bool beside = a.block.row == b.block.row;
  const Index drivers_before = terminals_ == Terminals::joined ? 0 : a.drivers;
  BlockMesh to = empty({a.block.row, b.block.row_end, a.block.column, b.block.column_end},
                       beside ? a.right : a.below);
  add_mesh(a,
           std::array{Run{a.left_at(), to.left_at(), a.left},
                      Run{a.right_at(), beside ? 0 : to.right_at(), a.right},
                      Run{a.above_at(), to.above_at(), a.above},
                      Run{a.below_at(), beside ? to.below_at() : 0, a.below},
                      Run{a.drivers_at(), to.drivers_at(), a.drivers},
                      Run{a.senses_at(), to.senses_at(), a.senses}},
           to);
  add_mesh(
      b,
      std::array{Run{b.left_at(), beside ? 0 : to.left_at() + a.left, b.left},
                 Run{b.right_at(), to.right_at() + (beside ? 0 : a.right), b.right},
                 Run{b.above_at(), beside ? to.above_at() + a.above : 0, b.above},
                 Run{b.below_at(), to.below_at() + (beside ? a.below : 0), b.below},
                 Run{b.drivers_at(), to.drivers_at() + (beside ? 0 : drivers_before), b.drivers},
                 Run{b.senses_at(), to.senses_at() + (beside ? a.senses : 0), b.senses}},
      to);
  return to;
}

}  // namespace ohm
