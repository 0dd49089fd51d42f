// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/edge_kinds.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "mapping/estimate/assumptions.h"
#include "mapping/estimate/estimate.h"
#include "mapping/estimate/peak.h"
#include "mapping/schedule/passage.h"
#include "mapping/system/memory_load.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::with;

/// 10 GB/s, 100 ns, 1 (0.5 to 2) pJ/bit; two of them side by side.
const char* const kSlow =
    "{link: {source: slow, energy: 1 pJ/bit, energy_low: 0.5 pJ/bit, energy_high: 2 pJ/bit, "
    "bandwidth: 10 GB/s, latency: 100 ns, area: 0.5 mm2, beachfront: 1 um, static_power: 3 mW}, "
    "links_per_edge: 2}";
const char* const kFast =
    "{source: fast, energy: 0.25 pJ/bit, energy_low: 0.125 pJ/bit, energy_high: 0.5 pJ/bit, "
    "bandwidth: 100 GB/s, latency: 10 ns, area: 0.1 mm2, beachfront: 1 um, static_power: 1 mW}";

ChipSpec chips_with(Index chips, const std::string& dies, std::vector<Override> more = {}) {
  more.push_back(with("system", fmt::format("[{{columns: {}, rows: 1, link: {}}}]", chips, kFast)));
  more.push_back(with("dies", dies));
  more.push_back(with("mesh.rows", "1"));
  return testing::shipped_chip(more);
}

std::string io(const std::string& links) {
  return "[{name: io, at: [0], links: " + links + "}]";
}

const std::string kOwn = std::string("[") + kSlow + "]";

/// An I/O die of one tile and `chips` - 1 others like it.
Chip row_of_chips(Index chips, const std::string& dies) {
  return compile_chip(chips_with(chips, dies, {with("mesh.columns", "1")}));
}

std::vector<Index> kinds_along(const Chip& chip) {
  std::vector<Index> kinds;
  for (const Index link : chip.mesh.path(0, chip.mesh.size() - 1)) {
    kinds.push_back(chip.mesh.edge_kind(link));
  }
  return kinds;
}

TEST(EdgeKinds, AreThoseOfLevelsAndThenOfDies) {
  EXPECT_THAT(kinds_along(row_of_chips(4, io(kOwn))), ElementsAre(1, 0, 0));
  EXPECT_THAT(kinds_along(row_of_chips(4, io("[]"))), ElementsAre(0, 0, 0));
  const std::string middle = "[{name: io, at: [1], links: [" + std::string(kSlow) + "]}]";
  EXPECT_THAT(kinds_along(row_of_chips(4, middle)), ElementsAre(1, 1, 0));
  const std::string same = io(std::string("[{link: ") + kFast + "}]");
  EXPECT_EQ(row_of_chips(4, same).n_edge_kinds(), 1);
}

/// A package's edge joins all of its chips on that side: it has the link of its level.
TEST(EdgeKinds, BetweenPackagesAreTheLevels) {
  const auto chip = [](const std::string& at) {
    return compile_chip(testing::shipped_chip(
        {with("mesh.columns", "1"), with("mesh.rows", "1"),
         with("system", fmt::format("[{{columns: 2, rows: 1, link: {0}}}, "
                                    "{{columns: 2, rows: 1, link: {0}}}]",
                                    kFast)),
         with("dies", "[{name: io, at: [" + at + "], links: " + kOwn + "}]")}));
  };
  EXPECT_THAT(kinds_along(chip("1")), ElementsAre(2, 1, 0));
  EXPECT_THAT(kinds_along(chip("2")), ElementsAre(0, 1, 2));
  EXPECT_EQ(chip("2").n_links(0), 1);
  EXPECT_EQ(chip("2").n_links(1), 1);
  EXPECT_EQ(chip("2").n_links(2), 2);
}

