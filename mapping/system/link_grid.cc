// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/link_grid.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace ohm {

Index LinkGrid::link(Index from, Index to) const {
  const Index first = std::min(from, to), apart = std::max(from, to) - first;
  const Index column = first % columns, row = first / columns;
  const bool right = apart == 1 && column + 1 < columns;
  const bool below = apart == columns && row + 1 < rows;
  if (first < 0 || !(right || below)) {
    throw ArgumentError(fmt::format("mesh: no link from tile {} to {}", from, to));
  }
  const Index to_the_right = row * (columns - 1) + column;
  const Index downwards = std::min(first, columns * (rows - 1));
  const Index before = to_the_right + downwards + (right || column + 1 == columns ? 0 : 1);
  return 2 * before + (from == first ? 0 : 1);
}

}  // namespace ohm
