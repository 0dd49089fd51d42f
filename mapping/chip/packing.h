// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "core/index.h"
#include "mapping/chip/partition.h"

namespace ohm {

/// A block that wants a place in an array.
struct PackingItem {
  Index rows = 0, columns = 0;
  Index input = 0;  ///< blocks of equal number are driven by the same vector from the first row on
  Index setting = 0;  ///< input slices, weight slices, device: only equal ones share an array
};

/// Which blocks may share an array.
enum class Sharing {
  none,
  parallel,  ///< all fire at once: columns differ, and rows differ or are driven by the same input
  in_turn,   ///< rows differ or columns differ: those that cannot fire at once take turns
};

/// Where a block lies.
struct PackedSpot {
  Index array = 0, first_row = 0, first_column = 0;

  bool operator==(const PackedSpot&) const = default;
};

/// Blocks in arrays, and how far from the fewest arrays that can be.
struct Packing {
  std::vector<PackedSpot> spots;  ///< by item
  Index arrays = 0;
  Index bound = 0;  ///< no packing takes fewer arrays
  Index turns = 1;  ///< reads in sequence that the fullest array needs

  /// arrays / bound - 1; 0 without items.
  double gap() const {
    return bound == 0 ? 0 : static_cast<double>(arrays) / static_cast<double>(bound) - 1;
  }
};

/// Packs blocks into arrays of `array.rows` × `array.columns` weights.
///
/// Shelves, first fit by falling height (Chung, Garey and Johnson, SIAM J. Alg. Disc. Meth. 3,
/// 1982), along rows and, with `in_turn`, along columns, in three orders; the best counts. Never
/// more arrays than blocks. An array joins the search among the last 256 of its setting, so that
/// time stays linear. Bound: dual feasible functions (Fekete and Schepers, Math. Programming 91,
/// 2001) of each setting, among them total cells over cells of an array. ArgumentError for items
/// that no array holds.
Packing pack(const std::vector<PackingItem>& items, const BlockShape& array, Sharing sharing);

}  // namespace ohm
