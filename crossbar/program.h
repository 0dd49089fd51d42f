// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "crossbar/exact_product.h"
#include "crossbar/macro.h"

namespace ohm {

/// Neighbouring rows of a matrix that share the wordlines of one row of arrays.
struct RowTile {
  Index first = 0;
  Index rows = 0;
};

/// Which physical chip a matrix is programmed into, and where: the key of everything drawn for it.
struct ChipDraw {
  std::uint32_t seed = 0;
  std::uint32_t chip = 0;
  std::uint32_t matrix = 0;  ///< number of the matrix on that chip
};

/// The arrays that hold one row tile of a matrix, side by side: what the wordlines of the tile see.
///
/// Column s · n_outputs + j holds slice s of output j: for a differential pair the difference of
/// its two cells, with an offset column the cell minus the reference cell of its row.
struct ProgrammedTile {
  RowTile rows;
  ExactOperand cells;          ///< conductances above g_min, in codes of the grid
  ExactOperand variances;      ///< of the read noise, in units of variance_unit; may be empty
  double variance_unit = 0.0;  ///< codes²
  std::vector<double> row_conductance;  ///< S, all cells of a wordline, one entry per row
  Siemens mean_conductance;             ///< over all cells
  std::vector<float> adc_gain;          ///< one per column, or empty
  std::vector<float> adc_offset;        ///< LSB, one per column, or empty
  std::vector<AdcTransfer> transfer;    ///< per weight slice; sums in codes
};

/// A matrix programmed into the arrays of one chip: the state that drifts, errs and is read.
struct ProgrammedMatrix {
  Index rows = 0, columns = 0;
  ChipDraw draw;
  std::vector<ProgrammedTile> tiles;
  bool calibrated = false;  ///< whether the ADC ranges are set
};

/// Rows of a matrix cut into tiles of at most `n_wordlines`, all but the last full.
std::vector<RowTile> full_row_tiles(Index rows, Index n_wordlines);

/// Programs signed integer weights, (rows, columns), with every error drawn once per cell.
///
/// Throws ArgumentError when a weight leaves weight_range() or the tiles do not cover the
/// rows. ADC ranges lossless and max are set here (max: the largest sum that any input could
/// cause); percentile and mse wait for calibrate_adc().
ProgrammedMatrix program(const Macro& macro, const Matrix<std::int32_t>& weights,
                         std::span<const RowTile> tiles, const ChipDraw& draw);

}  // namespace ohm
