// SPDX-License-Identifier: Apache-2.0
#include "mapping/yield/yield_spec.h"

namespace ohm {

void YieldSpec::visit(Visitor& v) {
  v.value(Field("kind", "how defects are spread")
              .one_of({"none", "poisson", "murphy", "seeds", "negative_binomial"}),
          kind);
  v.value(Field("defect_density", "defects per area that kill a die").between(0, 1e8),
          defect_density);
  v.value(Field("clustering", "of negative_binomial; the larger, the more like poisson")
              .between(1e-3, 1e9),
          clustering);
  v.value(Field("critical_area", "share of the die's area in which a defect kills").between(0, 1),
          critical_area);
  v.value(Field("dies", "dies that the chip is cut into; auto: as few as the reticle allows")
              .between(1, 65536)
              .word("auto", kAuto),
          dies);
  v.value(Field("fault_coverage", "of the test of bare dies").between(0, 1), fault_coverage);
  v.value(Field("bond_yield", "of attaching one die").between(1e-6, 1), bond_yield);
  v.value(Field("wafer", "diameter").between(0.01, 1), wafer);
  v.value(Field("edge", "width of the rim without dies").between(0, 0.1), edge);
  v.value(Field("wafer_cost", "in any currency; 1: costs are in wafers").at_least(0), wafer_cost);
  v.value(Field("test_cost", "of the test of one bare die").at_least(0), test_cost);
  v.value(Field("package_cost", "of substrate, assembly and final test").at_least(0), package_cost);
  v.value(Field("source", "where the figures come from"), source);
  v.rule(given() || *this == YieldSpec{}, "kind",
         "none beside other keys; expected how defects are spread, or no section");
  v.rule(2.0 * edge < wafer, "edge", "no wafer is left within the rim; expected less than half");
}

}  // namespace ohm
