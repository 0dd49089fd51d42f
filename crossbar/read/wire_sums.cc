// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/wire_sums.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "crossbar/device/current_voltage.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/read/verified_cell.h"
#include "crossbar/wires/gated_row_line.h"

namespace ohm {
namespace {

constexpr double kTolerance = 1e-8;  // relative, of currents: far below the grid of the cells

/// The wordlines that one bit of the values of one sign switches on, (n, n_wordlines).
struct BitPlane {
  Index bit;
  bool negative;
  Matrix<std::uint8_t> on;
  bool is_empty = true;
};

BitPlane plane_of(const Matrix<float>& driven, RowRange range, Index n_wordlines, Index bit,
                  bool negative) {
  BitPlane plane{bit, negative, Matrix<std::uint8_t>(driven.rows, n_wordlines), true};
  for (Index t = 0; t < driven.rows; ++t) {
    const auto values = driven.row(t);
    const auto on = plane.on.row(t).subspan(static_cast<size_t>(range.first));
    for (size_t i = 0; i < values.size(); ++i) {
      const auto value = static_cast<Index>(values[i]);
      if ((value < 0) != negative) continue;
      on[i] = static_cast<std::uint8_t>((std::abs(value) >> bit) & 1);
      plane.is_empty = plane.is_empty && on[i] == 0;
    }
  }
  return plane;
}

/// Currents of the bitlines of a tile, A, (n, slices · outputs): side 0 minus what stands against
/// it.
class TileCurrents {
 public:
  TileCurrents(const Macro& macro, const ProgrammedTile& tile) : macro_(macro), tile_(tile) {}

  /// Of gated cells that `on` switches on.
  Matrix<double> gated(const Matrix<std::uint8_t>& on) const;
  /// Of driven rows at `volts`, (n, n_wordlines of the array).
  Matrix<double> driven(const Matrix<double>& volts) const;

 private:
  using Solve = std::function<Matrix<double>(const Matrix<double>& g)>;
  Matrix<double> by_ladders(const Matrix<std::uint8_t>& on) const;
  Matrix<double> by_networks(Index n, const Solve& solve) const;
  Matrix<double> ladder(const GatedLadder& ladder, const Matrix<std::uint8_t>& on) const;
  void subtract(const TileCells& currents, Matrix<double>& sums) const;

