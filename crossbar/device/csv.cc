// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <string_view>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace {

constexpr size_t kColumns = 4;
constexpr size_t kLongestFile = 1000000;                     // lines
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";  // spreadsheets begin UTF-8 with it

struct Column {
  const char* name;
  double MeasuredCell::*value;
  Dimension dimension;
};

constexpr std::array kKnown{
    Column{"time", &MeasuredCell::time, kSecond}, Column{"level", &MeasuredCell::level, kSiemens},
    Column{"mean", &MeasuredCell::mean, kSiemens}, Column{"sigma", &MeasuredCell::sigma, kSiemens}};

/// A column of the file: which quantity, and in which unit.
struct Heading {
  const Column* column;
  std::string unit;
};

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r") - first + 1));
}

std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields;
  while (true) {
    const auto end = line.find(',');
    fields.push_back(trimmed(line.substr(0, end)));
    if (end == std::string_view::npos) return fields;
    line.remove_prefix(end + 1);
  }
}

/// A file that is read line by line, for its messages.
struct Lines {
  std::string shown;
  size_t number = 0;

  [[noreturn]] void fail(const std::string& text) const {
    throw ConfigError(fmt::format("{}:{}: {}", shown, std::max<size_t>(1, number), text));
  }
};

Heading heading_of(const Lines& lines, const std::string& text) {
  const auto open = text.find('['), close = text.find(']');
  for (const Column& column : kKnown) {
    if (trimmed(text.substr(0, open)) != column.name) continue;
    if (open == std::string::npos || close == std::string::npos || close < open) {
      lines.fail(fmt::format("column {} has no unit; expected '{} [{}]'", in_quotes(text),
                             column.name, unit_symbol(column.dimension)));
    }
    try {
      const std::string unit = text.substr(open + 1, close - open - 1);
      parse_quantity("1 " + unit, column.dimension);
      return {&column, unit};
    } catch (const ArgumentError& failure) {
      lines.fail(failure.what());
    }
  }
  lines.fail(fmt::format("column {} found; expected time [s], level [uS], mean [uS] and sigma [uS]",
                         in_quotes(text)));
}

std::vector<Heading> headings_of(const Lines& lines, const std::vector<std::string>& fields) {
  std::vector<Heading> headings;
  for (const std::string& field : fields) {
    const Heading heading = heading_of(lines, field);
    for (const Heading& other : headings) {
      if (other.column == heading.column) lines.fail("column " + in_quotes(field) + " comes twice");
    }
    headings.push_back(heading);
  }
  if (headings.size() != kColumns) {
    lines.fail("columns are missing; expected time [s], level [uS], mean [uS] and sigma [uS]");
  }
  return headings;
}

MeasuredCell row_of(const Lines& lines, const std::vector<Heading>& headings,
                    const std::vector<std::string>& fields) {
  if (fields.size() != headings.size()) {
    lines.fail(fmt::format("{} values found; expected {}", fields.size(), headings.size()));
  }
  MeasuredCell row{};
  for (size_t i = 0; i < fields.size(); ++i) {
    double number = 0.0;
    const char* end = fields[i].data() + fields[i].size();
    const auto [stop, failure] = std::from_chars(fields[i].data(), end, number);
    if (failure != std::errc() || stop != end || !(number >= 0.0) || !std::isfinite(number)) {
      lines.fail(fmt::format("{} found for {}; expected a finite number of at least 0",
                             in_quotes(fields[i]), headings[i].column->name));
    }
    try {
      row.*headings[i].column->value =
          parse_quantity(fields[i] + " " + headings[i].unit, headings[i].column->dimension);
    } catch (const ArgumentError& failure_of_unit) {
      lines.fail(failure_of_unit.what());
    }
  }
  return row;
}

bool before(const MeasuredCell& p, const MeasuredCell& q) {
  return p.time < q.time || (p.time == q.time && p.level < q.level);
}

