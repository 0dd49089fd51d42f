// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

/// What cells have become at one measured time after programming, relative to what they were.
struct RetentionPoint {
  Seconds time;
  double factor = 1.0;  ///< mean of G(time) / G(programmed)
  double sigma = 0.0;   ///< its standard deviation over cells

  void visit(Visitor& v);
};

/// How a cell drifts after programming; each cell keeps its own draw for life.
///
/// Model: `power_law`: G · ((t + t0) / t0)^-|ν| with ν ~ N(exponent, exponent_sigma);
/// `log_time`: G + slope · ln(1 + t / t0) with slope ~ N(slope, slope_sigma); `table`: G times a
/// factor ~ N(factor, sigma), both linear in ln t between measured times and 1 at t = 0. Kinds with
/// a drift of their own (pcm, cmo_hfox, sonos, csv) need `none`.
struct RetentionSpec {
  std::string model = "none";
  Seconds t0{1.0};
  double exponent = 0.0, exponent_sigma = 0.0;
  Siemens slope{0.0}, slope_sigma{0.0};
  std::vector<RetentionPoint> points;

  void visit(Visitor& v);
};

/// Conductance, S, of a cell that was programmed to `g` S, `age` later; `normal` is its own draw.
double retained(const RetentionSpec& spec, double g, Seconds age, double normal);

/// Why `age` lies outside what the model was measured for; nothing where it does not.
std::optional<std::string> retention_violation(const RetentionSpec& spec, Seconds age);

}  // namespace ohm
