// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/sonos.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace ohm {
namespace {

constexpr double kNano = 1e-9, kDay = 86400.0;                 // A, s
constexpr double kLargest = 3200.0, kLargestDrifted = 1800.0;  // nA: the fits of σ, of the drift
constexpr int kLastDay = 5;

/// What was measured a number of days after programming: mean shift in powers of I, and σ.
struct Day {
  std::array<double, 11> shift;
  double a, b;
};

constexpr std::array<Day, kLastDay + 1> kDays{
    Day{{}, 19.88665, 176.3115},
    Day{{1.72684e-01, 5.72552e-02, -6.85715e-04, 3.50271e-06, -9.37682e-09, 1.40575e-11,
         -1.19803e-14, 5.41293e-18, -8.85448e-22, -1.66869e-25, 5.95180e-29},
        25.59102,
        186.85544},
    Day{{2.50712e-01, 6.62195e-02, -6.83218e-04, 2.99442e-06, -6.78255e-09, 7.70482e-12,
         -3.04983e-15, -2.15919e-18, 2.94617e-21, -1.23359e-24, 1.85329e-28},
        28.72753,
        193.56834},
    Day{{-1.75300e-02, 9.76883e-02, -9.63791e-04, 4.55551e-06, -1.22391e-08, 1.93786e-11,
         -1.85899e-14, 1.07659e-17, -3.58211e-21, 5.96785e-25, -3.30410e-29},
        31.04318,
        198.90332},
    Day{{4.03338e-02, 1.03111e-01, -1.04740e-03, 4.83961e-06, -1.28132e-08, 1.99484e-11,
         -1.85139e-14, 1.00008e-17, -2.84944e-21, 3.01008e-25, 1.18747e-29},
        33.76214,
        204.77023},
    Day{{3.19927e-01, 1.06596e-01, -1.04054e-03, 4.50290e-06, -1.10352e-08, 1.56477e-11,
         -1.27592e-14, 5.45513e-18, -7.26841e-22, -2.43893e-25, 7.14608e-29},
        34.57909,
        207.34309}};

double saturating(double a, double b, double current) {
  return std::max(0.0, -a * std::expm1(-current / b));
}

/// Mean and σ, nA, of cells programmed to `current` nA, on a measured day.
Spread on_day(const Day& day, double current) {
  double shift = 0.0;
  for (auto c = day.shift.rbegin(); c != day.shift.rend(); ++c) shift = shift * current + *c;
  const double mean = current + shift;
  return {mean, saturating(day.a, day.b, mean)};
}

Spread at_age(Seconds age, double current) {
  const double days = age.si() / kDay;
  const int earlier = std::clamp(static_cast<int>(days), 0, kLastDay - 1);
  const double share = earlier == 0
                           ? std::log1p(age.si()) / std::log1p(kDay)
                           : std::log(days / earlier) / std::log((earlier + 1.0) / earlier);
  const Spread p = on_day(kDays[static_cast<size_t>(earlier)], current);
  const Spread q = on_day(kDays[static_cast<size_t>(earlier) + 1], current);
  return {p.centre + share * (q.centre - p.centre), p.width + share * (q.width - p.width)};
}

}  // namespace

void SonosDevice::visit(Visitor& v) {
  v.value(Field("read_voltage", "at which the currents were measured").must().between(1e-3, 10),
          read_voltage);
}

Spread SonosDevice::landing(Siemens g, const DeviceSpec& cell) const {
  const double unit = kNano / read_voltage.si();
  const Spread current = at_age(cell.equivalent_age(), g.si() / unit);
  return {current.centre * unit, current.width * unit};
}

Siemens SonosDevice::programming_sigma(Siemens g, const DeviceSpec& cell) const {
  return Siemens(landing(g, cell).width);
}

Siemens SonosDevice::white_noise(Siemens g, const DeviceSpec& cell) const {
  const double unit = kNano / read_voltage.si();
  const double measured = saturating(12.58037, 215.36557, g.si() / unit) * unit;
  return Siemens(std::hypot(measured, cell.read_noise * g.si()));
}

std::optional<DeviceViolation> SonosDevice::violation(const DeviceSpec& cell) const {
  const double fitted = cell.age.si() > 0.0 ? kLargestDrifted : kLargest;
  const Siemens largest{fitted * kNano / read_voltage.si()};
  if (const auto range = range_violation(cell, Siemens(0.0), largest)) return range;
  return age_violation(cell, Seconds(0.0), Seconds(kLastDay * kDay));
}

std::unique_ptr<Device> SonosDevice::clone() const {
  return std::make_unique<SonosDevice>(*this);
}

}  // namespace ohm
