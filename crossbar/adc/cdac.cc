// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/cdac.h"

#include <cmath>
#include <numeric>

namespace ohm {
namespace {

/// A capacitor of `units`, with the mismatch of so many unit capacitors side by side.
double capacitor(double units, double sigma, double normal) {
  return units + sigma * std::sqrt(units) * normal;
}

/// What each bit adds to the output and to the total, in units; the dummy adds to the total alone.
struct Array {
  std::vector<double> bit;
  double total = 0.0;
};

Array binary_array(const AdcSpec& spec, std::span<const double> normals) {
  const double sigma = spec.capacitor_mismatch;
  Array array;
  for (size_t k = 0; k < static_cast<size_t>(spec.bits); ++k) {
    array.bit.push_back(capacitor(std::ldexp(1.0, static_cast<int>(k)), sigma, normals[k + 1]));
  }
  array.total =
      std::accumulate(array.bit.begin(), array.bit.end(), capacitor(1.0, sigma, normals[0]));
  return array;
}

Array split_array(const AdcSpec& spec, std::span<const double> normals) {
  const double sigma = spec.capacitor_mismatch;
  const auto lower = static_cast<size_t>(spec.split_bits);
  const double ratio = std::ldexp(1.0, static_cast<int>(lower));
  const double bridge = capacitor(ratio / (ratio - 1.0), sigma, normals.back());
  Array array;
  double below = capacitor(1.0, sigma, normals[0]), above = 0.0;
  for (size_t k = 0; k < static_cast<size_t>(spec.bits); ++k) {
    const double units = std::ldexp(1.0, static_cast<int>(k < lower ? k : k - lower));
    array.bit.push_back(capacitor(units, sigma, normals[k + 1]));
    (k < lower ? below : above) += array.bit.back();
  }
  // the lower node follows its bits and, through the bridge, the upper node; eliminating it leaves
  // share · (bits below) beside the upper bits, and the bridge in series with what lies below
  const double share = bridge / (bridge + below);
  for (size_t k = 0; k < lower; ++k) array.bit[k] *= share;
  array.total = above + share * below;
  return array;
}

}  // namespace

Index cdac_capacitors(const AdcSpec& spec) {
  return spec.bits + 2;
}

std::vector<double> cdac_levels(const AdcSpec& spec, std::span<const double> normals) {
  const Array array =
      spec.split_bits > 0 ? split_array(spec, normals) : binary_array(spec, normals);
  const bool infinite = spec.amplifier_gain == AdcSpec::kInfiniteGain;
  const double loop = infinite ? 1.0 : 1.0 + 1.0 / static_cast<double>(spec.amplifier_gain);
  std::vector<double> levels(size_t{1} << spec.bits);
  const double scale = static_cast<double>(levels.size()) / array.total;
  for (size_t code = 0; code < levels.size(); ++code) {
    double charge = 0.0;
    for (size_t k = 0; k < array.bit.size(); ++k) charge += code >> k & 1 ? array.bit[k] : 0.0;
    levels[code] = charge * scale / loop;
  }
  return levels;
}

}  // namespace ohm
