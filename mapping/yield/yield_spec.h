// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

using PerSquareMetre = Quantity<Dimension{} - kSquareMetre>;

/// How many dies are good, and what a good package of them costs.
///
/// Costs are in a currency of the user's choice; with the default, in wafers.
struct YieldSpec {
  static constexpr Index kAuto = 0;

  std::string kind = "none";           ///< none | poisson | murphy | seeds | negative_binomial
  PerSquareMetre defect_density{1e3};  ///< that kill a die they fall on
  double clustering = 2.0;             ///< of negative_binomial; infinite: poisson
  double critical_area = 1.0;          ///< share of the die's area in which a defect kills
  Index dies = kAuto;                  ///< of equal area that the chip is cut into, in one package
  double fault_coverage = 1.0;         ///< of the test of bare dies: 1: known good dies; 0: no test
  double bond_yield = 0.99;            ///< of attaching one die to the package
  Metres wafer{0.3};                   ///< diameter
  Metres edge{3e-3};                   ///< of the wafer that bears no dies
  double wafer_cost = 1.0;
  double test_cost = 0.0;     ///< per bare die
  double package_cost = 0.0;  ///< of substrate, assembly and final test of one package
  std::string source =
      "assumptions: 0.1 defects/cm2; clustering 2, as the ITRS took it; 99 % of bonds hold";

  bool given() const { return kind != "none"; }
  bool operator==(const YieldSpec&) const = default;
  void visit(Visitor& v);
};

}  // namespace ohm
