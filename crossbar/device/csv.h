// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "crossbar/device/device.h"

namespace ohm {

/// Mean and σ of cells programmed to one level, at one time; S and s.
struct MeasuredCell {
  double time, level, mean, sigma;
};

/// Reads a table of measured cells, sorted by time, then level.
///
/// The first line names the columns and their units: "time [s], level [uS], mean [uS], sigma [uS]",
/// in any order; one line per time and level follows; empty lines and lines that begin with # are
/// left out, and so is a byte order mark. Throws ConfigError "file:line: …".
std::vector<MeasuredCell> read_measured_cells(const std::filesystem::path& file);

/// A user's own measurement: mean and σ per level and time, from a CSV file.
///
/// Model: between levels of one time mean and σ are linear in G, between times in ln t (from 0 to a
/// first later time in ln(1 + t / 1 s)). Levels and times outside the table are refused. `file` is
/// an absolute path or one from the working directory.
class CsvDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  Spread landing(Siemens g, const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;

  std::string file;

 private:
  /// The rows of one time, in the order of their levels.
  struct Time {
    double time;
    std::vector<MeasuredCell> levels;
  };
  void load();

  std::string loaded_;
  std::vector<Time> times_;
};

}  // namespace ohm
