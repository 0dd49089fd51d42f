// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/units.h"

namespace ohm {

struct DeviceSpec;

/// Random telegraph noise of traps that switch a share of the conductance on and off.
///
/// Model: a cell has Poisson(traps) of them, each with equal capture and emission times and a time
/// constant that is log-uniform in [tau_min, tau_max].
struct TelegraphSpec {
  double amplitude = 0.0;  ///< ΔG / G of one trap
  Seconds tau_min{1e-6}, tau_max{100.0};
  double traps = 1.0;  ///< mean number per cell

  void visit(Visitor& v);
};

/// The noise of a cell that is read, by its physics; the lumped `read_noise` of the cell adds to
/// it.
///
/// Model: white: thermal 4 k_B T G, or thermal_shot, 2 q I coth(q V / 2 k_B T), which is thermal
/// noise at V = 0 and shot noise far above k_B T / q, never the sum of both. flicker: σ/G per
/// square root of an e-fold of bandwidth (1/f). What is slower than `run_time` stands still: it is
/// drawn once per cell by realise(); what is faster is drawn at each conversion.
struct ReadNoiseSpec {
  std::string white = "none";
  double flicker = 0.0;
  Seconds run_time{1.0};
  TelegraphSpec rtn;

  void visit(Visitor& v);
};

/// The noise of one cell per conversion, at one read voltage and time.
///
/// White noise of an integration over t_read has the bandwidth 1 / (2 t_read).
class ReadNoise {
 public:
  /// Throws ArgumentError unless t_read is positive.
  ReadNoise(const DeviceSpec& cell, Volts v_read, Seconds t_read);

  /// Standard deviation of the cell's current / v_read, everything included.
  Siemens sigma(Siemens g) const;

  /// The part of sigma² that vanishes with the bias, S²: all but thermal noise. It belongs to cells
  /// whose wordline is driven; see thermal_variance() for the rest.
  double bias_variance(Siemens g) const;

 private:
  const DeviceSpec& cell_;
  Volts v_read_;
  Seconds t_read_;
  double thermal_ = 0.0;    // S² per S: thermal noise
  double excess_ = 0.0;     // S² per S: shot noise beyond it
  double flicker_ = 0.0;    // e-folds between the run and the conversion
  double telegraph_ = 0.0;  // relative variance
};

/// Standard deviation of the noise of one conversion of one cell, as a conductance; see ReadNoise,
/// which is faster for many cells.
Siemens read_sigma(const DeviceSpec& cell, Siemens g, Volts v_read, Seconds t_read);

/// Variance, A², of the thermal noise current of cells that conduct `sum_g` together:
/// 2 k_B T · sum_g / t_read.
///
/// It does not depend on the bias: where an input of zero drives 0 V (topology driven), sum_g is
/// that of the whole column; where it switches its cells off (gated), that of the active cells.
double thermal_variance(Siemens sum_g, Kelvins temperature, Seconds t_read);

/// Variance of the average of a two-state telegraph signal over T = ratio · τ, relative to its
/// own: (2 / r) (1 - (1 - e^-r) / r), 1 where it is frozen.
double telegraph_average(double ratio);

/// E-folds of frequency between 1 / elapsed and the conversion: ln((elapsed + t_read) / (2
/// t_read)).
double flicker_efolds(Seconds elapsed, Seconds t_read);

/// Standard deviation of the 1/f noise that stands still during a run at `cell.age`.
Siemens frozen_flicker(const DeviceSpec& cell, Siemens g);

/// Sum of the telegraph offsets of a cell that stand still during a run, relative to G.
///
/// `uniforms` are the cell's own: the first decides how many traps it has, then two for each trap
/// (time constant, state). At most (n - 1) / 2 traps.
double frozen_telegraph(const ReadNoiseSpec& spec, const float* uniforms, int n);

}  // namespace ohm
