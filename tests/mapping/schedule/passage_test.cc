// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/passage.h"

#include <gtest/gtest.h>

#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

/// Chips in a row of `columns` tiles, 1 GHz, 256-bit flits, 2 + 1 cycles per hop.
Chip row_of_chips(const std::string& columns, const std::string& system) {
  return compile_chip(
      testing::shipped_chip({testing::with("mesh.columns", columns),
                             testing::with("mesh.rows", "1"), testing::with("system", system)}));
}

Passage sent(const Chip& chip, Index from, Index to, std::int64_t bytes) {
  const Transfer t{TransferKind::activation, 0, 0, from, {to}, {bytes}};
  return passage_of(chip, route(chip.mesh, t), "send");
}

constexpr const char* kTwo = "[{columns: 2, rows: 1, link: link_ucie_standard}]";

TEST(Passage, OverALinkTakesRouterFlightAndSerialisation) {
  const Passage p = sent(row_of_chips("1", kTwo), 0, 1, 640);
  ASSERT_EQ(p.claims.size(), 1u);
  EXPECT_EQ(p.claims[0].offset, 0);
  EXPECT_EQ(p.claims[0].busy, 10'000);           // 640 B at 64 GB/s
  EXPECT_EQ(p.latency, 2'000 + 1'000 + 10'000);  // two cycles of the router, 1 ns of flight
}

TEST(Passage, OverLinksSideBySideTakesAShareOfTheTime) {
  const Chip chip =
      row_of_chips("1", "[{columns: 2, rows: 1, link: link_ucie_standard, links_per_edge: 4}]");
  EXPECT_EQ(sent(chip, 0, 1, 640).claims[0].busy, 2'500);
}

TEST(Passage, GoesOnBeyondTheLinkWithoutWaitingForItsTail) {
  const Passage p = sent(row_of_chips("2", kTwo), 0, 3, 640);
  ASSERT_EQ(p.claims.size(), 3u);
  EXPECT_EQ(p.claims[1].offset, 3'000);
  EXPECT_EQ(p.claims[2].offset, 3'000 + 3'000);
  EXPECT_EQ(p.claims[2].busy, 20'000);                   // 20 flits
  EXPECT_EQ(p.latency, 6'000 + 20'000 + 3'000 - 1'000);  // the last flit
}

TEST(Passage, WaitsForTheTailOfASlowLink) {
  const Chip chip = row_of_chips("2", "[{columns: 2, rows: 1, link: link_hypertransport_isaac}]");
  const Passage p = sent(chip, 0, 3, 640);
  EXPECT_EQ(p.claims[1].busy, 100'000);  // 640 B at 6.4 GB/s
  EXPECT_EQ(p.latency, 3'000 + 2'000 + 5'000 + 3'000 + 100'000);
}

TEST(Passage, GatheredMessagesArriveTogether) {
  const Chip chip = row_of_chips("3",
                                 "[{columns: 2, rows: 1, link: {source: test, energy: 1 pJ/bit, "
                                 "bandwidth: 63 GB/s, latency: 100 ns, beachfront: 0 m}}]");
  const Transfer t{TransferKind::partial_sums, 0, -1, 2, {0, 3}, {32, 63}};
  const Passage p = passage_of(chip, route(chip.mesh, t), "reduce");
  ASSERT_EQ(p.claims.size(), 3u);
  Picoseconds first = 1;
  for (const Claim& claim : p.claims) first = std::min(first, claim.offset);
  EXPECT_EQ(first, 0);  // the message from the other chip starts
  EXPECT_EQ(p.latency, 2'000 + 100'000 + 1'000);
  for (const Claim& claim : p.claims) {
    EXPECT_LE(claim.offset + claim.busy, p.latency);
    EXPECT_GE(claim.offset, 0);
  }
}

TEST(Passage, WithinOneChipOfASystemIsThatOfTheChip) {
  const Chip alone = row_of_chips("4", "[]"), two = row_of_chips("4", kTwo);
  const Passage a = sent(alone, 0, 3, 100), b = sent(two, 4, 7, 100);
  EXPECT_EQ(a.latency, b.latency);
  ASSERT_EQ(a.claims.size(), b.claims.size());
  for (size_t i = 0; i < a.claims.size(); ++i) {
    EXPECT_EQ(a.claims[i].offset, b.claims[i].offset);
    EXPECT_EQ(a.claims[i].busy, b.claims[i].busy);
  }
}

TEST(Passage, AccessesToDramBesideAnotherChipHoldTheLinks) {
  std::vector<Override> given{testing::with("mesh.columns", "1"), testing::with("mesh.rows", "1"),
                              testing::with("system", kTwo)};
  const Fetch own = fetch_of(compile_chip(testing::shipped_chip(given)), {1}, {6400}, "fetch");
  EXPECT_TRUE(own.links.empty());
  EXPECT_EQ(own.drams.front().resource, 1);
  given.push_back(testing::with("dram_at", "[0]"));
  const Chip chip = compile_chip(testing::shipped_chip(given));
  const Fetch far = fetch_of(chip, {1}, {6400}, "fetch");
  EXPECT_EQ(far.drams.front().resource, 0);
  ASSERT_EQ(far.links.size(), 1u);
  EXPECT_EQ(far.links.front().resource, chip.mesh.path(0, 1).front());
  EXPECT_EQ(far.busy, 100'000);  // 6400 B at the link's 64 GB/s, slower than the DRAM
  EXPECT_GT(far.busy, own.busy);
  EXPECT_EQ(far.start_up, own.start_up + 2'000);  // there and back
}

TEST(Passage, AMemoryIsHeldForItsOwnShare) {
  const Chip chip = row_of_chips("4", kTwo);
  const Fetch fetch = fetch_of(chip, {1, 2, 3, 4}, {6400}, "fetch");
  ASSERT_EQ(fetch.drams.size(), 2u);
  EXPECT_EQ(fetch.drams[0].busy, fetch_of(chip, {1}, {4800}, "fetch").busy);
  EXPECT_EQ(fetch.drams[1].busy, fetch_of(chip, {1}, {1600}, "fetch").busy);
  EXPECT_EQ(fetch.busy, fetch.drams[0].busy);
}

TEST(Passage, LinksAreResourcesOfTheirLevel) {
  const Mesh mesh({2, 1}, {{2, 1}, {2, 1}});
  const auto kind = [&](Index from) {
    return link_resource(mesh, mesh.path(from, from + 1).front()).kind;
  };
  EXPECT_EQ(kind(0), ResourceKind::link);
  EXPECT_EQ(kind(1), ResourceKind::chip_link);
  EXPECT_EQ(kind(3), ResourceKind::package_link);
  EXPECT_STREQ(to_string(ResourceKind::board_link), "board_link");
}

}  // namespace
}  // namespace ohm
