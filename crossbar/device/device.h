// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

struct DeviceSpec;

/// A field of the cell that its kind cannot accept, and why.
struct DeviceViolation {
  std::string key, message;
};

/// How far a kind of memory cell lands from its target: the part of a device that its kind decides.
///
/// A new kind is one class in a file of its own and one line in the table of device.cc.
class Device {
 public:
  virtual ~Device() = default;

  /// Lists the fields of this kind, and its rules.
  virtual void visit(Visitor& v) = 0;

  /// Standard deviation of a cell's conductance around its target `g`, `cell.age` after
  /// programming.
  virtual Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const = 0;

  /// Whether a cell that is left reset, because its partner holds the weight, errs like one that
  /// was tuned to g_min.
  virtual bool errs_at_rest() const { return true; }

  /// What in `cell` lies outside the range that the model was fitted to.
  virtual std::optional<DeviceViolation> violation(const DeviceSpec&) const { return std::nullopt; }

  virtual std::unique_ptr<Device> clone() const = 0;
};

/// The memory cell: its range, its imperfections, its size.
struct DeviceSpec {
  std::string name;
  std::string kind = "ideal";
  std::string source;
  Siemens g_min{1e-6}, g_max{40e-6};
  Seconds age{0.0};          ///< time between programming and reading
  double read_noise = 0.0;   ///< standard deviation / G, fresh at each conversion
  double stuck_low = 0.0;    ///< share of cells stuck at g_min
  double stuck_high = 0.0;   ///< share of cells stuck at g_max
  double cell_area_f2 = 48;  ///< cell area in units of (feature size)²
  std::unique_ptr<Device> model;

  DeviceSpec();
  DeviceSpec(const DeviceSpec& other);
  DeviceSpec& operator=(const DeviceSpec& other);
  DeviceSpec(DeviceSpec&&) = default;
  DeviceSpec& operator=(DeviceSpec&&) = default;

  Siemens range() const { return g_max - g_min; }
  void visit(Visitor& v);
};

/// The names of all kinds, in the order of the table.
std::vector<std::string> device_kinds();

/// A device of this kind with its default fields; ArgumentError when there is none.
std::unique_ptr<Device> make_device(const std::string& kind);

}  // namespace ohm
