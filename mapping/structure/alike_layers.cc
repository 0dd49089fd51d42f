// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/alike_layers.h"

#include <fmt/format.h>

#include "core/error.h"
#include "mapping/macros/matrix_kind.h"

namespace ohm {
namespace {

bool same(const MatrixKind& a, const MatrixKind& b) {
  return a.in_crossbars == b.in_crossbars && a.macro == b.macro && a.redundancy == b.redundancy;
}

}  // namespace

void require_alike_layers(const Network& reduced, const Reduction& reduction,
                          const ChipSpec& chip) {
  if (chip.map.matrices.empty()) return;
  for (const StaticMatmul& kept : reduced.matmuls) {
    if (kept.layer < 0) continue;
    const MatrixKind kind = kind_of(kept, chip);
    const std::string rest = kept.name.substr(fmt::format("h.{}.", kept.layer).size());
    for (const int layer : reduction.layers_of(kept.layer)) {
      StaticMatmul other = kept;
      other.name = fmt::format("h.{}.{}", layer, rest);
      if (same(kind_of(other, chip), kind)) continue;
      throw ArgumentError(fmt::format(
          "chip {}: map.matrices: rules treat '{}' otherwise than layer {} of the {} that are "
          "solved once; expected rules that hold for all layers of a kind, such as h.*.{}, or an "
          "estimate of a mapping",
          chip.name, other.name, kept.layer, reduction.stands_for(kept.layer), rest));
    }
  }
}

}  // namespace ohm
