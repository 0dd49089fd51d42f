// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/matrix_kind.h"

#include <fmt/format.h>

#include <map>
#include <tuple>

#include "core/error.h"
#include "mapping/network/experts.h"

namespace ohm {
namespace {

Index number_of(const std::string& name, const ChipSpec& spec) {
  for (size_t k = 0; k < spec.macros.size(); ++k) {
    if (spec.macros[k].name == name) return static_cast<Index>(k) + 1;
  }
  return 0;
}

}  // namespace

MatrixKind kind_of(const StaticMatmul& matmul, const ChipSpec& spec) {
  MatrixKind kind{in_crossbars(matmul, spec.head)};
  for (const MatrixRule& rule : spec.map.matrices) {
    if (!matches(rule.match, matmul.name)) continue;
    kind = {rule.on == "crossbar", number_of(rule.macro, spec), rule.redundancy};
  }
  return kind;
}

const MacroSpec& macro_of(const StaticMatmul& matmul, const ChipSpec& spec) {
  return spec.macros.empty() ? spec.macro : spec.macro_of(kind_of(matmul, spec).macro);
}

void require_alike_experts(const Network& network, const ChipSpec& spec) {
  if (spec.map.matrices.empty()) return;
  std::map<std::tuple<int, Index, std::string>, const StaticMatmul*> members;  // the first of each
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.expert < 0) continue;
    const std::string part = matmul.name.substr(matmul.name.rfind('.'));
    const auto [at, is_first] =
        members.try_emplace({matmul.layer, group_of(network.spec, matmul.expert), part}, &matmul);
    const MatrixKind a = kind_of(*at->second, spec), b = kind_of(matmul, spec);
    const auto fields = [](const MatrixKind& kind) {
      return std::tuple(kind.in_crossbars, kind.macro, kind.redundancy);
    };
    if (is_first || fields(a) == fields(b)) continue;
    throw ConfigError(fmt::format(
        "chip {}: map.matrices: rules treat '{}' otherwise than '{}', and the one's costs stand "
        "for the other's, with which it takes turns; expected rules that hold for all experts of a "
        "layer, such as h.*.ffn.expert*",
        spec.name, matmul.name, at->second->name));
  }
}

bool has_kinds(const ChipSpec& spec) {
  if (!spec.macros.empty()) return true;
  for (const MatrixRule& rule : spec.map.matrices) {
    if (rule.redundancy > 1) return true;
  }
  return false;
}

Cut cut_of(const StaticMatmul& matmul, const Chip& chip) {
  const MatrixKind kind = kind_of(matmul, chip.spec);
  return {chip.kind(kind.macro).shape, kind.in_crossbars ? kind.redundancy : 0};
}

Index blocks_of(const StaticMatmul& matmul, const Chip& chip) {
  const Cut cut = cut_of(matmul, chip);
  if (cut.replicas == 0) return 0;
  return cut.replicas * tile_grid(matmul.rows, matmul.columns, cut.shape).size();
}

Partition partition_network(const Network& network, const Chip& chip) {
  Partition partition =
      partition_network(network, row_split_of(chip.spec),
                        [&](const StaticMatmul& matmul) { return cut_of(matmul, chip); });
  partition.shape = chip.shape;
  return partition;
}

std::vector<MatrixWidths> matrix_widths(const Network& network, const ChipSpec& spec) {
  std::vector<MatrixWidths> widths;
  if (!has_kinds(spec)) return widths;
  for (const StaticMatmul& matmul : network.matmuls) {
    const MatrixKind kind = kind_of(matmul, spec);
    const MacroSpec& macro = spec.macro_of(kind.macro);
    widths.push_back({macro.input.bits, macro.weight.bits, kind.redundancy});
  }
  return widths;
}

Index cells_of(const StaticMatmul& matmul, const Chip& chip) {
  const MatrixKind kind = kind_of(matmul, chip.spec);
  return matmul.weights() * kind.redundancy * chip.kind(kind.macro).cells_per_weight;
}

}  // namespace ohm
