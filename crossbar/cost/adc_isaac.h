// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "core/index.h"
#include "crossbar/cost/unit_cost.h"

namespace ohm {

/// Energy per conversion and area of ISAAC's own converter, resized to `bits` and `node`; nothing
/// outside 1 to 10 bits or above 1.28e9 conversions per second (at 8 bits and more; fewer bits, at
/// the same decisions per second, convert faster).
///
/// Ref: Shafiee et al., ISAAC, ISCA 2016, Table I (8 converters of 8 bits: 16 mW, 0.0096 mm² at 1.2
/// GS/s, 32 nm; after Kull et al., ISSCC 2013). Other resolutions: capacitive SAR scaling of Saberi
/// et al., IEEE TCAS-I 58 (2011), as tabulated for 4 to 10 bits in Accelergy's library plug-in;
/// below 4 bits the figure of 4 bits times the ratio of adc_sar(). Other nodes: an analog block, so
/// it follows the node exponents of the survey regression (energy 1.88, area 1.56), not those of
/// logic; the ratio of the two models then does not depend on the node.
std::optional<UnitCost> adc_isaac(Index bits, Metres node, Hertz rate);

/// Conversions per second up to which it is published; fewer than 8 bits convert faster with the
/// same decisions.
Hertz isaac_fastest(Index bits);

}  // namespace ohm
