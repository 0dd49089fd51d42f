// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/gemm.h"
#include "crossbar/product/integer_rows.h"
#include "crossbar/read/conversion_draw.h"
#include "crossbar/read/mvm.h"
#include "crossbar/read/read_plan.h"

namespace ohm {

/// How read noise is drawn.
enum class NoiseDraw {
  per_conversion,  ///< one normal with the exact variance of the column sum
  per_cell,        ///< one normal for every entry that conducts, anew for every conversion
};

/// One tile about to be read, and the tokens that number its inputs.
struct TileRead {
  const Macro& macro;
  const ProgrammedTile& tile;
  const TilePlan& plan;
  ConversionDraw draw;
  std::span<const std::uint32_t> tokens;
};

/// What one tile adds to the products, (tokens, outputs), conversion by conversion; adds to
/// counts.clipped and counts.half_codes.
Matrix<double> read_tile(const TileRead& read, const IntegerRows& x, NoiseDraw noise,
                         MvmCounts& counts);

/// y += contribution of a tile and what the digital side makes of Σx, for outputs [first, first +
/// contribution.cols), whose values y points to. sums: input_sums() of the tokens.
void add_contribution(const ProgrammedTile& tile, const Matrix<double>& contribution,
                      const Matrix<double>& sums, Index first, MatrixView<double> y);

/// The digital correction of outputs that calibration learned, if any.
void apply_correction(const ProgrammedMatrix& matrix, Matrix<double>& y);

/// The slow, readable twin of mvm(): the same results bit for bit with NoiseDraw::per_conversion,
/// the same distribution with per_cell (sums of independent normals are normal).
MvmResult mvm_reference(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
                        std::span<const std::uint32_t> tokens,
                        NoiseDraw noise = NoiseDraw::per_conversion);

}  // namespace ohm
