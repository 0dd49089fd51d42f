// SPDX-License-Identifier: Apache-2.0
#include "crossbar/encoding/weight_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "crossbar/encoding/half_range.h"

namespace ohm {
namespace {

Index held_bits(const WeightSpec& spec) {
  return std::accumulate(spec.slice_bits.begin(), spec.slice_bits.end(), Index{0});
}

/// What an encoding asks of the slices besides room for every bit.
std::string encoding_problem(const WeightSpec& spec) {
  const Index n = std::ssize(spec.slice_bits);
  if (spec.encoding == "xnor" && (spec.bits != 1 || n != 1)) {
    return fmt::format(
        "encoding xnor stores one bit, -1 or 1; {} bits in {} slices found; set "
        "weight.bits: 1 and slice_bits: [1]",
        spec.bits, n);
  }
  if (spec.encoding != "xnor" && spec.bits == 1) {
    return "a weight of one bit is -1 or 1; use encoding xnor, or at least 2 bits";
  }
  if (spec.encoding == "twos_complement" && (n < 2 || spec.slice_bits.front() != 1)) {
    return "encoding twos_complement subtracts its sign bit, which needs a slice of its own; start "
           "slice_bits with 1";
  }
  return "";
}

}  // namespace

Index magnitude_bits(const WeightSpec& spec) {
  const bool is_signed =
      spec.encoding == "differential" || spec.encoding == "differential_two_sided";
  return is_signed ? spec.bits - 1 : spec.bits;
}

Index n_sides(const WeightSpec& spec) {
  return has_reference_column(spec) ? 1 : 2;
}

Index bitlines_per_slice(const WeightSpec& spec) {
  return spec.pair == "wordlines" ? 1 : n_sides(spec);
}

Index wordlines_per_input(const WeightSpec& spec) {
  return spec.pair == "wordlines" ? 2 : terms_per_input(spec);
}

Index terms_per_input(const WeightSpec& spec) {
  return spec.encoding == "xnor" ? 2 : 1;
}

bool has_reference_column(const WeightSpec& spec) {
  return spec.encoding == "offset_column" || spec.encoding == "twos_complement" ||
         spec.encoding == "isaac_flip" || spec.encoding == "xnor";
}

bool needs_input_sum(const WeightSpec& spec) {
  return spec.encoding == "offset_column" || spec.encoding == "isaac_flip" ||
         spec.encoding == "centre_offset";
}

std::string slicing_problem(const WeightSpec& spec) {
  if (spec.slice_bits.empty()) return "no slice; expected at least one";
  if (std::string problem = encoding_problem(spec); !problem.empty()) return problem;
  const Index held = held_bits(spec), needed = magnitude_bits(spec);
  if (held < needed) {
    return fmt::format(
        "the slices hold {} bits, a {}-bit weight with encoding {} has {} besides "
        "its sign; add {} bits",
        held, spec.bits, spec.encoding, needed, needed - held);
  }
  if (held - spec.slice_bits.front() >= spec.bits) {
    return fmt::format(
        "the slices hold {} bits and the weight has {}, so the first slice stays "
        "empty; remove it",
        held, spec.bits);
  }
  return "";
}

std::vector<WeightSlice> weight_slices(const WeightSpec& spec) {
  if (const std::string problem = slicing_problem(spec); !problem.empty()) {
    throw ArgumentError("weight.slice_bits: " + problem);
  }
  std::vector<WeightSlice> slices;
  Index shift = 0;
  for (auto width = spec.slice_bits.rbegin(); width != spec.slice_bits.rend(); ++width) {
    // one slice spans the whole range of its cell, however wide it is declared
    const Index bits = spec.slice_bits.size() == 1 ? magnitude_bits(spec) : *width;
    slices.push_back(
        {shift, bits, (Index{1} << bits) - 1, 1, std::ldexp(1.0, static_cast<int>(shift))});
    if (spec.encoding == "differential_two_sided") slices.back().levels_per_digit = 2;
    shift += bits;
  }
  if (spec.encoding == "twos_complement") slices.back().scale *= -1.0;
  return slices;
}

WeightRange weight_range(const WeightSpec& spec) {
  if (spec.encoding == "xnor") return {-1, 1};
  const Index half = half_range(spec.bits);
  const WeightSlice top = weight_slices(spec).back();
  const bool holds_half = magnitude_bits(spec) == spec.bits || (half >> top.shift) <= top.top;
  return {holds_half ? -half : 1 - half, half - 1};
}

}  // namespace ohm
