// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/alike_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "mapping/macros/matrix_kind.h"

namespace ohm {
namespace {

bool same(const MatrixKind& a, const MatrixKind& b) {
  return a.in_crossbars == b.in_crossbars && a.macro == b.macro && a.redundancy == b.redundancy;
}

/// As map_network() does; a layer that stands for others has all of their names.
void require_matches(const Network& reduced, const Reduction& reduction, const ChipSpec& chip) {
  for (const MatrixRule& rule : chip.map.matrices) {
    const bool known =
        std::any_of(reduced.matmuls.begin(), reduced.matmuls.end(), [&](const StaticMatmul& kept) {
          if (matches(rule.match, kept.name)) return true;
          if (kept.layer < 0) return false;
          const std::string rest = kept.name.substr(fmt::format("h.{}.", kept.layer).size());
          const auto layers = reduction.layers_of(kept.layer);
          return std::any_of(layers.begin(), layers.end(), [&](int layer) {
            return matches(rule.match, fmt::format("h.{}.{}", layer, rest));
          });
        });
    if (known) continue;
    throw ConfigError(fmt::format(
        "chip {}: map.matrices: '{}' matches no matrix of network {}; expected a name such as "
        "'{}', in which * stands for any text",
        chip.name, rule.match, reduced.spec.name, reduced.matmuls.front().name));
  }
}

/// A kept matrix and the name of one that it stands for, where rules treat that otherwise.
std::optional<std::pair<const StaticMatmul*, std::string>> first_unlike(const Network& reduced,
                                                                        const Reduction& reduction,
                                                                        const ChipSpec& chip) {
  for (const StaticMatmul& kept : reduced.matmuls) {
    if (kept.layer < 0) continue;
    const MatrixKind kind = kind_of(kept, chip);
    const std::string rest = kept.name.substr(fmt::format("h.{}.", kept.layer).size());
    for (const int layer : reduction.layers_of(kept.layer)) {
      StaticMatmul other = kept;
      other.name = fmt::format("h.{}.{}", layer, rest);
      if (!same(kind_of(other, chip), kind)) return std::pair(&kept, other.name);
    }
  }
  return {};
}

}  // namespace

bool are_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip) {
  return chip.map.matrices.empty() || !first_unlike(reduced, reduction, chip);
}

void require_alike_layers(const Network& reduced, const Reduction& reduction,
                          const ChipSpec& chip) {
  if (chip.map.matrices.empty()) return;
  require_matches(reduced, reduction, chip);
  const auto unlike = first_unlike(reduced, reduction, chip);
  if (!unlike) return;
  const auto& [kept, other] = *unlike;
  throw ArgumentError(fmt::format(
      "chip {}: map.matrices: rules treat '{}' otherwise than layer {} of the {} that are "
      "solved once; expected rules that hold for all layers of a kind, such as h.*.{}, or an "
      "estimate of a mapping",
      chip.name, other, kept->layer, reduction.stands_for(kept->layer),
      kept->name.substr(fmt::format("h.{}.", kept->layer).size())));
}

}  // namespace ohm
