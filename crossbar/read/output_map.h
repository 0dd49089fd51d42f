// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "crossbar/macro.h"
#include "crossbar/product/exact_product.h"
#include "crossbar/product/integer_rows.h"
#include "crossbar/program/program.h"

namespace ohm {

struct TilePlan;
struct TileRead;

/// A row tile as one linear map, the noise of all its conversions referred to its outputs
/// (fidelity fused).
///
///     y_j = unit_j · Σ_i weights_ij · x_i + sqrt(v_j) · normal
///     v_j = variance_unit_j · Σ_i variances_ij · q_i + floor_j + Σ_g rounding_gj · r_g
///
/// over wordlines i, with x_i = Σ_b w_b · value_b,i and q_i = Σ_b (w_b · value_b,i)² / square_unit
/// over the steps b, and r_g = Σ_b w_b² over the steps that drive row group g at all. The floor is
/// the noise of idle rows and converters, rounding 1/12 of a squared step per conversion. Weights
/// and variances lie on grids of 16 and 8 bits, so that their sums are exact in any order. The
/// variance is exact where converters do not round; rounding counts as independent noise, which it
/// is where other noise covers about half a step (Widrow and Kollar, Quantization Noise, Cambridge
/// 2008).
struct OutputMap {
  ExactOperand weights;               ///< (wordlines, sliced outputs)
  std::vector<double> unit;           ///< per output
  ExactOperand variances;             ///< the same shape, or empty
  std::vector<double> variance_unit;  ///< per output, or empty
  std::vector<double> floor;          ///< per output
  Matrix<double> rounding;            ///< (row groups, sliced outputs); empty: nothing rounds
  double square_unit = 1.0;
};

/// The map of the sliced outputs of a tile, from the scales of its plan.
OutputMap refer_to_outputs(const Macro& macro, const ProgrammedTile& tile, const TilePlan& plan);

/// What the tile adds to these outputs, (tokens, outputs): one normal per token and output.
Matrix<double> read_outputs(const TileRead& read, const OutputMap& map, const IntegerRows& x);

}  // namespace ohm
