// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/units.h"
#include "crossbar/device/current_voltage.h"
#include "crossbar/device/endurance.h"
#include "crossbar/device/faults.h"
#include "crossbar/device/programming.h"
#include "crossbar/device/read_noise.h"
#include "crossbar/device/retention.h"
#include "crossbar/device/temperature.h"

namespace ohm {

struct DeviceSpec;

/// A field of the cell that its kind cannot accept, and why.
struct DeviceViolation {
  std::string key, message;
};

/// Centre and width of what differs from cell to cell; what they mean is up to the kind.
struct Spread {
  double centre = 0.0, width = 0.0;
};

/// How far a kind of memory cell lands from its target: the part of a device that its kind decides.
///
/// A new kind is one class in a file of its own and one line in the table of device.cc. Most kinds
/// give programming_sigma() and violation() only. Conductances are absolute, in S.
class Device {
 public:
  virtual ~Device() = default;

  /// Lists the fields of this kind, and its rules.
  virtual void visit(Visitor& v) = 0;

  /// Standard deviation of a cell's conductance around its target `g`, `cell.age` after
  /// programming and without a drift() of its own.
  virtual Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const = 0;

  /// Whether a cell that is left reset, because its partner holds the weight, errs like one that
  /// was tuned to g_min.
  virtual bool errs_at_rest() const { return true; }

  /// What in `cell` lies outside the range that the model was fitted to.
  virtual std::optional<DeviceViolation> violation(const DeviceSpec&) const { return std::nullopt; }

  /// The distribution that cells with target `g` land in, and the place of one cell in it, whose
  /// own standard normal is `normal`. By default the normal distribution around g.
  virtual Spread landing(Siemens g, const DeviceSpec& cell) const {
    return {g.si(), programming_sigma(g, cell).si()};
  }
  virtual double landed(const Spread& landing, double normal) const {
    return landing.centre + landing.width * normal;
  }

  /// Whether cells drift by a law of their kind; then its distribution at target `g`, and what a
  /// cell at `g` S with the standard normal `normal` has become at cell.age.
  virtual bool drifts() const { return false; }
  virtual Spread drift(Siemens, const DeviceSpec&) const { return {}; }
  virtual double drifted(double g, const Spread&, double, const DeviceSpec&) const { return g; }

  /// Noise of one read: standard deviation, white; by default cell.read_noise · g.
  virtual Siemens white_noise(Siemens g, const DeviceSpec& cell) const;

  /// Noise of one read: standard deviation per square root of an e-fold of bandwidth (1/f).
  virtual Siemens flicker_noise(Siemens, const DeviceSpec&) const { return Siemens(0.0); }

  /// Conductances that a cell cannot leave.
  virtual Siemens floor(const DeviceSpec&) const { return Siemens(0.0); }
  virtual Siemens ceiling(const DeviceSpec&) const {
    return Siemens(std::numeric_limits<double>::infinity());
  }

  virtual std::unique_ptr<Device> clone() const = 0;
};

/// The fields that every kind of cell has.
struct CellFields {
  std::string name;
  std::string kind = "ideal";
  std::string source;
  Siemens g_min{1e-6}, g_max{40e-6};
  Seconds age{0.0};                ///< time between programming and reading
  double sigma_scale = 1.0;        ///< factor on the kind's programming error, to sweep
  double sigma_uncertainty = 0.0;  ///< relative, of the measured sigma; stated, not applied
  double read_noise = 0.0;         ///< standard deviation / G, fresh at each conversion
  double stuck_low = 0.0;          ///< share of cells stuck at g_min
  double stuck_high = 0.0;         ///< share of cells stuck at g_max
  double cell_area_f2 = 48;        ///< cell area in units of (feature size)²
  ProgrammingSpec programming;
  ReadNoiseSpec noise;
  IvSpec iv;
  RetentionSpec retention;
  TemperatureSpec temperature;
  FaultSpec faults;
  EnduranceSpec endurance;
};

/// The memory cell: its range, its imperfections, its size.
struct DeviceSpec : CellFields {
  std::unique_ptr<Device> model;

  DeviceSpec();
  DeviceSpec(const DeviceSpec& other);
  DeviceSpec& operator=(const DeviceSpec& other);
  DeviceSpec(DeviceSpec&&) = default;
  DeviceSpec& operator=(DeviceSpec&&) = default;

  Siemens range() const { return g_max - g_min; }

  /// The age at the reference temperature that the cells look like.
  Seconds equivalent_age() const { return ohm::equivalent_age(temperature, age); }

  /// Standard deviation of the programming error at target `g`, sigma_scale included.
  Siemens sigma(Siemens g) const { return sigma_scale * model->programming_sigma(g, *this); }

  void visit(Visitor& v);
};

/// A violation where [g_min, g_max] leaves [low, high], which `cell.source` measured.
std::optional<DeviceViolation> range_violation(const DeviceSpec& cell, Siemens low, Siemens high);

/// A violation where targets from `low` to `high` leave the range that the kind was fitted to.
std::optional<DeviceViolation> target_violation(const DeviceSpec& cell, Siemens low, Siemens high);

/// A violation where the equivalent age leaves [first, last], which `cell.source` measured.
std::optional<DeviceViolation> age_violation(const DeviceSpec& cell, Seconds first, Seconds last);

/// The names of all kinds, in the order of the table.
std::vector<std::string> device_kinds();

/// A device of this kind with its default fields; ArgumentError when there is none.
std::unique_ptr<Device> make_device(const std::string& kind);

}  // namespace ohm
