// SPDX-License-Identifier: Apache-2.0
#include "crossbar/cost/adc_isaac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crossbar/cost/adc_sar.h"
#include "crossbar/cost/adc_survey.h"

namespace ohm {
namespace {

struct Row {
  double energy_pj, area_um2;
};

constexpr Index kFewestBits = 4, kMostBits = 10;
constexpr Metres kNode(32e-9);
// the paper prints 1.2 GS/s, yet 128 columns in 100 ns take 1.28 GS/s
constexpr double kFastest = 1.28e9 * (1 + 1e-9);
constexpr double kDecisions = 9;  // of 8 bits; fewer bits convert faster with the same decisions

/// 4 to 10 bits at 32 nm; the row of 8 bits is ISAAC's own: 16 mW / 8 / 1.2 GS/s, 0.0096 mm² / 8.
constexpr std::array<Row, 7> kRows{{{0.79, 361.04},
                                    {0.99, 476.91},
                                    {1.20, 626.91},
                                    {1.42, 845.18},
                                    {16.0 / 9.6, 1200},
                                    {1.969078145, 1827.911647},
                                    {2.379022742, 3002.008032}}};

}  // namespace

Hertz isaac_fastest(Index bits) {
  const auto decisions = static_cast<double>(std::max<Index>(bits, 0) + 1);
  return Hertz(kFastest * std::max(1.0, kDecisions / decisions));
}

std::optional<UnitCost> adc_isaac(Index bits, Metres node, Hertz rate) {
  if (bits < 1 || bits > kMostBits || !(rate.si() > 0.0 && rate <= isaac_fastest(bits))) {
    return std::nullopt;
  }
  const Index resolved = std::max(bits, kFewestBits);
  const Row& row = kRows[static_cast<size_t>(resolved - kFewestBits)];
  UnitCost cost;
  cost.energy = cost.energy_low = cost.energy_high =
      adc_survey_energy_scale(kNode, node) * Joules(row.energy_pj * 1e-12);
  cost.area = cost.area_low = cost.area_high =
      adc_survey_area_scale(kNode, node) * SquareMetres(row.area_um2 * 1e-12);
  cost.source = fmt::format(
      "ISAAC's ADC (Shafiee et al., ISCA 2016), {} bits after Saberi et al. "
      "2011, 32 nm -> {:.4g} nm with the survey's node exponents",
      resolved, node.si() * 1e9);
  return bits < kFewestBits ? adc_resized(cost, kFewestBits, bits) : cost;
}

}  // namespace ohm
