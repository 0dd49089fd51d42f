// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"

namespace ohm {

/// A grid of places with one link in each direction between neighbours, numbered without tables.
///
/// Place p stands in column p mod columns and row p / columns. Links are numbered place by place:
/// to the right neighbour and back, then to the one below and back.
struct LinkGrid {
  Index columns = 1, rows = 1;

  Index size() const { return columns * rows; }
  Index n_links() const { return 2 * ((columns - 1) * rows + columns * (rows - 1)); }
  Index edges() const { return n_links() / 2; }

  /// The link between two neighbours; ArgumentError if they are none.
  Index link(Index from, Index to) const;
};

}  // namespace ohm
