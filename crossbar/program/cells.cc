// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/cells.h"

#include <algorithm>
#include <vector>

#include "crossbar/device/realise.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/program/line_faults.h"

namespace ohm {
namespace {

/// Conductance of a level: exact at both ends of the range.
double target(const DeviceSpec& device, const WeightSlice& slice, std::uint16_t level) {
  if (level == slice.top_level()) return device.g_max.si();
  const double spacing = device.range().si() / static_cast<double>(slice.top_level());
  return device.g_min.si() + static_cast<double>(level) * spacing;
}

/// Targets of one side, (rows, slices · outputs).
Matrix<double> targets_of(const Macro& macro, const Matrix<std::uint16_t>& level) {
  const Index width = level.cols / std::ssize(macro.weight_slices);
  Matrix<double> g(level.rows, level.cols);
  for (Index i = 0; i < level.rows; ++i) {
    for (Index column = 0; column < level.cols; ++column) {
      const WeightSlice& slice = macro.weight_slices[static_cast<size_t>(column / width)];
      g(i, column) = target(macro.spec.device, slice, level(i, column));
    }
  }
  return g;
}

class TileRealiser {
 public:
  TileRealiser(const Macro& macro, const ChipDraw& draw, std::uint32_t strip)
      : macro_(macro), draw_(draw), strip_(strip) {}

  Matrix<double> side(const EncodedTile& tile, size_t side, Matrix<double> g);
  Matrix<double> reference(Matrix<double> g);
  const ProgrammingCost& cost() const { return cost_; }

 private:
  CellDraws draws(Index wordline, Index s, Index side) const {
    return {
        draw_.seed,
        draw_.chip,
        {strip_, static_cast<std::uint32_t>(wordline), static_cast<std::uint32_t>(2 * s + side)}};
  }

  const Macro& macro_;
  ChipDraw draw_;
  std::uint32_t strip_;
  ProgrammingCost cost_;
};

/// Writes every run of cells: one slice of all outputs on one wordline.
Matrix<double> TileRealiser::side(const EncodedTile& tile, size_t side, Matrix<double> g) {
  const Index n_slices = std::ssize(macro_.weight_slices), width = outputs_of(macro_, g.cols);
  for (Index i = 0; i < g.rows; ++i) {
    for (Index s = 0; s < n_slices; ++s) {
      const auto run = [&](auto row) {
        return row.subspan(static_cast<size_t>(s * width), static_cast<size_t>(width));
      };
      cost_ += realise(macro_.spec.device, draws(i, s, static_cast<Index>(side)),
                       run(tile.tuned[side].row(i)), run(g.row(i)));
    }
  }
  return g;
}

/// One reset cell per wordline and array; the columns of that array are sensed against it.
Matrix<double> TileRealiser::reference(Matrix<double> g) {
  const std::vector<char> reset(static_cast<size_t>(g.cols), 0);
  for (Index i = 0; i < g.rows; ++i) {
    cost_ +=
        realise(macro_.spec.device, draws(i, std::ssize(macro_.weight_slices), 1), reset, g.row(i));
  }
  return g;
}

}  // namespace

TileCells target_cells(const Macro& macro, const EncodedTile& tile) {
  TileCells cells;
  cells.side[0] = targets_of(macro, tile.level[0]);
  if (tile.level[1].rows > 0) cells.side[1] = targets_of(macro, tile.level[1]);
  if (has_reference_column(macro.spec.weight)) {
    const Index outputs = tile.level[0].cols / std::ssize(macro.weight_slices);
    cells.reference = Matrix<double>(tile.level[0].rows, arrays_across(macro, outputs),
                                     macro.spec.device.g_min.si());
  }
  return cells;
}

TileCells realise_cells(const Macro& macro, const EncodedTile& tile, const ChipDraw& draw,
                        std::uint32_t strip) {
  TileRealiser realiser(macro, draw, strip);
  TileCells cells = target_cells(macro, tile);
  for (size_t side = 0; side < static_cast<size_t>(cells.n_sides()); ++side) {
    cells.side[side] = realiser.side(tile, side, std::move(cells.side[side]));
  }
  cells.reference = realiser.reference(std::move(cells.reference));
  cells.programming = realiser.cost();
  apply_line_faults(macro, draw, strip, cells);
  return cells;
}

}  // namespace ohm
