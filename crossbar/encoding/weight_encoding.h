// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "crossbar/macro_spec.h"

namespace ohm {

/// A group of neighbouring bits of a stored integer, held by one cell (or one pair).
struct WeightSlice {
  Index shift = 0;             ///< of its least significant bit
  Index bits = 0;              ///< bits that it can hold
  Index top = 0;               ///< largest digit
  Index levels_per_digit = 1;  ///< 2 where a pair shares one digit in halves, else 1
  double scale = 1.0;  ///< what one digit counts in the weight: 2^shift, negative for a sign

  /// The digit of this slice in `magnitude`.
  Index digit(Index magnitude) const { return (magnitude >> shift) & ((Index{1} << bits) - 1); }
  /// Level number at g_max; levels 0 … top_level are spaced evenly from g_min.
  Index top_level() const { return top * levels_per_digit; }
};

/// The slices of a weight, least significant first.
///
/// A slice of b bits uses a cell of 2^b levels; the most significant one may have levels to spare.
/// A single slice is an analog weight: it spans the whole range of the cell whatever its width.
/// Throws ArgumentError where slicing_problem() finds one.
std::vector<WeightSlice> weight_slices(const WeightSpec& spec);

/// Why slice_bits cannot hold the weight; empty when they can.
std::string slicing_problem(const WeightSpec& spec);

/// The integers that can be stored; with xnor -1 and 1 alone.
struct WeightRange {
  Index low = 0, high = 0;
};

/// ±(2^(bits-1) - 1), and -2^(bits-1) too where the cells have room for it.
WeightRange weight_range(const WeightSpec& spec);

/// Cells that hold one slice: 2 in a pair, whose second one is subtracted, else 1.
Index n_sides(const WeightSpec& spec);

/// Bitlines that hold one slice: 2 where the cells of a pair lie side by side, else 1.
Index bitlines_per_slice(const WeightSpec& spec);

/// Wordlines behind one input: 2 with xnor, whose second one carries the complement, and where the
/// cells of a pair lie on two wordlines, the second one driven with opposite polarity; else 1.
Index wordlines_per_input(const WeightSpec& spec);

/// Values that one input contributes to the sums of a column: 2 with xnor, itself and its
/// complement; else 1, since a pair acts as one signed cell.
Index terms_per_input(const WeightSpec& spec);

/// Whether bitlines are sensed against a reference bitline of reset cells, which removes g_min.
bool has_reference_column(const WeightSpec& spec);

/// Whether a digital multiple of Σx corrects every output: offsets, flips and centres.
bool needs_input_sum(const WeightSpec& spec);

/// Bits of the non-negative integer that the slices store: |w|, w + 2^(bits-1), or |w - centre|.
Index magnitude_bits(const WeightSpec& spec);

}  // namespace ohm
