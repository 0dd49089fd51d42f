// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/gain_cell.h"

#include <fmt/format.h>

#include "core/error.h"
#include "mapping/attention/published_array.h"
#include "mapping/network/attention_shape.h"

namespace ohm {

GainCell::GainCell(const AttentionSpec& spec) : spec_(spec) {
  if (spec.refresh != "rewrite") return;
  // every vector of an array once per retention; arrays are rewritten side by side
  refreshing_ = static_cast<double>(spec.columns) * (spec.write_time / spec.retention);
  if (refreshing_ < 1.0) return;
  throw ConfigError(
      fmt::format("attention.retention: {} vectors of {:.3g} s each take longer than {:.3g} s; "
                  "expected cells that keep them long enough to be rewritten",
                  spec.columns, spec.write_time.si(), spec.retention.si()));
}

ProductTime GainCell::product_time(Index, Index) const {
  const Seconds time = spec_.mvm_time / (1.0 - refreshing_);
  return {time, time};
}

std::vector<ComponentCost> GainCell::product_energy(AttentionProduct product,
                                                    const MvmBlock& block) const {
  return published_energy(spec_, product, block, 1);
}

Seconds GainCell::write_time(const KvWrite&) const {
  return spec_.write_time / (1.0 - refreshing_);
}

std::vector<ComponentCost> GainCell::write_energy(std::int64_t elements) const {
  return published_write(spec_, elements, 1);
}

Cost GainCell::area() const {
  return published_area(spec_);
}

Watts GainCell::leakage() const {
  if (spec_.refresh != "rewrite") return spec_.array_leakage;
  const auto cells = static_cast<double>(spec_.rows * spec_.columns);
  return spec_.array_leakage + cells * spec_.write_energy / spec_.retention;
}

std::string GainCell::refusal(const TransformerSpec& network) const {
  if (network.score_cap > 0 || network.positions == "alibi" || network.positions == "relative") {
    return "scores that are capped or have a bias by distance; a score becomes a pulse where it is "
           "made: take another kind";
  }
  const Index key = attention_shape(network).key;
  if (key <= spec_.rows) return {};
  return fmt::format(
      "keys of {} elements; a score becomes a pulse where it is made, so that a key must fit into "
      "one array of {} rows: widen attention.rows or take another kind",
      key, spec_.rows);
}

}  // namespace ohm
