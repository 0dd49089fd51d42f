// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/conversion_draw.h"

#include "crossbar/purpose.h"

namespace ohm {

ConversionDraw::ConversionDraw(const ChipDraw& draw, Index tile)
    : noise_{draw.seed, draw.chip, static_cast<std::uint8_t>(Purpose::conversion_noise)},
      rounding_{draw.seed, draw.chip, static_cast<std::uint8_t>(Purpose::rounding)},
      strip_(draw.matrix << 16 | static_cast<std::uint32_t>(tile)) {}

Counter ConversionDraw::counter(ConversionStep at) const {
  return {strip_, at.token, static_cast<std::uint32_t>(at.step)};
}

void ConversionDraw::normals(ConversionStep at, Index first_column, std::span<float> out) const {
  fill_normal(noise_, counter(at), first_column, out);
}

void ConversionDraw::step_normals(ConversionStep first, Index n_steps, Index first_column,
                                  std::span<float> out) const {
  fill_normal_rows(noise_, counter(first), first_column, n_steps, out);
}

void ConversionDraw::cell_normals(ConversionStep at, Index row, std::span<float> out) const {
  fill_normal(noise_, counter(at), kSequenceLength / 2 + row * std::ssize(out), out);
}

void ConversionDraw::uniforms(ConversionStep at, Index first_column, std::span<float> out) const {
  fill_uniform(rounding_, counter(at), first_column, out);
}

}  // namespace ohm
