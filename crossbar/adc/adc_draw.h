// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/index.h"
#include "core/random.h"

namespace ohm {

/// What inside a converter a random number belongs to. Kinds draw from the parts they have.
enum class ConverterPart : std::uint8_t {
  capacitor = 1,  ///< one per capacitor
  comparator,     ///< one per comparator
  code_width,     ///< one per code
  dac_element,    ///< one per unit or binary element of an input DAC
  dac_gain,       ///< one per DAC
  dac_offset,     ///< one per DAC
};

/// Which physical converter: the key of everything that is drawn once for it.
struct AdcDraw {
  std::uint32_t seed = 0;
  std::uint32_t chip = 0;
  std::uint32_t strip = 0;      ///< number of the row of arrays on that chip
  std::uint32_t array = 0;      ///< number of the array along the row
  std::uint32_t converter = 0;  ///< number of the converter at the array, below 2^24

  double gain() const;    ///< standard normal of the gain error
  double offset() const;  ///< standard normal of the offset

  /// The first n standard normals of a part of this converter.
  std::vector<double> normals(ConverterPart part, Index n) const;

  /// The same for a part that all converters of the array share, such as the capacitors of a ramp.
  std::vector<double> shared_normals(ConverterPart part, Index n) const;
};

}  // namespace ohm
