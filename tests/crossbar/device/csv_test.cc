// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/error_text.h"
#include "tests/core/temporary_folder.h"
#include "tests/crossbar/device/sample.h"

namespace ohm {
namespace {

std::string written(const std::string& text) {
  static const TemporaryFolder folder;
  return folder.write("cells.csv", text).string();
}

std::string refusal_of_file(const std::string& text) {
  return error_text<ConfigError>([&] { read_measured_cells(written(text)); });
}

constexpr const char* kTable =
    "# a measurement\n"
    "time [s], level [uS], mean [uS], sigma [nS]\n"
    "1,     0, 0.1, 100\n"
    "1,    40, 40,  300\n"
    "10000, 0, 0.5, 500\n"
    "\n"
    "10000,40, 38,  900\n";

DeviceSpec measured(const std::string& age) {
  return shipped_device("ideal", {{"kind", "csv"}, {"file", written(kTable)}, {"age", age}});
}

TEST(CsvDevice, MeetsItsTableAndIsLinearBetween) {
  const DeviceSpec cell = measured("1 s");
  const Spread middle = cell.model->landing(Siemens(20e-6), cell);
  EXPECT_NEAR(middle.centre, 20.05e-6, 1e-15);
  EXPECT_NEAR(middle.width, 0.2e-6, 1e-15);
  const DeviceSpec later = measured("100 s");  // half way in ln t
  EXPECT_NEAR(later.sigma(Siemens(40e-6)).si(), 0.6e-6, 1e-15);
  EXPECT_NEAR(later.model->landing(Siemens(40e-6), later).centre, 39e-6, 1e-15);
  const Moments m = moments_of(cells_at(later, 40e-6));
  EXPECT_NEAR(m.mean, 39e-6, 5 * 0.6e-6 / 1e3);
  EXPECT_NEAR(m.sigma, 0.6e-6, 5 * 0.6e-6 / 1.4e3);
}

TEST(CsvDevice, RefusesToLeaveItsTable) {
  const std::string file = written(kTable);
  const auto refusal = [&](const std::string& key, const std::string& value) {
    std::vector<std::pair<std::string, std::string>> changes{{"kind", "csv"}, {"file", file}};
    if (key != "age") changes.emplace_back("age", "1 s");
    changes.emplace_back(key, value);
    return refusal_of("ideal", changes);
  };
  EXPECT_EQ(refusal("g_max", "40 uS"), "");
  EXPECT_THAT(refusal("g_max", "41 uS"), testing::HasSubstr("leaves the range of the measurement"));
  EXPECT_THAT(refusal("age", "10001 s"), testing::HasSubstr("outside the measured times"));
  EXPECT_THAT(refusal("age", "0.9 s"), testing::HasSubstr("outside the measured times"));
}

TEST(CsvDevice, ReadsWhatSpreadsheetsWriteBeforeTheirUtf8) {
  const auto plain = read_measured_cells(written(kTable));
  const auto marked = read_measured_cells(
      written("\xEF\xBB\xBFtime [s],level [uS],mean [uS],sigma [uS]\r\n1,0,0.1,0.1\r\n"));
  EXPECT_EQ(marked.size(), 1U);
  EXPECT_EQ(marked[0].mean, plain[0].mean);
}

TEST(CsvDevice, EmptyFilesAndTablesWithoutSourceAreShownWhole) {
  EXPECT_THAT(refusal_of_file(""), testing::HasSubstr(".csv:1: no measurements found"));
  DeviceSpec cell = measured("1 s");
  cell.source.clear();
  cell.g_max = Siemens(41e-6);
  EXPECT_THAT(cell.model->violation(cell)->message, testing::EndsWith("40 uS]; stay inside"));
  cell.g_max = Siemens(40e-6);
  cell.age = Seconds(1e5);
  EXPECT_THAT(cell.model->violation(cell)->message, testing::EndsWith("s; stay inside"));
}

TEST(CsvDevice, SaysWhereAFileIsWrong) {
  const std::string head = "time [s],level [uS],mean [uS],sigma [uS]\n";
  EXPECT_THAT(refusal_of_file(head + "1,0,0,1\n1,40,oops,1\n"),
              testing::HasSubstr(".csv:3: 'oops' found for mean; expected a finite number"));
  EXPECT_THAT(refusal_of_file(head + "1,0,0\n"), testing::HasSubstr(":2: 3 values found"));
  EXPECT_THAT(refusal_of_file(head + "1,0,0,nan\n"), testing::HasSubstr("'nan' found for sigma"));
  EXPECT_THAT(refusal_of_file("time [days],level [uS],mean [uS],sigma [uS]\n1e308,0,0,1\n"),
              testing::HasSubstr(":2: "));
  EXPECT_THAT(refusal_of_file(head + "1,0,0,-1\n"), testing::HasSubstr("'-1' found for sigma"));
  EXPECT_THAT(refusal_of_file(head + "1,0,0,1\n1,0,0,1\n"), testing::HasSubstr("comes twice"));
  EXPECT_THAT(refusal_of_file(head), testing::HasSubstr("no measurements"));
  EXPECT_THAT(refusal_of_file(""), testing::HasSubstr("no measurements"));
  EXPECT_THAT(refusal_of_file("time [s],level [uS]\n1,2\n"), testing::HasSubstr("missing"));
  EXPECT_THAT(refusal_of_file("time,level [uS],mean [uS],sigma [uS]\n"),
              testing::HasSubstr(":1: column 'time' has no unit"));
  EXPECT_THAT(refusal_of_file("time [V],level [uS],mean [uS],sigma [uS]\n"),
              testing::HasSubstr(":1: "));
  EXPECT_THAT(refusal_of_file("tim [s],level [uS],mean [uS],sigma [uS]\n"),
              testing::HasSubstr("column 'tim [s]' found"));
  EXPECT_THAT(refusal_of("ideal", {{"kind", "csv"}, {"file", "/no/such.csv"}}),
              testing::HasSubstr("/no/such.csv: no such file"));
  EXPECT_THAT(refusal_of("ideal", {{"kind", "csv"}}), testing::HasSubstr("file: missing"));
}

}  // namespace
}  // namespace ohm
