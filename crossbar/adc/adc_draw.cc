// SPDX-License-Identifier: Apache-2.0
#include "crossbar/adc/adc_draw.h"

#include <fmt/format.h>

#include "core/error.h"
#include "crossbar/purpose.h"

namespace ohm {
namespace {

constexpr std::uint32_t kConverters = 1U << 24;  // converters whose parts the counter tells apart
constexpr std::uint32_t kShared = 1U << 31;

StreamKey key_of(const AdcDraw& draw, Purpose purpose) {
  return {draw.seed, draw.chip, static_cast<std::uint8_t>(purpose)};
}

/// Normals of a part: counters that are not zero, which the offsets of whole converters have.
std::vector<double> draw_normals(const AdcDraw& draw, std::uint32_t sequence, Index n) {
  std::vector<float> drawn(static_cast<size_t>(n));
  fill_normal(key_of(draw, Purpose::adc_offset), {draw.strip, draw.array, sequence}, 0, drawn);
  return {drawn.begin(), drawn.end()};
}

std::uint32_t sequence_of(ConverterPart part) {
  return static_cast<std::uint32_t>(part) * kConverters;
}

}  // namespace

double AdcDraw::gain() const {
  const Counter counter{strip, array, 0};
  return static_cast<double>(normal_at(key_of(*this, Purpose::adc_gain), counter, converter));
}

double AdcDraw::offset() const {
  const Counter counter{strip, array, 0};
  return static_cast<double>(normal_at(key_of(*this, Purpose::adc_offset), counter, converter));
}

std::vector<double> AdcDraw::normals(ConverterPart part, Index n) const {
  if (converter >= kConverters) {
    throw ArgumentError(
        fmt::format("converter number {}; expected less than {}", converter, kConverters));
  }
  return draw_normals(*this, sequence_of(part) + converter, n);
}

std::vector<double> AdcDraw::shared_normals(ConverterPart part, Index n) const {
  return draw_normals(*this, kShared + sequence_of(part), n);
}

}  // namespace ohm
