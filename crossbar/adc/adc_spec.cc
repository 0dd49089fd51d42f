// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_spec.h"

#include "crossbar/adc/adc.h"

namespace ohm {

void AdcSpec::visit(Visitor& v) {
  v.value(Field("kind", "the converter")
              .one_of(adc_kinds())
              .later({"sar", "ramp", "flash", "pipeline", "cyclic", "integrating"}),
          kind);
  v.value(Field("bits", "resolution; auto: as many as the lossless range needs")
              .between(1, 20)
              .word("auto", kAutoBits),
          bits);
  v.value(Field("range",
                "lossless: one code per unit of the integer sum; max, percentile, mse: of "
                "the sums over the calibration inputs")
              .one_of({"lossless", "max", "percentile", "mse"}),
          range);
  v.value(Field("percentile", "of |sum| for range percentile, %").between(50, 100), percentile);
  v.value(Field("offset", "static offset of each converter: standard deviation, LSB").at_least(0),
          offset);
  v.value(Field("gain_error", "static relative gain error of each converter: standard deviation")
              .between(0, 1),
          gain_error);
  v.value(Field("noise", "thermal noise per conversion: standard deviation, LSB").at_least(0),
          noise);
  v.value(Field("rate", "conversions per second of one converter").between(1e3, 1e10), rate);
  v.value(Field("cost", "energy and area: regression over published converters, or ISAAC's own")
              .one_of({"survey", "isaac"}),
          cost);
  v.rule(bits != kAutoBits || range == "lossless", "bits",
         "auto goes with range lossless only; give the number of bits");
  v.rule(
      kind != "ideal" || (offset == 0.0 && gain_error == 0.0 && noise == 0.0), "kind",
      "an ideal converter has no offset, gain_error or noise; set them to 0 or use kind uniform");
  v.rule(cost != "isaac" || (kind != "ideal" && bits <= 10 && rate <= Hertz(1.28e9)), "cost",
         "ISAAC's converter is published up to 10 bits and 1.28 GHz; use cost survey");
}

}  // namespace ohm
