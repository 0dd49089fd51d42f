// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/drift_compensation.h"

#include <algorithm>
#include <cmath>

#include "crossbar/device/compensation.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"

namespace ohm {
namespace {

/// Σ over one-hot inputs of |output|, per output, in level spacings of the least significant slice.
std::vector<double> probe(const Macro& macro, const TileCells& cells) {
  const Index outputs = cells.side[0].cols / std::ssize(macro.weight_slices);
  const Index width = weight_columns(macro.spec);
  std::vector<double> sums(static_cast<size_t>(outputs), 0.0);
  for (Index i = 0; i < cells.side[0].rows; ++i) {
    for (Index j = 0; j < outputs; ++j) {
      double y = 0.0;
      for (Index s = 0; s < std::ssize(macro.weight_slices); ++s) {
        const Index column = s * outputs + j;
        const double against =
            cells.n_sides() == 2 ? cells.side[1](i, column) : cells.reference(i, j / width);
        const double levels = (cells.side[0](i, column) - against) / macro.level_spacing(s).si();
        const WeightSlice& slice = macro.weight_slices[static_cast<size_t>(s)];
        y += slice.scale * levels / static_cast<double>(slice.levels_per_digit);
      }
      sums[static_cast<size_t>(j)] += std::abs(y);
    }
  }
  return sums;
}

/// The same macro before anything has aged.
Macro freshly_programmed(const Macro& macro) {
  Macro fresh = macro;
  fresh.spec.device.age = Seconds(0.0);
  return fresh;
}

}  // namespace

std::vector<double> drift_compensation(const Macro& macro, const EncodedTile& tile,
                                       const TileCells& aged, const ChipDraw& draw,
                                       std::uint32_t strip) {
  const CompensationSpec& spec = macro.spec.compensation;
  if (spec.kind == "none") return {};
  const Macro fresh = freshly_programmed(macro);
  const std::vector<double> before = probe(macro, realise_cells(fresh, tile, draw, strip));
  const std::vector<double> now = probe(macro, aged);
  if (spec.kind == "column") return column_factors(before, now);
  const Index width = weight_columns(macro.spec);
  std::vector<double> factors;
  for (Index first = 0; first < std::ssize(before); first += width) {
    const auto n = static_cast<size_t>(std::min(width, std::ssize(before) - first));
    const auto part = [&](const std::vector<double>& all) {
      return std::span(all).subspan(static_cast<size_t>(first), n);
    };
    factors.insert(factors.end(), n, global_factor(part(before), part(now)));
  }
  return factors;
}

}  // namespace ohm