/// Mean and σ at level g among the rows of one time.
Spread at_level(const std::vector<MeasuredCell>& levels, double g) {
  const auto above = std::find_if(levels.begin(), levels.end(),
                                  [g](const MeasuredCell& row) { return row.level >= g; });
  if (above == levels.end()) return {levels.back().mean, levels.back().sigma};
  if (above == levels.begin()) return {above->mean, above->sigma};
  const MeasuredCell& below = *std::prev(above);
  const double share = (g - below.level) / (above->level - below.level);
  return {below.mean + share * (above->mean - below.mean),
          below.sigma + share * (above->sigma - below.sigma)};
}

}  // namespace

std::vector<MeasuredCell> read_measured_cells(const std::filesystem::path& file) {
  Lines lines{file.string()};
  std::ifstream in(file);
  if (!in || std::filesystem::is_directory(file)) {
    throw ConfigError(fmt::format(
        "{}: no such file; expected a CSV file, by its absolute path or from the working directory",
        lines.shown));
  }
  std::vector<Heading> headings;
  std::vector<MeasuredCell> rows;
  for (std::string line; std::getline(in, line);) {
    if (++lines.number > kLongestFile) lines.fail("the file is too long; expected a million lines");
    if (lines.number == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
    const std::string text = trimmed(line);
    if (text.empty() || text.front() == '#') continue;
    if (headings.empty()) {
      headings = headings_of(lines, fields_of(text));
    } else {
      rows.push_back(row_of(lines, headings, fields_of(text)));
    }
  }
  if (rows.empty()) lines.fail("no measurements found; expected a heading and one row per level");
  std::sort(rows.begin(), rows.end(), before);
  const auto twice = std::adjacent_find(rows.begin(), rows.end(),
                                        [](const auto& p, const auto& q) { return !before(p, q); });
  if (twice != rows.end()) {
    lines.fail(fmt::format("level {} S at {} s comes twice", twice->level, twice->time));
  }
  return rows;
}

void CsvDevice::visit(Visitor& v) {
  v.value(Field("file", "CSV file of mean and sigma per level and time").must(), file);
  if (file != loaded_) load();
}

void CsvDevice::load() {
  times_.clear();
  for (const MeasuredCell& row : read_measured_cells(file)) {
    if (times_.empty() || times_.back().time != row.time) times_.push_back({row.time, {}});
    times_.back().levels.push_back(row);
  }
  loaded_ = file;
}

Spread CsvDevice::landing(Siemens g, const DeviceSpec& cell) const {
  const double age = cell.equivalent_age().si();
  const auto later =
      std::find_if(times_.begin(), times_.end(), [age](const Time& t) { return t.time >= age; });
  if (later == times_.end()) {
    throw ArgumentError(
        fmt::format("device '{}': no measurement at an age of {} s or later", cell.name, age));
  }
  const Spread q = at_level(later->levels, g.si());
  if (later == times_.begin()) return q;
  const Time& earlier = *std::prev(later);
  const Spread p = at_level(earlier.levels, g.si());
  const double share = earlier.time > 0.0
                           ? std::log(age / earlier.time) / std::log(later->time / earlier.time)
                           : std::log1p(age) / std::log1p(later->time);
  return {p.centre + share * (q.centre - p.centre), p.width + share * (q.width - p.width)};
}

Siemens CsvDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  return Siemens(landing(g, cell).width);
}

std::optional<DeviceViolation> CsvDevice::violation(const DeviceSpec& cell) const {
  if (times_.empty()) return std::nullopt;  // its file is missing, which is reported first
  double low = 0.0, high = std::numeric_limits<double>::infinity();
  for (const Time& time : times_) {
    low = std::max(low, time.levels.front().level);
    high = std::min(high, time.levels.back().level);
  }
  if (const auto range = range_violation(cell, Siemens(low), Siemens(high))) return range;
  return age_violation(cell, Seconds(times_.front().time), Seconds(times_.back().time));
}

std::unique_ptr<Device> CsvDevice::clone() const {
  return std::make_unique<CsvDevice>(*this);
}

}  // namespace ohm
