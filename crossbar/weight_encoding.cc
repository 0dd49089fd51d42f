// SPDX-License-Identifier: Apache-2.0
#include "crossbar/weight_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"

namespace ohm {
namespace {

bool is_offset(const WeightSpec& spec) {
  return spec.encoding == "offset_column";
}

}  // namespace

Index magnitude_bits(const WeightSpec& spec) {
  return is_offset(spec) ? spec.bits : spec.bits - 1;
}

Index cells_per_slice(const WeightSpec& spec) {
  return is_offset(spec) ? 1 : 2;
}

std::string slicing_problem(const WeightSpec& spec) {
  const Index held = std::accumulate(spec.slice_bits.begin(), spec.slice_bits.end(), Index{0});
  const Index needed = magnitude_bits(spec);
  if (spec.slice_bits.empty()) return "no slice; expected at least one";
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
    slices.push_back({shift, bits, (Index{1} << bits) - 1});
    shift += bits;
  }
  return slices;
}

WeightRange weight_range(const WeightSpec& spec) {
  const Index half = Index{1} << (spec.bits - 1);
  const WeightSlice top = weight_slices(spec).back();
  const bool holds_half = is_offset(spec) || (half >> top.shift) <= top.top;
  return {holds_half ? -half : 1 - half, half - 1};
}

bool is_tuned(const WeightSpec& spec, std::int32_t weight, bool negative_side) {
  return is_offset(spec) || (weight < 0) == negative_side;
}

Index stored_magnitude(const WeightSpec& spec, std::int32_t weight, bool negative_side) {
  if (is_offset(spec)) return weight + (Index{1} << (spec.bits - 1));
  return std::max<Index>(negative_side ? -Index{weight} : Index{weight}, 0);
}

}  // namespace ohm