TEST(EdgeKinds, OfNeighboursThatDisagreeAreRefused) {
  const auto two = [&](Index other) {
    return fmt::format(
        "[{{name: io, at: [0], links: {}}}, {{name: dig, at: [{}], links: [{{link: "
        "link_ucie_3d}}]}}]",
        kOwn, other);
  };
  EXPECT_EQ(error_text<ConfigError>([&] { row_of_chips(4, two(1)); }),
            "chip rram_22nm: dies: io at chip 0 and dig at chip 1 stand side by side and name "
            "different links; expected the same of both, or of one of them none");
  EXPECT_THAT(kinds_along(row_of_chips(4, two(2))), ElementsAre(1, 2, 2));
  const std::string alike =
      fmt::format("[{{name: io, at: [0], links: {0}}}, {{name: dig, at: [1], links: {0}}}]", kOwn);
  EXPECT_THAT(kinds_along(row_of_chips(4, alike)), ElementsAre(1, 1, 0));
}

TEST(EdgeKinds, MustFitIntoTheEdgeOfTheDie) {
  const auto wide = [](Index links) {
    return io(fmt::format("[{{link: link_ucie_standard, links_per_edge: {}}}]", links));
  };
  EXPECT_NO_THROW(row_of_chips(2, wide(1)));
  EXPECT_THAT(error_text<ConfigError>([&] { row_of_chips(2, wide(65536)); }),
              HasSubstr("65536 × link_ucie_standard of"));
  EXPECT_THAT(error_text<ConfigError>(
                  [&] { row_of_chips(2, io("[{link: link_ucie_3d}, {link: link_ucie_3d}]")); }),
              HasSubstr("links: 2 entries; expected one"));
}

