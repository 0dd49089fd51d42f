// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/published_array.h"

namespace ohm {

std::vector<ComponentCost> published_energy(const AttentionSpec& spec, AttentionProduct product,
                                            const MvmBlock& block, Index parts) {
  const Joules each = product == AttentionProduct::scores ? spec.key_energy : spec.value_energy;
  const std::int64_t products = block.mvms * block.rows * block.columns * parts;
  return {{"attention_array", energy_of(products, each, spec.source)},
          {"attention_control", energy_of(block.mvms, spec.control_energy, spec.source)}};
}

std::vector<ComponentCost> published_write(const AttentionSpec& spec, std::int64_t elements,
                                           Index parts) {
  return {{"kv_write", energy_of(elements * parts, spec.write_energy, spec.source)}};
}

Cost published_area(const AttentionSpec& spec) {
  Cost cost;
  cost.area = cost.area_low = cost.area_high = spec.array_area;
  cost.source = spec.source;
  return cost;
}

}  // namespace ohm
