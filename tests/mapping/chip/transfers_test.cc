// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/transfers.h"

#include <gtest/gtest.h>

#include <map>
#include <numeric>

#include "mapping/system/route.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

TEST(Transfers, NoPermutationOfTilesBeatsTheLowerBound) {
  const Mesh mesh(3, 3);
  std::vector<Index> tiles(9);
  std::iota(tiles.begin(), tiles.end(), 0);
  for (const TransferKind kind : {TransferKind::input, TransferKind::partial_sums}) {
    std::int64_t best = std::numeric_limits<std::int64_t>::max(), bound = 0;
    for (Index hub = 0; hub < 9; ++hub) {
      Transfer t{kind, 0, 0, hub, {}, {}};
      for (Index other = 0; other < 9; ++other) {
        if (other == hub) continue;
        t.tiles.push_back(other);
        t.bytes.push_back(kind == TransferKind::input ? 5 : 5);
      }
      best = std::min(best, route(mesh, t).link_bytes);
      bound = least_link_bytes(t);
    }
    EXPECT_EQ(best, bound);  // from the middle of 3 × 3 both trees are as short as can be
  }
}

TEST(Transfers, PartialSumsAreWideEnough) {
  const Widths widths{8, 8, 16, 8};
  EXPECT_EQ(widths.partial_sum_bits(1), 16);
  EXPECT_EQ(widths.partial_sum_bits(128), 23);
  EXPECT_EQ(widths.partial_sum_bits(768), 26);
  EXPECT_EQ(bytes_of(3, 26), 10);
}

TEST(Transfers, EveryMatrixGetsItsInputsAndReturnsItsSums) {
  const Mapping mapping =
      map_network(build_network(testing::tiny_gpt()),
                  testing::shipped_chip({testing::with("macros_per_tile", "4"),
                                         testing::with("macro.array.n_wordlines", "32"),
                                         testing::with("macro.array.rows_active", "32")}));
  std::map<TransferKind, int> count;
  for (size_t i = 0; i < mapping.transfers.size(); ++i) {
    ++count[mapping.transfers[i].kind];
    EXPECT_GE(mapping.routes[i].link_bytes, least_link_bytes(mapping.transfers[i]));
  }
  EXPECT_EQ(count[TransferKind::input], 2 * 4 + 1);
  EXPECT_EQ(count[TransferKind::partial_sums], 2 * 4 + 1);
  EXPECT_EQ(count[TransferKind::queries], 2);
  EXPECT_EQ(count[TransferKind::keys], 2);
  EXPECT_EQ(count[TransferKind::mixed_values], 2);
}

}  // namespace
}  // namespace ohm
