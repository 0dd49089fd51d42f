// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/link_grid.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace ohm {
namespace {

TEST(LinkGrid, NumbersLinksInTheOrderOfTheirPlaces) {
  for (const LinkGrid grid :
       {LinkGrid{4, 3}, LinkGrid{1, 5}, LinkGrid{5, 1}, LinkGrid{2, 2}, LinkGrid{1, 1}}) {
    Index number = 0;
    const auto join = [&](Index a, Index b) {
      EXPECT_EQ(grid.link(a, b), number++);
      EXPECT_EQ(grid.link(b, a), number++);
    };
    for (Index p = 0; p < grid.size(); ++p) {
      if (p % grid.columns + 1 < grid.columns) join(p, p + 1);
      if (p + grid.columns < grid.size()) join(p, p + grid.columns);
    }
    EXPECT_EQ(grid.n_links(), number);
    EXPECT_EQ(grid.edges(), number / 2);
  }
}

TEST(LinkGrid, JoinsNeighboursOnly) {
  const LinkGrid grid{3, 2};
  EXPECT_THROW(grid.link(0, 0), ArgumentError);
  EXPECT_THROW(grid.link(2, 3), ArgumentError);  // the end of a row and the start of the next
  EXPECT_THROW(grid.link(0, 4), ArgumentError);
  EXPECT_THROW(grid.link(5, 8), ArgumentError);
  EXPECT_THROW(grid.link(-1, 0), ArgumentError);
}

}  // namespace
}  // namespace ohm
