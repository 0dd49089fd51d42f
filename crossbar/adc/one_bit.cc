// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/one_bit.h"

namespace ohm {

std::string one_bit_problem(const AdcSpec& spec, bool is_signed) {
  if (!is_signed || spec.kind == "ideal" || spec.bits != 1 || spec.levels != "sign_magnitude") {
    return "";
  }
  return "1 with levels: sign_magnitude found, which leaves a sign and no magnitude; expected "
         "levels: mid_rise (a comparator: two codes, -1/2 and 1/2), or 2 bits (-1, 0 and 1)";
}

}  // namespace ohm
