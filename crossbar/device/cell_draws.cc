// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/cell_draws.h"

#include <fmt/format.h>

#include "core/error.h"

namespace ohm {
namespace {

static_assert(CellDraws::kCells * CellDraws::kDraws == kSequenceLength);

StreamKey key_of(const CellDraws& draws, Purpose purpose) {
  return {draws.seed, draws.chip, static_cast<std::uint8_t>(purpose)};
}

void check(Index cells, Index first, Index count) {
  const Index most = CellDraws::kCells, own = CellDraws::kDraws;
  if (cells <= most && first >= 0 && count <= own && first <= own - count) return;
  throw ArgumentError(
      fmt::format("cell draws: {} numbers from {} on for {} cells asked for; expected at most {} "
                  "cells with {} numbers each; cut the run",
                  count, first, cells, most, own));
}

}  // namespace

void CellDraws::normals(Purpose purpose, std::span<float> out, Index repetition) const {
  check(std::ssize(out), repetition, 1);
  fill_normal(key_of(*this, purpose), counter, repetition * kCells, out);
}

void CellDraws::uniforms(Purpose purpose, std::span<float> out, Index repetition) const {
  check(std::ssize(out), repetition, 1);
  fill_uniform(key_of(*this, purpose), counter, repetition * kCells, out);
}

void CellDraws::normals_of_group(Purpose purpose, Index group, Index first,
                                 std::span<float> out) const {
  if (group < 0 || std::ssize(out) % kGroup != 0) {
    throw ArgumentError(
        fmt::format("cell draws: group {} and {} numbers; expected a group from 0 "
                    "on and whole rows of {}",
                    group, out.size(), kGroup));
  }
  check(group < kCells / kGroup ? 0 : kCells + 1, first, std::ssize(out) / kGroup);
  fill_normal(key_of(*this, purpose), counter, (group * kDraws + first) * kGroup, out);
}

}  // namespace ohm
