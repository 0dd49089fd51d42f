// SPDX-License-Identifier: Apache-2.0
#include "crossbar/engine_spec.h"

namespace ohm {

void EngineSpec::visit(Visitor& v) {
  v.value(Field("kind",
                "crossbar: cells multiply and bitlines add; digital: multipliers beside a memory "
                "of weights, which is periphery.array")
              .one_of({"crossbar", "digital"}),
          kind);
  v.value(Field("macs", "digital: multiply-accumulates per cycle").between(0, 1 << 20), macs);
  v.value(Field("clock", "digital: of the multipliers").between(1e3, 1e13), clock);
  v.nested_list(Field("mac", "digital: one multiply-accumulate"), mac);
  v.rule(is_digital() == (macs > 0), "macs",
         is_digital() ? "0 found; a digital engine needs at least one multiplier"
                      : "only a digital engine has multipliers; leave it out or use kind: digital");
  v.rule(is_digital() == !mac.empty(), "mac",
         is_digital() ? "missing; expected published figures of one multiply-accumulate"
                      : "only a digital engine has multipliers; leave it out or use kind: digital");
  for (const PublishedFigure& figure : mac) {
    const std::string problem = technology_problem({figure.node, figure.vdd});
    v.rule(problem.empty(), "mac", problem);
  }
}

}  // namespace ohm
