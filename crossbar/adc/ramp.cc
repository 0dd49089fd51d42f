// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/ramp.h"

#include "crossbar/adc/cdac.h"
#include "crossbar/adc/uniform.h"

namespace ohm {

Transitions RampAdc::decisions(const AdcDraw& draw) const {
  auto levels =
      cdac_levels(spec(), draw.shared_normals(ConverterPart::capacitor, cdac_capacitors(spec())));
  const double offset = spec().comparator_offset * draw.normals(ConverterPart::comparator, 1)[0];
  keep_ascending(levels);
  for (double& level : levels) level += offset - 0.5;
  return in_order({levels.begin() + 1, levels.end()},
                  {0.0, static_cast<double>(full_codes()) - 1.0});
}

}  // namespace ohm
