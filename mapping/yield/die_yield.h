// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/index.h"
#include "core/units.h"
#include "mapping/yield/yield_spec.h"

namespace ohm {

/// Share of dies of `area` without a defect, x = critical_area · area · defect_density:
/// poisson e^-x (Hofstein and Heiman, Proc. IEEE 51, 1190 (1963)); murphy ((1 - e^-x) / x)²
/// (Murphy, Proc. IEEE 52, 1537 (1964)); seeds 1 / (1 + x) (Seeds, IEDM 1967); negative_binomial
/// (1 + x / clustering)^-clustering (Stapper, IEEE Trans. Electron Devices 20, 655 (1973)).
///
/// ArgumentError for kind none, and unless the area is positive and finite.
double die_yield(const YieldSpec& spec, SquareMetres area);

/// Whole dies of `area` on a wafer of diameter d without its rim: π d² / 4A − π d / √(2A), rounded
/// down; 0 where none fits. Ref: de Vries, IEEE Trans. Semicond. Manuf. 18, 136 (2005).
Index dies_per_wafer(const YieldSpec& spec, SquareMetres area);

/// Share of dies without a defect among those that pass a test of this fault coverage:
/// Y^(1 - coverage). Ref: Williams and Brown, IEEE Trans. Comput. 30, 987 (1981).
double tested_quality(double die_yield, double fault_coverage);

}  // namespace ohm
