// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_survey.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/cost/adc_sar.h"

namespace ohm {
namespace {

constexpr double kEnergyNode = 1.8800369206815004, kEnergyBits = -2.8291256050594527;
constexpr double kEnergyConstant = 26.0496215686518 - 1.4702022133784405;
constexpr double kAreaConstant = 1.3461916439910742, kAreaNode = 0.9932794744745022;
constexpr double kAreaRate = 0.18071538424508238, kAreaEnergy = 0.29912426192653485;

/// Best Schreier figure of merit, dB: limited by the rate or by the resolution.
double figure_of_merit(double bits, double rate) {
  const double by_rate = 213.7806687348118 - 2.8719030399529957 * std::log(rate);
  const double by_bits = 128.3068287398817 + 3.2205115109775495 * bits;
  return std::min(by_rate, by_bits);
}

double energy_pj(double bits, double nm, double rate) {
  const double sndr = 20 * std::log10(2.0) * bits + 10 * std::log10(1.5);
  const double bound = 0.5 * std::pow(10.0, (sndr - figure_of_merit(bits, rate)) / 10);
  return bound *
         std::exp(kEnergyConstant + kEnergyNode * std::log(nm) + kEnergyBits * std::log(bits));
}

double area_um2(double nm, double rate, double pj) {
  return std::exp(kAreaConstant + kAreaNode * std::log(nm) + kAreaRate * std::log(rate) +
                  kAreaEnergy * std::log(pj));
}

void require(Index bits, Metres node, Hertz rate) {
  if (bits < 1 || bits > kSurveyMostBits) {
    throw ArgumentError(
        fmt::format("adc: {} bits; the survey regression covers 1 to {}; lower "
                    "adc.bits, array.rows_active or the slices",
                    bits, kSurveyMostBits));
  }
  if (!(node.si() >= 6.9e-9 && node.si() <= 181e-9)) {
    throw ArgumentError(
        fmt::format("adc: a node of {}; the survey regression covers 7 nm to 180 nm",
                    format_quantity(node.si(), kMetre)));
  }
  if (!(rate.si() > 0.0 && rate <= kSurveyFastest)) {
    throw ArgumentError(fmt::format(
        "adc.rate: {}; the survey regression covers up to 10 GHz per converter; lower the rate",
        format_quantity(rate.si(), kHertz)));
  }
}

}  // namespace

UnitCost adc_survey(Index bits, Metres node, Hertz rate) {
  require(bits, node, rate);
  const auto resolved = static_cast<double>(std::max(bits, kSurveyFewestBits));
  const double nm = node.si() * 1e9;
  const double pj = energy_pj(resolved, nm, rate.si());
  UnitCost cost;
  cost.energy = cost.energy_low = cost.energy_high = Joules(pj * 1e-12);
  cost.area = cost.area_low = cost.area_high = SquareMetres(area_um2(nm, rate.si(), pj) * 1e-12);
  cost.source = fmt::format(
      "ADC survey regression (Andrulis et al., arXiv 2404.06553; Murmann's survey 1997-2023), {} "
      "bits, {:.4g} nm",
      resolved, nm);
  return bits < kSurveyFewestBits ? adc_resized(cost, kSurveyFewestBits, bits) : cost;
}

double adc_survey_energy_scale(Metres from, Metres to) {
  return std::pow(to / from, kEnergyNode);
}

double adc_survey_area_scale(Metres from, Metres to) {
  return std::pow(to / from, kAreaNode + kAreaEnergy * kEnergyNode);
}

}  // namespace ohm
