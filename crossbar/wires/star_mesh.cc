// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/star_mesh.h"

#include <algorithm>
#include <array>

// Highway compiles this file once per instruction set and picks one at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "crossbar/wires/star_mesh.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace ohm::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr Index kPanel = 16;  // nodes that are eliminated together
constexpr size_t kRows = 4;   // rows of a tile: with two vectors each, its sums fit the registers

using Tag = hn::CappedTag<double, 8>;

/// `to` += Σ stars[k] · shares[k] of `kCount` rows and a tile of columns, one k after the other.
/// `stars` points to the first row's column, `shares` to a packed tile.
template <size_t kCount>
HWY_INLINE void add_meshes(const double* stars, Index stride, const double* shares, Index count,
                           double* to, Index to_stride) {
  const Tag d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  for (Index column = 0; column < kMeshTile; column += 2 * lanes) {
    hn::Vec<Tag> low[kCount], high[kCount];
    for (size_t i = 0; i < kCount; ++i) {
      const double* row = to + static_cast<Index>(i) * to_stride + column;
      low[i] = hn::LoadU(d, row);
      high[i] = hn::LoadU(d, row + lanes);
    }
    for (Index k = 0; k < count; ++k) {
      const auto share = hn::LoadU(d, shares + k * kMeshTile + column);
      const auto next = hn::LoadU(d, shares + k * kMeshTile + column + lanes);
      for (size_t i = 0; i < kCount; ++i) {
        const auto star = hn::Set(d, stars[k * stride + static_cast<Index>(i)]);
        low[i] = hn::Add(low[i], hn::Mul(star, share));
        high[i] = hn::Add(high[i], hn::Mul(star, next));
      }
    }
    for (size_t i = 0; i < kCount; ++i) {
      double* row = to + static_cast<Index>(i) * to_stride + column;
      hn::StoreU(low[i], d, row);
      hn::StoreU(high[i], d, row + lanes);
    }
  }
}

/// Σ of a row behind its diagonal, in one order on every machine.
double sum_behind(const double* row, Index diagonal, Index stride) {
  std::array<double, 8> sums{};
  Index j = diagonal + 1;
  for (; j % 8 != 0; ++j) sums[static_cast<size_t>(j % 8)] += row[j];
  for (; j < stride; j += 8) {
    for (size_t lane = 0; lane < 8; ++lane) sums[lane] += row[j + static_cast<Index>(lane)];
  }
  return ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
}

/// Nodes [first, last) of one panel: their rows as they stand when their turn comes.
void eliminate_panel(Mesh& mesh, Index first, Index last, double* sums) {
  const Tag d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  for (Index k = first; k < last; ++k) {
    double* row = &mesh.at(k, 0);
    const Index from = (k + 1) / kMeshTile * kMeshTile;
    for (Index before = first; before < k; ++before) {
      const double* star = &mesh.at(before, 0);
      const auto share = hn::Set(d, star[k] / sums[before]);
      for (Index j = from; j < mesh.stride; j += lanes) {
        hn::StoreU(hn::Add(hn::LoadU(d, row + j), hn::Mul(share, hn::LoadU(d, star + j))), d,
                   row + j);
      }
    }
    sums[k] = sum_behind(row, k, mesh.stride);
  }
}

/// Shares of the panel's stars, tile by tile, each holding its nodes one after the other.
void pack_shares(const Mesh& mesh, Index first, Index last, const double* sums, double* shares) {
  const Tag d;
  const auto lanes = static_cast<Index>(hn::Lanes(d));
  for (Index tile = last / kMeshTile * kMeshTile; tile < mesh.stride; tile += kMeshTile) {
    for (Index k = first; k < last; ++k) {
      const double* star = mesh.g.data() + k * mesh.stride + tile;
      double* share = shares + tile * (last - first) + (k - first) * kMeshTile;
      for (Index j = 0; j < kMeshTile; j += lanes) {
        hn::StoreU(hn::Div(hn::LoadU(d, star + j), hn::Set(d, sums[k])), d, share + j);
      }
    }
  }
}

/// Rows [row, row + kCount) of the mesh that the panel's stars leave, from tile `from` on, into
/// `to`, which is the column of that tile.
template <size_t kCount>
HWY_INLINE void add_rows(const Mesh& mesh, Index first, Index last, const double* shares, Index row,
                         Index from, double* to, Index to_stride) {
  const double* stars = mesh.g.data() + first * mesh.stride + row;
  for (Index tile = from; tile < mesh.stride; tile += kMeshTile) {
    add_meshes<kCount>(stars, mesh.stride, shares + tile * (last - first), last - first,
                       to + tile - from, to_stride);
  }
}

template <size_t kCount>
HWY_INLINE void add_node_rows(Mesh& mesh, Index first, Index last, const double* shares,
                              Index row) {
  const Index from = row / kMeshTile * kMeshTile;
  add_rows<kCount>(mesh, first, last, shares, row, from, &mesh.at(row, from), mesh.stride);
}

template <size_t kCount>
HWY_INLINE void add_partner_rows(Mesh& mesh, Index first, Index last, const double* shares,
                                 Index partner) {
  const Index width = mesh.stride - mesh.terminals_from;
  add_rows<kCount>(mesh, first, last, shares, mesh.partners_from + partner, mesh.terminals_from,
                   mesh.between.data() + partner * width, width);
}

void eliminate_all(Mesh& mesh, Index count, double* sums) {
  std::vector<double> shares(static_cast<size_t>(mesh.stride * std::min(count, kPanel)));
  for (Index first = 0; first < count; first += kPanel) {
    const Index last = std::min(first + kPanel, count);
    eliminate_panel(mesh, first, last, sums);
    pack_shares(mesh, first, last, sums, shares.data());
    constexpr auto kStep = static_cast<Index>(kRows);
    Index row = last;
    for (; row + kStep <= mesh.nodes; row += kStep) {
      add_node_rows<kRows>(mesh, first, last, shares.data(), row);
    }
    for (; row < mesh.nodes; ++row) add_node_rows<1>(mesh, first, last, shares.data(), row);
    Index partner = 0;
    for (; partner + kStep <= mesh.n_partners; partner += kStep) {
      add_partner_rows<kRows>(mesh, first, last, shares.data(), partner);
    }
    for (; partner < mesh.n_partners; ++partner) {
      add_partner_rows<1>(mesh, first, last, shares.data(), partner);
    }
  }
}

}  // namespace ohm::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ohm {

HWY_EXPORT(eliminate_all);

std::vector<double> eliminate_stars(Mesh& mesh, Index count) {
  std::vector<double> sums(static_cast<size_t>(count));
  HWY_DYNAMIC_DISPATCH(eliminate_all)(mesh, count, sums.data());
  return sums;
}

}  // namespace ohm
#endif  // HWY_ONCE
