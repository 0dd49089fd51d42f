// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crossbar/macro_spec.h"

namespace ohm {

/// A group of neighbouring bits of the stored magnitude, held by one cell (or one pair).
struct WeightSlice {
  Index shift = 0;  ///< of its least significant bit
  Index bits = 0;   ///< bits that its cell can hold
  Index top = 0;    ///< level number at g_max; levels 0 … top are spaced evenly from g_min

  /// The level that stores this slice of `magnitude`.
  Index level(Index magnitude) const { return (magnitude >> shift) & ((Index{1} << bits) - 1); }
};

/// The slices of a weight, least significant first.
///
/// A slice of b bits uses a cell of 2^b levels; the most significant one may have levels to spare.
/// A single slice is an analog weight: it spans the whole range of the cell whatever its width.
/// Throws ArgumentError where slicing_problem() finds one.
std::vector<WeightSlice> weight_slices(const WeightSpec& spec);

/// Why slice_bits cannot hold the weight; empty when they can.
std::string slicing_problem(const WeightSpec& spec);

/// The integers that can be stored.
struct WeightRange {
  Index low = 0, high = 0;
};

/// ±(2^(bits-1) - 1), and -2^(bits-1) too where the cells have room for its magnitude.
WeightRange weight_range(const WeightSpec& spec);

/// Cells that hold one slice: 2 in a differential pair, else 1.
Index cells_per_slice(const WeightSpec& spec);

/// Bits of the non-negative integer that the slices store: |w|, or w + 2^(bits-1).
Index magnitude_bits(const WeightSpec& spec);

/// Whether the cells of this side hold the weight (zero is held by the positive side); those of the
/// other side of a pair stay reset.
bool is_tuned(const WeightSpec& spec, std::int32_t weight, bool negative_side);

/// The integer whose slices a cell stores: on the positive side of a pair max(w, 0), on the
/// negative side max(-w, 0); with an offset column w + 2^(bits-1).
Index stored_magnitude(const WeightSpec& spec, std::int32_t weight, bool negative_side);

}  // namespace ohm