/// 1000 B over both edges: 50 ns at 2 × 10 GB/s, then 10 ns at 100 GB/s; each begins with two
/// cycles of a router at 1 GHz and its flight. The tail leaves the slow edge last.
TEST(EdgeKinds, OfAMessageSetItsTimeAndItsBytes) {
  const Chip chip = row_of_chips(3, io(kOwn));
  const Transfer t{TransferKind::activation, 0, 0, 0, {2}, {1000}};
  const Route way = route(chip.mesh, t);
  EXPECT_EQ(way.crossing_bytes[0], 1000);
  EXPECT_EQ(way.crossing_bytes[1], 1000);
  const Passage p = passage_of(chip, way, "send");
  ASSERT_EQ(p.claims.size(), 2u);
  EXPECT_EQ(p.claims[0].busy, 50'000);
  EXPECT_EQ(p.claims[1].offset, 102'000);
  EXPECT_EQ(p.claims[1].busy, 10'000);
  EXPECT_EQ(p.latency, 102'000 + 12'000 + 50'000);
  const Transfer back{TransferKind::activation, 0, 0, 1, {0}, {1000}};
  EXPECT_EQ(passage_of(chip, route(chip.mesh, back), "send").latency, 102'000 + 50'000);
}

/// Chip 1 reads 1000 B from the DRAM of the I/O die, chip 2 as many: both cross its edge.
TEST(EdgeKinds, OfAMemoryFarAwaySetItsFlightAndItsTime) {
  const Chip chip =
      compile_chip(chips_with(3, io(kOwn), {with("mesh.columns", "1"), with("dram_at", "[0]")}));
  const MemoryLoad load = memory_load(chip, {1, 2});
  EXPECT_EQ(load.crossed[0], 0.5);
  EXPECT_EQ(load.crossed[1], 1.0);
  EXPECT_DOUBLE_EQ(load.flight.si(), 110e-9);
  const Fetch fetch = fetch_of(chip, {1, 2}, {2000, 0, nullptr}, "fetch");
  ASSERT_EQ(fetch.links.size(), 2u);
  std::vector<Picoseconds> busy{fetch.links[0].busy, fetch.links[1].busy};
  std::sort(busy.begin(), busy.end());
  EXPECT_THAT(busy, ElementsAre(10'000, 100'000));
}

/// Of two chips all that crosses crosses the one edge: four times the energy of each byte.
TEST(EdgeKinds, OfADieTakeTheirOwnEnergyPerByteWithItsRange) {
  const std::vector<Override> mesh{with("mesh.columns", "12"), with("macros_per_tile", "4")};
  const Network network = build_network(testing::tiny_gpt());
  const auto links_of = [&](const std::string& links) {
    const Estimate e =
        estimate(map_network(network, chips_with(2, io(links), mesh)), {6, 4, 1, {}});
    Cost sum;
    for (const auto& [leaf, cost] : e.ledger.leaves()) {
      if (leaf.component == "chip_link" && leaf.op != "") sum += cost;
    }
    return sum;
  };
  const Cost level = links_of("[]"), own = links_of(kOwn);
  ASSERT_GT(level.energy.si(), 0.0);
  EXPECT_EQ(own.count, level.count);
  EXPECT_NEAR(own.energy / level.energy, 4.0, 1e-12);
  EXPECT_NEAR(own.energy_low / own.energy, 0.5, 1e-12);
  EXPECT_NEAR(own.energy_high / own.energy, 2.0, 1e-12);
  EXPECT_THAT(own.source, HasSubstr("slow"));
}

/// Of four chips in a row one edge has two links of the die's kind, two have one of the level's.
TEST(EdgeKinds, OfADieTakeTheirOwnAreaAndPower) {
  const Chip chip = row_of_chips(4, io(kOwn));
  EXPECT_EQ(chip.n_links(0), 2);
  EXPECT_EQ(chip.n_links(1), 2);
  EXPECT_NEAR(chip.link_ends().si() * 4, 2 * 2 * 0.1e-6 + 2 * 2 * 0.5e-6, 1e-18);
  const Peak most = peak(chip);
  const auto system = std::find_if(most.levels.begin(), most.levels.end(),
                                   [](const PeakLevel& l) { return l.name == "system"; });
  ASSERT_NE(system, most.levels.end());
  const auto links = std::find_if(system->parts.begin(), system->parts.end(),
                                  [](const PeakPart& p) { return p.component == "chip_link"; });
  ASSERT_NE(links, system->parts.end());
  // both directions at their bandwidth: 2 x 10 GB/s x 8 pJ/B and 2 x 100 GB/s x 2 pJ/B
  const double each_slow = 2 * 10e9 * 8e-12 + 3e-3, each_fast = 2 * 100e9 * 2e-12 + 1e-3;
  EXPECT_NEAR(links->power.si(), 2 * each_slow + 2 * each_fast, 1e-9);
}

/// Of three chips: two links of 3 mW over the die's edge, one of 1 mW over the other; both ends.
TEST(EdgeKinds, OfADieAreBookedWhileTheyWait) {
  const ChipSpec chip =
      chips_with(3, io(kOwn), {with("mesh.columns", "6"), with("macros_per_tile", "4")});
  const Estimate e = estimate(map_network(build_network(testing::tiny_gpt()), chip), {6, 4, 1, {}});
  const Cost idle = e.ledger.leaves().at({"chip_link", "", -1, "static"});
  EXPECT_NEAR(idle.energy.si(), 7e-3 * e.makespan.si(), 1e-9 * idle.energy.si());
  EXPECT_NEAR(idle.area.si(), 2 * (2 * 0.5e-6 + 0.1e-6), 1e-15);
}

TEST(EdgeKinds, OfADieLikeTheLevelChangeNothing) {
  const std::vector<Override> mesh{with("mesh.columns", "6"), with("macros_per_tile", "4")};
  const Network network = build_network(testing::tiny_gpt());
  const auto of = [&](const std::string& links) {
    return estimate(map_network(network, chips_with(3, io(links), mesh)), {6, 4, 2, {}});
  };
  const Estimate level = of("[]"), same = of(std::string("[{link: ") + kFast + "}]"),
                 own = of(kOwn);
  EXPECT_EQ(same.makespan, level.makespan);
  EXPECT_EQ(same.energy, level.energy);
  EXPECT_EQ(same.area, level.area);
  EXPECT_GT(own.makespan, level.makespan);
  EXPECT_GT(own.energy, level.energy);
  EXPECT_THAT(own.assumptions, ::testing::Contains(HasSubstr("edges between io and the chips")));
}

TEST(EdgeKinds, OfADieAloneInItsPackageAreRefused) {
  const std::string levels = fmt::format(
      "[{{columns: 1, rows: 1, link: {}}}, {{columns: 3, rows: 1, link: {}}}]", kFast, kFast);
  const auto compile = [&] {
    compile_chip(testing::shipped_chip({with("system", levels), with("dies", io(kOwn)),
                                        with("mesh.rows", "1"), with("mesh.columns", "1")}));
  };
  EXPECT_THAT(error_text<ConfigError>(compile), HasSubstr("stands alone in its package"));
}

}  // namespace
}  // namespace ohm
