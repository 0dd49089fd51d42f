// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/array_layout.h"

#include <algorithm>

#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"

namespace ohm {
namespace {

/// Calls visit(cell of the tile, wordline, bitline) for every cell of one array that is used.
template <class Cells, class Visit>
void for_each_cell(const Macro& macro, Cells& cells, Index array, const Visit& visit) {
  const Index width = weight_columns(macro.spec), outputs = outputs_of(macro, cells.side[0].cols);
  const Index last = std::min(outputs, (array + 1) * width);
  const bool stacked = macro.spec.weight.pair == "wordlines";
  for (Index side = 0; side < cells.n_sides(); ++side) {
    auto& g = cells.side[static_cast<size_t>(side)];
    for (Index i = 0; i < g.rows; ++i) {
      for (Index s = 0; s < std::ssize(macro.weight_slices); ++s) {
        for (Index j = array * width; j < last; ++j) {
          const Index column = j - array * width;
          visit(g(i, s * outputs + j), stacked ? 2 * i + side : i,
                bitline_of(macro.spec, column, s, stacked ? 0 : side));
        }
      }
    }
  }
  for (Index i = 0; i < cells.reference.rows; ++i) {
    visit(cells.reference(i, array), i, macro.spec.array.n_bitlines - 1);
  }
}

}  // namespace

Index outputs_of(const Macro& macro, Index columns) {
  return columns / std::ssize(macro.weight_slices);
}

Index arrays_across(const Macro& macro, Index outputs) {
  const Index width = weight_columns(macro.spec);
  return (outputs + width - 1) / width;
}

Matrix<double> gather_array(const Macro& macro, const TileCells& cells, Index array) {
  const ArraySpec& spec = macro.spec.array;
  Matrix<double> g(spec.n_wordlines, spec.n_bitlines, macro.spec.device.g_min.si());
  for_each_cell(macro, cells, array,
                [&](const double& cell, Index i, Index bitline) { g(i, bitline) = cell; });
  return g;
}

void scatter_array(const Macro& macro, const Matrix<double>& g, Index array, TileCells& cells) {
  for_each_cell(macro, cells, array,
                [&](double& cell, Index i, Index bitline) { cell = g(i, bitline); });
}

}  // namespace ohm
