// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/integrating.h"

#include "crossbar/adc/uniform.h"

namespace ohm {

Transitions IntegratingAdc::decisions(const AdcDraw& draw) const {
  Transitions transitions = Adc::decisions(draw);
  const double comparator = draw.normals(ConverterPart::comparator, 1)[0];
  const double shift =
      spec().comparator_offset * comparator + (spec().half_lsb_correction ? 0.0 : 0.5);
  for (double& threshold : transitions.positions) threshold += shift;
  bend(transitions.positions, spec().inl);
  return transitions;
}

}  // namespace ohm
