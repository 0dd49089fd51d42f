// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/device.h"

namespace ohm {

/// A statistic of phase-change cells as a function of their state x = G / reference.
///
/// Model: below `split`, `log`: slope · ln x + offset, or `power`: slope · x^exponent, either held
/// within [low, high]; from `split` on the polynomial, constant first. `none`: zero.
struct StateCurve {
  std::string form = "none";
  double slope = 0.0, offset = 0.0, exponent = 0.0;
  double low = 0.0, high = 0.0;
  double split = 0.0;  ///< 0: the first form everywhere
  std::vector<double> polynomial;

  double at(double x) const;
  void visit(Visitor& v);
};

/// Phase-change memory: programming error, drift and 1/f noise that depend on the state.
///
/// Model: σ = unit · Σ coefficients[i] x^i after programming; G(t) = G ((t + t0) / t0)^-|ν| with ν
/// ~ N(drift_mean(x), drift_sigma(x)) drawn once per cell; read noise σ = G · noise(x) · sqrt(ln((t
/// + t_read) / 2 t_read)), divided between the run and its conversions (ReadNoiseSpec). x is the
/// target for drift, and the conductance that is read for noise. Fits: Joshi et al., Nat. Commun.
/// 11, 2473 (2020); Nandakumar et al., IEDM 2020; Le Gallo et al., Nat. Electron. 6, 680 (2023), as
/// digitised in IBM's aihwkit and Sandia's CrossSim.
class PcmDevice : public Device {
 public:
  void visit(Visitor& v) override;
  Siemens programming_sigma(Siemens g, const DeviceSpec& cell) const override;
  std::optional<DeviceViolation> violation(const DeviceSpec& cell) const override;
  bool drifts() const override { return drift_mean.form != "none"; }
  Spread drift(Siemens target, const DeviceSpec& cell) const override;
  double drifted(double g, const Spread& drift, double normal,
                 const DeviceSpec& cell) const override;
  Siemens flicker_noise(Siemens g, const DeviceSpec& cell) const override;
  std::unique_ptr<Device> clone() const override;

  Siemens fitted_max{0.0};
  Seconds last_age{0.0};
  Seconds t0{20.0};
  Siemens unit{1e-6}, reference{25e-6};
  std::vector<double> coefficients;
  StateCurve drift_mean, drift_sigma, noise;
};

}  // namespace ohm
