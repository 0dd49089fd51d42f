// SPDX-License-Identifier: Apache-2.0
#include "crossbar/input_encoding.h"

#include <algorithm>

namespace ohm {

std::vector<InputSlice> input_slices(const InputSpec& spec) {
  const bool bipolar = spec.encoding == "bipolar";
  const Index magnitude = spec.bits - 1;
  std::vector<InputSlice> slices;
  for (Index shift = 0; shift < magnitude; shift += spec.slice_bits) {
    slices.push_back({shift, std::min(spec.slice_bits, magnitude - shift), false, bipolar});
  }
  if (!bipolar) slices.push_back({magnitude, 1, true, false});
  return slices;
}

}  // namespace ohm
