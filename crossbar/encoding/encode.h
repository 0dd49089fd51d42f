// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/tensor.h"
#include "crossbar/macro.h"

namespace ohm {

/// Neighbouring rows of a matrix that share the wordlines of one row of arrays.
struct RowTile {
  Index first = 0;
  Index rows = 0;
};

/// How the digital side makes products of column sums, over the row groups g of one tile:
///
/// y[j] = Σ_g ( Σ_s scale_s · sign[g][s, j] · sum[g][s, j] + input_sum[g][j] · Σ_{i in g} x_i ) +
/// constant[j], with sum in digits of slice s. Empty members stand for sign 1 and terms of 0.
struct Recombination {
  double gain = 1.0;                ///< on every product of a sum
  Matrix<float> sign;               ///< (row groups, slices · outputs): 1 or -1
  Matrix<double> input_sum;         ///< (row groups, outputs)
  double constant = 0.0;            ///< per output
  std::vector<double> column_gain;  ///< on the sums of each (slice, output); empty: 1
};

/// Levels of the cells that one row tile stores. Column s · n_outputs + j holds slice s of output
/// j.
struct EncodedTile {
  std::array<Matrix<std::uint16_t>, 2> level;  ///< per side: (terms, slices · outputs)
  std::array<Matrix<char>, 2> tuned;  ///< whether a cell is tuned or left reset; same shape
  Recombination recombination;
};

/// Encodes rows of a matrix of integers: one side, or two for encodings with pairs.
///
/// differential (one-sided): w = k+ - k-, one of them 0. differential_two_sided: k± = K/2 ± w/2, a
/// constant sum. offset_column: k = w + 2^(bits-1), corrected by 2^(bits-1) Σx. twos_complement:
/// the slice of the sign bit counts negatively. isaac_flip: offset, and a column whose sum could
/// pass half scale stores K - k, corrected by K Σx (Shafiee et al., ISCA 2016). centre_offset: w =
/// c_j + o, the pair stores o and c_j Σx is added (Andrulis et al., RAELLA, ISCA 2023), with c_j
/// the integer that minimises Σ_s 2^shift (Σ_i o_is)^4 as there. xnor: y = 2 popcount - N (Sun et
/// al., DATE 2018).
EncodedTile encode(const Macro& macro, const Matrix<std::int32_t>& weights, RowTile rows);

}  // namespace ohm