  const Macro& macro_;
  const ProgrammedTile& tile_;
};

Matrix<double> TileCurrents::ladder(const GatedLadder& ladder,
                                    const Matrix<std::uint8_t>& on) const {
  Matrix<double> currents(on.rows, ladder.n_bitlines());
  ladder.currents(on.values, macro_.spec.read.voltage.si(), currents.values);
  return currents;
}

/// sums -= currents of the partners, or of the reference bitline of each column's array.
void TileCurrents::subtract(const TileCells& currents, Matrix<double>& sums) const {
  const Index outputs = sums.cols / std::ssize(macro_.weight_slices);
  const Index width = weight_columns(macro_.spec);
  for (Index t = 0; t < sums.rows; ++t) {
    for (Index column = 0; column < sums.cols; ++column) {
      sums(t, column) -= currents.n_sides() == 2 ? currents.side[1](t, column)
                                                 : currents.reference(t, column % outputs / width);
    }
  }
}

Matrix<double> TileCurrents::by_ladders(const Matrix<std::uint8_t>& on) const {
  TileCells against;
  if (tile_.ladders.side[1]) against.side[1] = ladder(*tile_.ladders.side[1], on);
  if (tile_.ladders.reference) against.reference = ladder(*tile_.ladders.reference, on);
  Matrix<double> sums = ladder(*tile_.ladders.side[0], on);
  subtract(against, sums);
  return sums;
}

/// One network per array and input; solve() gives the currents of one array for all inputs.
Matrix<double> TileCurrents::by_networks(Index n, const Solve& solve) const {
  const TileCells& cells = *tile_.conductances;
  const Index outputs = cells.side[0].cols / std::ssize(macro_.weight_slices);
  TileCells currents = cells;  // the same places, one row per input
  for (Matrix<double>* part : {&currents.side[0], &currents.side[1], &currents.reference}) {
    *part = Matrix<double>(part->rows > 0 ? n : 0, part->cols);
  }
  for (Index k = 0; k < arrays_across(macro_, outputs); ++k) {
    scatter_array(macro_, solve(gather_array(macro_, cells, k)), k, currents);
  }
  subtract(currents, currents.side[0]);
  return currents.side[0];
}

Matrix<double> TileCurrents::gated(const Matrix<std::uint8_t>& on) const {
  if (!tile_.conductances) return by_ladders(on);
  const ArraySpec& array = macro_.spec.array;
  const RowLineWires wires{array.r_bitline.si(), array.r_sense.si(), array.r_sourceline.si(),
                           array.r_driver.si()};
  Matrix<std::uint8_t> all(on.rows, array.n_wordlines);
  for (Index t = 0; t < on.rows; ++t) std::ranges::copy(on.row(t), all.row(t).begin());
  return by_networks(on.rows, [&](const Matrix<double>& g) {
    return gated_row_line_currents(g, all, macro_.spec.read.voltage.si(), wires, kTolerance);
  });
}

Matrix<double> TileCurrents::driven(const Matrix<double>& volts) const {
  const IvSpec& iv = macro_.spec.device.iv;
  return by_networks(volts.rows, [&](const Matrix<double>& g) {
    Matrix<double> slope = g;
    for (double& cell : slope.values) {
      if (cell > 0.0) {
        cell = slope_conductance(iv, Siemens(cell), macro_.spec.read.voltage).si();
      }
    }
    return nonlinear_currents(slope, driven_wires(macro_.spec.array), volts, VerifiedCell(iv),
                              kTolerance);
  });
}

/// sums += weight · currents, from A to codes; `volts` drive a value of one.
void add_codes(const Macro& macro, const ProgrammedTile& tile, const Matrix<double>& currents,
               double weight, double volts, Matrix<double>& sums) {
  const Index outputs = sums.cols / std::ssize(macro.weight_slices);
  for (Index s = 0; s < std::ssize(macro.weight_slices); ++s) {
    const auto per_level = static_cast<double>(tile.cells.codes_per_level[static_cast<size_t>(s)]);
    const double scale = weight * per_level / (volts * macro.level_spacing(s).si());
    for (Index t = 0; t < sums.rows; ++t) {
      for (Index column = s * outputs; column < (s + 1) * outputs; ++column) {
        sums(t, column) += scale * currents(t, column);
      }
    }
  }
}

void gated_sums(const Macro& macro, const ProgrammedTile& tile, const Matrix<float>& driven,
                RowRange range, Matrix<double>& sums) {
  const auto wordlines = static_cast<Index>(tile.row_conductance.size());
  const TileCurrents currents(macro, tile);
  const double volts = macro.spec.read.voltage.si();
  for (const bool negative : {false, true}) {
    for (Index bit = 0; (Index{1} << bit) <= macro.max_input(); ++bit) {
      const BitPlane plane = plane_of(driven, range, wordlines, bit, negative);
      if (plane.is_empty) continue;
      const double weight = std::ldexp(negative ? -1.0 : 1.0, static_cast<int>(bit));
      add_codes(macro, tile, currents.gated(plane.on), weight, volts, sums);
    }
  }
}

/// What the DAC of a wordline makes of a value, in units of its step.
double amplitude(const ProgrammedTile& tile, Index wordline, float value) {
  if (tile.dac_levels.size() == 0) return static_cast<double>(value);
  const auto code = static_cast<Index>(value);
  const auto level = static_cast<double>(tile.dac_levels(wordline, std::abs(code)));
  return code < 0 ? -level : level;
}

void driven_sums(const Macro& macro, const ProgrammedTile& tile, const Matrix<float>& driven,
                 RowRange range, Matrix<double>& sums) {
  const double step = macro.spec.read.voltage.si() / static_cast<double>(macro.max_input());
  Matrix<double> volts(driven.rows, macro.spec.array.n_wordlines);
  for (Index t = 0; t < driven.rows; ++t) {
    for (Index i = 0; i < driven.cols; ++i) {
      volts(t, range.first + i) = step * amplitude(tile, range.first + i, driven(t, i));
    }
  }
  add_codes(macro, tile, TileCurrents(macro, tile).driven(volts), 1.0, step, sums);
}

}  // namespace

bool solves_wires(const ProgrammedTile& tile) {
  return tile.ladders.side[0] != nullptr || tile.conductances != nullptr;
}

void wire_sums(const Macro& macro, const ProgrammedTile& tile, const Matrix<float>& driven,
               RowRange range, Matrix<double>& sums) {
  sums = Matrix<double>(driven.rows, std::ssize(tile.step));
  const bool gated = macro.spec.array.topology == "gated";
  (gated ? gated_sums : driven_sums)(macro, tile, driven, range, sums);
}

}  // namespace ohm
