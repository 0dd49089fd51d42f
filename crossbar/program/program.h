// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/tensor.h"
#include "crossbar/adc/column_affine.h"
#include "crossbar/adc/converter_bank.h"
#include "crossbar/macro.h"
#include "crossbar/program/cells.h"
#include "crossbar/program/seal.h"
#include "crossbar/program/wire_effects.h"

namespace ohm {

struct ReadPlan;

/// The arrays that hold one row tile of a matrix, side by side: what the wordlines of the tile see.
struct ProgrammedTile {
  RowTile rows;
  Recombination recombination;                    ///< from sums to products
  SealedCells cells;                              ///< what the columns add up
  TileLadders ladders;                            ///< where bitlines are solved input by input
  std::shared_ptr<const TileCells> conductances;  ///< where networks are solved input by input
  Matrix<float> dac_levels;  ///< (terms, codes): what each wordline's DAC drives; empty: integers
  std::vector<double> row_conductance;  ///< S, all cells of a wordline, one entry per wordline
  Siemens mean_conductance;             ///< over all cells
  std::shared_ptr<const ConverterBank> converters;  ///< one per column
  std::vector<double> step;          ///< codes of `cells` per code of the ADC, one per column
  std::vector<double> compensation;  ///< gain on each output against drift, or empty
  ProgrammingCost programming;       ///< what it took to write the cells
};

/// A matrix programmed into the arrays of one chip: the state that drifts, errs and is read.
struct ProgrammedMatrix {
  Index rows = 0, columns = 0;
  ChipDraw draw;
  std::vector<ProgrammedTile> tiles;
  bool calibrated = false;                 ///< whether the ADC ranges are set
  ColumnAffine correction;                 ///< digital, of the outputs; empty unless learned
  ProgrammingCost programming;             ///< what it took to write it
  std::shared_ptr<const ReadPlan> plan{};  ///< how to read it; absent: decided at each read
};

/// Rows of a matrix cut into tiles of at most `height`, all but the last full.
std::vector<RowTile> full_row_tiles(Index rows, Index height);

/// Programs signed integer weights, (rows, columns), with every error drawn once per cell.
///
/// Throws ArgumentError when a weight leaves weight_range() or the tiles do not cover the
/// rows. ADC ranges lossless and max are set here (max: the largest sum that any input could
/// cause); percentile, mse and learned wait for calibrate_adc().
ProgrammedMatrix program(const Macro& macro, const Matrix<std::int32_t>& weights,
                         std::span<const RowTile> tiles, const ChipDraw& draw);

}  // namespace ohm
