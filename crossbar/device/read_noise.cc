// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/read_noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/device/device.h"

namespace ohm {
namespace {

/// Mean of telegraph_average(t / τ) over τ log-uniform in [tau_min, tau_max]: Simpson's rule.
double mean_average(const TelegraphSpec& rtn, Seconds t) {
  constexpr int kIntervals = 256;
  const double span = std::log(rtn.tau_max / rtn.tau_min);
  double sum = 0.0;
  for (int i = 0; i <= kIntervals; ++i) {
    const double weight = i == 0 || i == kIntervals ? 1.0 : (i % 2 == 1 ? 4.0 : 2.0);
    const double tau = rtn.tau_min.si() * std::exp(span * i / kIntervals);
    sum += weight * telegraph_average(t.si() / tau);
  }
  return sum / (3.0 * kIntervals);
}

/// x coth x: 1 at 0.
double x_coth(double x) {
  return std::abs(x) < 1e-4 ? 1.0 + x * x / 3.0 : x / std::tanh(x);
}

/// How many traps a cell has: the Poisson count whose cumulative probability first exceeds u.
int trap_count(double mean, double u, int most) {
  double probability = std::exp(-mean), below = probability;
  int count = 0;
  while (count < most && below <= u) {
    probability *= mean / ++count;
    below += probability;
  }
  return count;
}

}  // namespace

void TelegraphSpec::visit(Visitor& v) {
  v.value(Field("amplitude", "share of G that one trap switches").between(0, 1), amplitude);
  v.value(Field("tau_min", "shortest time constant").between(1e-15, 1e15), tau_min);
  v.value(Field("tau_max", "longest time constant").between(1e-15, 1e15), tau_max);
  v.value(Field("traps", "mean number per cell").between(0, 10), traps);
  v.rule(tau_max >= tau_min, "tau_max", "below tau_min; expected at least that");
}

void ReadNoiseSpec::visit(Visitor& v) {
  v.value(Field("white", "noise of the current itself").one_of({"none", "thermal", "thermal_shot"}),
          white);
  v.value(Field("flicker", "1/f noise: sigma / G per square root of an e-fold of bandwidth")
              .between(0, 1),
          flicker);
  v.value(Field("run_time", "what is slower than this stands still").between(1e-15, 1e15),
          run_time);
  v.nested(Field("rtn", "random telegraph noise"), rtn);
}

ReadNoise::ReadNoise(const DeviceSpec& cell, Volts v_read, Seconds t_read)
    : cell_(cell), v_read_(v_read), t_read_(t_read) {
  if (!(t_read.si() > 0.0)) {
    throw ArgumentError(
        fmt::format("read noise: a read of {} s; expected a positive time", t_read.si()));
  }
  const double v2 = v_read.si() * v_read.si();
  const double kt = kBoltzmann * cell.temperature.operating.si();
  if (cell.noise.white != "none" && v2 > 0.0) {
    thermal_ = thermal_variance(Siemens(1.0), cell.temperature.operating, t_read) / v2;
    if (cell.noise.white == "thermal_shot") {
      excess_ = thermal_ * (x_coth(kElementaryCharge * v_read.si() / (2.0 * kt)) - 1.0);
    }
  }
  flicker_ = flicker_efolds(std::max(cell.noise.run_time, t_read), t_read);
  const TelegraphSpec& rtn = cell.noise.rtn;
  if (rtn.amplitude > 0.0 && rtn.traps > 0.0) {
    const double moving = mean_average(rtn, t_read) - mean_average(rtn, cell.noise.run_time);
    telegraph_ = 0.25 * rtn.traps * rtn.amplitude * rtn.amplitude * std::max(0.0, moving);
  }
}

double ReadNoise::bias_variance(Siemens g) const {
  const double lumped = cell_.model->white_noise(g, cell_).si();
  const double measured = cell_.model->flicker_noise(g, cell_).si();
  const double generic = cell_.noise.flicker * g.si();
  // shot noise follows the current, also of a nonlinear cell
  const double shot =
      excess_ > 0.0 ? excess_ * apparent_conductance(cell_.iv, g, v_read_).si() : 0.0;
  return lumped * lumped + (measured * measured + generic * generic) * flicker_ +
         telegraph_ * g.si() * g.si() + shot;
}

Siemens ReadNoise::sigma(Siemens g) const {
  return Siemens(std::sqrt(bias_variance(g) + thermal_ * g.si()));
}

Siemens read_sigma(const DeviceSpec& cell, Siemens g, Volts v_read, Seconds t_read) {
  return ReadNoise(cell, v_read, t_read).sigma(g);
}

double thermal_variance(Siemens sum_g, Kelvins temperature, Seconds t_read) {
  return 2.0 * kBoltzmann * temperature.si() * sum_g.si() / t_read.si();
}

double telegraph_average(double ratio) {
  if (ratio < 1e-4) return 1.0 - ratio / 3.0;
  return 2.0 / ratio * (1.0 + std::expm1(-ratio) / ratio);
}

double flicker_efolds(Seconds elapsed, Seconds t_read) {
  return std::log((elapsed + t_read) / (2.0 * t_read));
}

Siemens frozen_flicker(const DeviceSpec& cell, Siemens g) {
  const double efolds = std::log1p(cell.age / cell.noise.run_time);
  const double measured = cell.model->flicker_noise(g, cell).si();
  const double generic = cell.noise.flicker * g.si();
  return Siemens(std::sqrt((measured * measured + generic * generic) * efolds));
}

double frozen_telegraph(const ReadNoiseSpec& spec, const float* uniforms, int n) {
  const TelegraphSpec& rtn = spec.rtn;
  const int count = trap_count(rtn.traps, static_cast<double>(uniforms[0]), (n - 1) / 2);
  double offset = 0.0;
  for (int k = 0; k < count; ++k) {
    const double share = static_cast<double>(uniforms[1 + 2 * k]);
    const double tau = rtn.tau_min.si() * std::pow(rtn.tau_max / rtn.tau_min, share);
    const double state = static_cast<double>(uniforms[2 + 2 * k]) < 0.5 ? -0.5 : 0.5;
    offset += rtn.amplitude * state * std::sqrt(telegraph_average(spec.run_time.si() / tau));
  }
  return offset;
}

}  // namespace ohm
