// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/tensor.h"
#include "core/units.h"
#include "crossbar/product/exact_product.h"
#include "crossbar/program/cells.h"

namespace ohm {

/// The cells of one row tile as integers: column s · n_outputs + j holds slice s of output j, for a
/// pair the difference of its two cells, with a reference column the cell minus the reference cell.
///
/// An entry of slice s counts level spacings / codes_per_level[s]: 1 where every cell sits on a
/// level, else the largest whole number for which every entry stays within ±kLargestEntry. Entries
/// are then two bytes at most, every level is a whole number of codes, and rounding is at most half
/// of 1/32639 of the largest entry.
struct SealedCells {
  ExactOperand entries;                ///< (wordlines, slices · outputs)
  std::vector<Index> codes_per_level;  ///< per slice
  ExactOperand variances;              ///< of the fresh read noise of each entry, or empty
  std::vector<double> variance_unit;   ///< codes² per unit of `variances`, per slice
  std::vector<float> noise_floor;      ///< codes² per column: noise whatever the input; or empty
};

/// The largest magnitude whose halves of 8 bits are both signed bytes: 127 · 256 + 127.
inline constexpr Index kLargestEntry = 32639;

/// Rounds conductances to the grid. `seen` are the cells as their currents show them (behind
/// wires), `cells` those themselves, whose noise it is: a cell of which a share is seen shows that
/// share of its noise.
///
/// Noise is that of one step at the read voltage. Thermal noise does not depend on the bias: where
/// an input of zero drives 0 V, the whole column has it at every conversion (noise_floor); where it
/// switches cells off, it belongs to those that are on. Throws ArgumentError where a cell lies more
/// than 127 times its range away from it.
SealedCells seal_cells(const Macro& macro, const TileCells& seen, const TileCells& cells);

}  // namespace ohm
