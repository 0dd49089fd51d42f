// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/alike_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>

#include "core/error.h"
#include "mapping/macros/matrix_kind.h"

namespace ohm {
namespace {

bool same(const MatrixKind& a, const MatrixKind& b) {
  return a.in_crossbars == b.in_crossbars && a.macro == b.macro && a.redundancy == b.redundancy;
}

/// A layer that stands for others has all of their names.
bool matches_any(const std::string& match, const StaticMatmul& kept, const Reduction* reduction) {
  if (matches(match, kept.name)) return true;
  if (kept.layer < 0 || reduction == nullptr) return false;
  const std::string rest = kept.name.substr(fmt::format("h.{}.", kept.layer).size());
  const auto layers = reduction->layers_of(kept.layer);
  return std::any_of(layers.begin(), layers.end(), [&](int layer) {
    return matches(match, fmt::format("h.{}.{}", layer, rest));
  });
}

/// Layers that must be like a kept one: those that it stands for and, of a period that is repeated,
/// all that are left out, since those stand in bands of one size.
std::vector<int> like(Index kept_layer, const Reduction& reduction) {
  const LayerRun& run = reduction.run_of(kept_layer);
  const Index repeated = run.kept - run.period;
  if (run.repeats() == 0 || kept_layer < run.kept_first + repeated) {
    return reduction.layers_of(kept_layer);
  }
  std::vector<int> layers(static_cast<size_t>(run.layers - repeated));
  std::iota(layers.begin(), layers.end(), static_cast<int>(run.first + repeated));
  return layers;
}

/// A kept matrix and the name of one that must be like it, where rules treat that otherwise.
std::optional<std::pair<const StaticMatmul*, std::string>> first_unlike(const Network& reduced,
                                                                        const Reduction& reduction,
                                                                        const ChipSpec& chip) {
  for (const StaticMatmul& kept : reduced.matmuls) {
    if (kept.layer < 0) continue;
    const MatrixKind kind = kind_of(kept, chip);
    const std::string rest = kept.name.substr(fmt::format("h.{}.", kept.layer).size());
    for (const int layer : like(kept.layer, reduction)) {
      StaticMatmul other = kept;
      other.name = fmt::format("h.{}.{}", layer, rest);
      if (!same(kind_of(other, chip), kind)) return std::pair(&kept, other.name);
    }
  }
  return {};
}

}  // namespace

void require_matches(const Network& network, const ChipSpec& chip, const Reduction* reduction) {
  const auto& all = network.matmuls;
  for (const MatrixRule& rule : chip.map.matrices) {
    const bool known = std::any_of(all.begin(), all.end(), [&](const StaticMatmul& kept) {
      return matches_any(rule.match, kept, reduction);
    });
    if (known) continue;
    throw ConfigError(fmt::format(
        "chip {}: map.matrices: '{}' matches no matrix of network {}; expected a name such as "
        "'{}', in which * stands for any text",
        chip.name, rule.match, network.spec.name, all.empty() ? "" : all.front().name));
  }
}

bool are_alike_layers(const Network& reduced, const Reduction& reduction, const ChipSpec& chip) {
  return chip.map.matrices.empty() || !first_unlike(reduced, reduction, chip);
}

void require_alike_layers(const Network& reduced, const Reduction& reduction,
                          const ChipSpec& chip) {
  if (chip.map.matrices.empty()) return;
  require_matches(reduced, chip, &reduction);
  const auto unlike = first_unlike(reduced, reduction, chip);
  if (!unlike) return;
  const auto& [kept, other] = *unlike;
  throw ArgumentError(fmt::format(
      "chip {}: map.matrices: rules treat '{}' otherwise than layer {} of the {} that are "
      "solved once; expected rules that hold for all layers of a kind, such as h.*.{}, or an "
      "estimate of a mapping",
      chip.name, other, kept->layer, like(kept->layer, reduction).size(),
      kept->name.substr(fmt::format("h.{}.", kept->layer).size())));
}

void require_alike_memory(const Mapping& mapping, const TokenPlan& plan,
                          const Reduction& reduction) {
  if (mapping.chip.spec.dram_at.empty()) return;
  for (const Step& step : plan.steps) {
    const bool reads = std::any_of(step.claims.begin(), step.claims.end(), [&](const Claim& claim) {
      return plan.resources[static_cast<size_t>(claim.resource)].kind == ResourceKind::dram;
    });
    const Operator& op = mapping.network.op(step.vertex);
    if (!reads || reduction.stands_for(op.layer) == 1) continue;
    throw ArgumentError(fmt::format(
        "chip {}: dram_at: layers that are solved once read it over ways of different length ({}); "
        "expected a DRAM beside each chip, what stays on the tiles, or an estimate of a mapping",
        mapping.chip.spec.name, op.name));
  }
}

}  // namespace ohm
