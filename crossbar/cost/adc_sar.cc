// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_sar.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/adc/adc_spec.h"

namespace ohm {
namespace {

constexpr double kThermalEnergy = 1.380649e-23 * 300.0;
constexpr double kComparator = 20e-15, kComparatorNode = 22e-9, kExcessNoise = 2.0;
constexpr double kUnitCapacitor = 0.5e-15, kSwitching = 0.25;
constexpr double kCapacitorDensity = 2.3e-15 / 1e-12;  // F/m²
constexpr double kComparatorArea = 1.25e-12 / 1e-15;   // m²/F
constexpr double kLayout = 2.0;
constexpr double kRegisterEnergy = 0.009e-12, kRegisterArea = 5.98e-12;
constexpr double kRegistersPerBit = 4.0, kTogglesPerCount = 2.0;
constexpr double kStep = 1.0 / (1.2e9 * 9.0);
const Technology kLogicSource{Metres(40e-9), Volts(0.9), Process::high_performance};
const Technology kStepSource{Metres(32e-9), Volts(0.9), Process::high_performance};

struct Converter {
  double comparators;
  double quiet, coarse;  // decisions whose noise counts, and those far from the crossing
  double units, toggles;
};

Converter parts_of(const std::string& kind, Index bits) {
  const double codes = std::ldexp(1.0, static_cast<int>(bits)), b = static_cast<double>(bits);
  if (kind == "flash") return {codes - 1, codes - 1, 0.0, 0.0, kRegistersPerBit * b};
  if (kind == "ramp" || kind == "integrating") {
    return {1.0, 1.0, codes - 1, 0.0, kTogglesPerCount * codes + b};
  }
  return {1.0, b, 0.0, codes, kRegistersPerBit * b};
}

/// The capacitance whose kT/C noise equals that of the quantiser, Δ²/12.
double noise_capacitance(Index bits, double volts) {
  return 12.0 * kThermalEnergy * std::ldexp(1.0, 2 * static_cast<int>(bits)) / (volts * volts);
}

std::string described(const std::string& kind, Index bits, const Technology& target) {
  const bool counts = kind == "ramp" || kind == "integrating";
  const char* modelled = counts ? "counting converter" : kind == "flash" ? "flash" : "SAR";
  std::string text = fmt::format(
      "physics of a bare {}, {} bits, {:.4g} nm {:.2f} V (references, buffers and clock not "
      "counted; "
      "constants are assumptions; comparator and capacitors by noise and matching, registers as "
      "logic, Stillmaker and Baas 2017)",
      modelled, bits, target.node.si() * 1e9, target.vdd.si());
  if (!counts && kind != "flash" && kind != "sar") text += ", " + kind + " costed as a SAR";
  return text;
}

}  // namespace

UnitCost adc_sar(const std::string& kind, Index bits, const Technology& target, Hertz rate) {
  if (bits < 1 || bits > 20) {
    throw ArgumentError(
        fmt::format("adc: {} bits; the physical model covers 1 to 20; lower adc.bits", bits));
  }
  const double volts = target.vdd.si(), full = volts * volts;
  const Converter parts = parts_of(kind, bits);
  const double noise = noise_capacitance(bits, volts);
  const double coarse = kComparator * target.node.si() / kComparatorNode;
  const double comparator = std::max(coarse, kExcessNoise * noise);
  const double capacitor = parts.units > 0.0 ? std::max(parts.units * kUnitCapacitor, noise) : 0.0;
  const double registers = kRegistersPerBit * static_cast<double>(bits);
  const double step = kStep * delay_scale(kStepSource, target);
  const double interleaved = std::max(1.0, rate.si() * conversion_steps(kind, bits) * step);
  UnitCost cost;
  cost.energy = Joules((parts.quiet * comparator + parts.coarse * coarse) * full +
                       kSwitching * capacitor * full +
                       parts.toggles * kRegisterEnergy * energy_scale(kLogicSource, target));
  cost.area = SquareMetres(
      interleaved * kLayout *
      (capacitor / kCapacitorDensity + parts.comparators * comparator * kComparatorArea +
       registers * kRegisterArea * area_scale(kLogicSource.node, target.node)));
  cost.energy_low = cost.energy_high = cost.energy;
  cost.area_low = cost.area_high = cost.area;
  cost.source = described(kind, bits, target);
  return cost;
}

UnitCost adc_resized(const UnitCost& known, Index from, Index to) {
  return adc_resized(known, from, to, "sar", kStepSource);
}

UnitCost adc_resized(const UnitCost& known, Index from, Index to, const std::string& kind,
                     const Technology& target) {
  const Hertz slow(1.0);  // of one core
  const UnitCost given = adc_sar(kind, from, target, slow),
                 wanted = adc_sar(kind, to, target, slow);
  const double energy = wanted.energy / given.energy, area = wanted.area / given.area;
  return {energy * known.energy,
          energy * known.energy_low,
          energy * known.energy_high,
          area * known.area,
          area * known.area_low,
          area * known.area_high,
          fmt::format("{}; {} bits -> {} bits by the physics of a bare converter", known.source,
                      from, to)};
}

}  // namespace ohm
