// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/sram_cim.h"

#include <fmt/format.h>

#include "core/error.h"
#include "mapping/attention/published_array.h"

namespace ohm {

SramCim::SramCim(const AttentionSpec& spec, Index kv_bits, Index query_bits)
    : spec_(spec),
      slices_((kv_bits - 1) / spec.weight_bits + 1),
      passes_((query_bits - 1) / spec.input_bits + 1) {
  if (spec.columns >= slices_) return;
  throw ConfigError(fmt::format(
      "attention.columns: {} columns of {} bits; expected at least the {} that an element of {} "
      "bits takes",
      spec.columns, spec.weight_bits, slices_, kv_bits));
}

ProductTime SramCim::product_time(Index, Index) const {
  const Seconds time = static_cast<double>(passes_) * spec_.mvm_time;
  return {time, time};
}

std::vector<ComponentCost> SramCim::product_energy(AttentionProduct product,
                                                   const MvmBlock& block) const {
  return published_energy(spec_, product, block, slices_ * passes_);
}

Seconds SramCim::write_time(const KvWrite& write) const {
  return static_cast<double>(write.key_rows) * spec_.write_time;
}

std::vector<ComponentCost> SramCim::write_energy(std::int64_t elements) const {
  return published_write(spec_, elements, slices_);
}

Cost SramCim::area() const {
  return published_area(spec_);
}

}  // namespace ohm
