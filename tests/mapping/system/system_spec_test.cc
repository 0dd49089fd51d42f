// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/system_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/writer.h"
#include "core/error.h"
#include "tests/mapping/chip_builder.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

SystemSpec read(const std::string& text) {
  return testing::shipped_chip({testing::with("system", text)}).system;
}

std::string message_for(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

LinkGrid grown(const std::string& text, Index chips) {
  return sized(read(text), chips).back().grid();
}

TEST(SystemSpec, IsOneChipWhereNothingIsSaid) {
  const SystemSpec none = testing::shipped_chip().system;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(n_chips(none), 1);
  EXPECT_FALSE(grows(none));
  EXPECT_TRUE(sized(none, 100).empty());
}

TEST(SystemSpec, ReadsPackagesOnABoard) {
  const SystemSpec system = read(
      "[{columns: 2, rows: 3, link: link_ucie_advanced, links_per_edge: 4}, "
      "{columns: 4, rows: 1, link: link_serdes_pcie5}]");
  ASSERT_EQ(system.size(), 2u);
  EXPECT_EQ(n_chips(system), 24);
  EXPECT_EQ(system[0].links_per_edge, 4);
  EXPECT_EQ(system[1].link.name, "link_serdes_pcie5");
  EXPECT_FALSE(grows(system));
  EXPECT_STREQ(link_component(0), "chip_link");
  EXPECT_STREQ(link_component(1), "package_link");
}

TEST(SystemSpec, SurvivesWritingAndReadingBack) {
  const ChipSpec chip =
      testing::shipped_chip({testing::with("system", "[{link: link_ucie_standard}]")});
  const std::string text = to_yaml(resolved(chip, ConfigWriter::Quantities::text));
  EXPECT_THAT(text, HasSubstr("columns: auto"));
  const auto again = parse_spec<ChipSpec>(text, "resolved", {{repository::configs()}, {}});
  EXPECT_TRUE(grows(again.system));
  EXPECT_EQ(again.system[0].link.bandwidth.si(), chip.system[0].link.bandwidth.si());
}

TEST(SystemSpec, GrowsToTheFewestChipsOfAGridThatIsNotTooLong) {
  const std::string any = "[{link: link_ucie_standard}]";
  const auto shape = [&](Index chips) {
    const LinkGrid grid = grown(any, chips);
    return std::pair(grid.columns, grid.rows);
  };
  EXPECT_EQ(shape(1), std::pair(Index{1}, Index{1}));
  EXPECT_EQ(shape(3), std::pair(Index{1}, Index{3}));
  EXPECT_EQ(shape(4), std::pair(Index{2}, Index{2}));
  EXPECT_EQ(shape(7), std::pair(Index{1}, Index{7}));
  EXPECT_EQ(shape(11), std::pair(Index{3}, Index{4}));
  EXPECT_EQ(shape(97), std::pair(Index{7}, Index{14}));
  const SystemSpec once = read(any);
  for (Index chips = 1; chips < 3000; ++chips) {
    const LinkGrid grid = sized(once, chips).back().grid();
    EXPECT_GE(grid.size(), chips);
    EXPECT_LE(grid.rows, 8 * grid.columns);
    EXPECT_LE(static_cast<double>(grid.size()), 1.1 * static_cast<double>(chips));
  }
}

TEST(SystemSpec, GrowsInOneDirectionWhereTheOtherIsGiven) {
  EXPECT_EQ(grown("[{columns: 4, link: link_ucie_standard}]", 9).rows, 3);
  EXPECT_EQ(grown("[{rows: 4, link: link_ucie_standard}]", 9).columns, 3);
  const std::string packages =
      "[{columns: 2, rows: 2, link: link_ucie_standard}, {link: link_serdes_pcie5}]";
  EXPECT_EQ(n_chips(sized(read(packages), 9)), 12);
  EXPECT_EQ(n_chips(sized(read(packages), 1)), 4);
}

TEST(SystemSpec, RefusesWhatNoSystemCanBe) {
  EXPECT_THAT(message_for("[{columns: 2, rows: 2}]"), HasSubstr("system[0].link: missing"));
  EXPECT_THAT(message_for("[{columns: 0, rows: 2, link: link_ucie_standard}]"),
              HasSubstr("expected a whole number from 1 to 65536 or 'auto'"));
  EXPECT_THAT(message_for("[{columns: -2, rows: 2, link: link_ucie_standard}]"),
              HasSubstr("system[0].columns"));
  EXPECT_THAT(message_for("[{colums: 2, rows: 2, link: link_ucie_standard}]"),
              HasSubstr("did you mean 'columns'"));
  EXPECT_THAT(message_for("[{columns: 2, rows: 2, link: link_ucie}]"), HasSubstr("link_ucie"));
  EXPECT_THAT(message_for("[{columns: 2, rows: 2, links_per_edge: 0, link: link_ucie_3d}]"),
              HasSubstr("links_per_edge"));
  EXPECT_THAT(message_for("[{columns: 65536, rows: 65536, link: link_ucie_standard}]"),
              HasSubstr("more than 4194304 tiles in all chips"));
  EXPECT_THAT(message_for("[{columns: 65537, rows: 1, link: link_ucie_standard}]"),
              HasSubstr("65536"));
  EXPECT_THAT(message_for("[{link: link_ucie_standard}, {link: link_serdes_pcie5}]"),
              HasSubstr("level 0 is auto"));
  EXPECT_THAT(message_for("{link: link_ucie_standard}"), HasSubstr("expected a list"));
  const std::string level = "{columns: 1, rows: 1, link: link_ucie_standard}";
  EXPECT_THAT(message_for("[" + level + "," + level + "," + level + "," + level + "]"),
              HasSubstr("4 levels"));
}

}  // namespace
}  // namespace ohm
