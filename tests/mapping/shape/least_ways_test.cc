// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/least_ways.h"

#include <gtest/gtest.h>

#include <random>

#include "mapping/chip/chip.h"
#include "mapping/schedule/passage.h"
#include "mapping/system/route.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// A transfer of equal parts between a hub and tiles away from it, drawn at random.
Transfer drawn(TransferKind kind, const Mesh& mesh, std::mt19937& random, std::int64_t bytes) {
  std::vector<Index> tiles(static_cast<size_t>(mesh.size()));
  std::iota(tiles.begin(), tiles.end(), Index{0});
  std::shuffle(tiles.begin(), tiles.end(), random);
  const Index hub = tiles.back();
  tiles.resize(std::uniform_int_distribution<size_t>(1, tiles.size() - 1)(random));
  return {kind, 0, -1, hub, tiles, std::vector<std::int64_t>(tiles.size(), bytes), 0, 1};
}

void expect_least(const ChipSpec& spec, std::mt19937& random) {
  const Chip chip = compile_chip(spec, 4);
  const LeastWays ways(spec, chip.mesh.columns(), chip.mesh.rows());
  const std::int64_t bytes = std::uniform_int_distribution<std::int64_t>(1, 900)(random);
  for (const TransferKind kind :
       {TransferKind::input, TransferKind::partial_sums, TransferKind::keys}) {
    const Transfer transfer = drawn(kind, chip.mesh, random, bytes);
    const auto away = static_cast<Index>(std::ssize(transfer.tiles));
    const Route way = route(chip.mesh, transfer);
    const Picoseconds latency = passage_of(chip, way, "send").latency;
    if (kind == TransferKind::input) {
      EXPECT_LE(ways.multicast(bytes, away), latency);
      EXPECT_LE(ways.multicast_bytes(bytes, away), way.link_bytes);
    } else {
      EXPECT_LE(
          kind == TransferKind::keys ? ways.scatter(bytes, away) : ways.gather(away * bytes, away),
          latency);
      EXPECT_LE(ways.star_bytes(away * bytes, bytes, away), way.link_bytes);
    }
  }
}

TEST(LeastWays, NeverTakeMoreThanAnyRoute) {
  std::mt19937 random(5);
  ChipSpec spec = testing::shipped_chip();
  for (int i = 0; i < 100; ++i) {
    spec.mesh.columns = std::uniform_int_distribution<Index>(1, 9)(random);
    spec.mesh.rows =
        spec.mesh.columns == 1 ? 7 : std::uniform_int_distribution<Index>(1, 9)(random);
    expect_least(spec, random);
  }
}

TEST(LeastWays, OfSeveralChipsCountTheFasterHop) {
  std::mt19937 random(6);
  const ChipSpec shipped =
      testing::shipped_chip({testing::with("mesh", "{columns: 3, rows: 4}"),
                             testing::with("system", "[{link: link_ucie_standard}]")});
  for (int i = 0; i < 100; ++i) expect_least(shipped, random);
}

TEST(LeastWays, OfATransferThatStaysOnItsTileAreNothing) {
  const LeastWays ways(testing::shipped_chip(), 4, 4);
  EXPECT_EQ(ways.multicast(10, 0), 0);
  EXPECT_EQ(ways.gather(0, 0), 0);
  EXPECT_EQ(ways.scatter(10, 0), 0);
  EXPECT_EQ(ways.star_bytes(0, 0, 0), 0);
  EXPECT_EQ(ways.star_link(0), 0);
}

TEST(LeastWays, NeighboursAreReachedInExactlyThatTime) {
  const ChipSpec spec = testing::shipped_chip();
  const Chip chip = compile_chip(spec);
  const LeastWays ways(spec, chip.mesh.columns(), chip.mesh.rows());
  const Transfer one{TransferKind::activation, 0, 1, 0, {1}, {100}, 0, 1};
  EXPECT_EQ(ways.multicast(100, 1), passage_of(chip, route(chip.mesh, one), "send").latency);
}

}  // namespace
}  // namespace ohm
