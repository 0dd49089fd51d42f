// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/weight_totals.h"

#include <map>
#include <utility>
#include <vector>

#include "crossbar/cost/mvm_energy.h"
#include "mapping/chip/chip.h"
#include "mapping/network/network.h"
#include "mapping/structure/alike_layers.h"

namespace ohm {
namespace {

/// Energy of one product with the whole matrix.
Joules product_energy(const StaticMatmul& matmul, const Chip& chip) {
  std::map<std::pair<Index, Index>, Index> shapes;
  for (const Block& block : partition_matmul(matmul, chip.shape, row_split_of(chip.spec))) {
    ++shapes[{block.rows, block.columns}];
  }
  const MacroSpec& macro = chip.spec.macro;
  Joules sum;
  for (const auto& [shape, blocks] : shapes) {
    const MvmBlock block{shape.first, shape.second, blocks};
    for (const ComponentCost& part :
         mvm_energy(macro, block, expected_activity(macro, block, assumed_statistics(macro)))) {
      sum += part.cost.energy;
    }
  }
  return sum;
}

}  // namespace

std::vector<WeightTotals> weight_totals(const TransformerSpec& network, const ChipSpec& spec) {
  Reduction reduction = keep_layers(network, 2);
  Network reduced = build_network(reduction.spec);
  if (!are_alike_layers(reduced, reduction, spec)) {
    reduction = keep_layers(network, network.n_layers + 1);
    reduced = build_network(network);
  }
  ChipSpec alone = spec;
  alone.system.clear();
  alone.dram_at.clear();
  const Chip chip = compile_chip(alone);
  std::vector<WeightTotals> sums(network.n_decoder_layers > 0 ? 2 : 1);
  std::map<std::pair<Index, Index>, Joules> known;  // by rows and columns
  for (const StaticMatmul& matmul : reduced.matmuls) {
    if (!in_crossbars(matmul, spec)) continue;
    const auto [at, first] = known.try_emplace({matmul.rows, matmul.columns});
    if (first) at->second = product_energy(matmul, chip);
    const auto layers = static_cast<double>(reduction.stands_for(matmul.layer));
    const double share =
        static_cast<double>(matmul.active) / static_cast<double>(matmul.among) * layers;
    WeightTotals& sum = matmul.source ? sums.front() : sums.back();
    sum.weights += layers * static_cast<double>(matmul.weights());
    sum.used += share * static_cast<double>(matmul.weights());
    sum.mvms += share * at->second;
  }
  for (WeightTotals& sum : sums) {
    sum.cells = sum.weights * static_cast<double>(chip.cells_per_weight);
    sum.bytes = Bytes(sum.weights * static_cast<double>(spec.macro.weight.bits) / 8.0);
  }
  return sums;
}

}  // namespace ohm
