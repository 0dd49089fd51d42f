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
              .between(1, 24)
              .word("auto", kAutoBits),
          bits);
  v.value(Field("range", "lossless: one code per unit of the integer sum; max, percentile, mse: of "
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
  v.value(Field("rate", "conversions per second of one converter").positive(), rate);
  v.value(Field("cost", "energy and area: regression over published converters, or ISAAC's own")
              .one_of({"survey", "isaac"}),
          cost);
  v.rule(bits != kAutoBits || range == "lossless", "bits",
         "auto goes with range lossless only; give the number of bits");
}

}  // namespace ohm
