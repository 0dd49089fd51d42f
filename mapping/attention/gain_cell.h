// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/attention/attention_engine.h"
#include "mapping/attention/attention_spec.h"

namespace ohm {

/// Attention in capacitors with a transistor that reads them, after Leroux et al., Nature
/// Computational Science 5, 813 (2025).
///
/// A sub-tile is two arrays, of keys and of values. Queries are pulses whose widths have 16 levels
/// within 15 ns, keys and values voltages of 8 levels; charge-to-pulse circuits make the hard
/// sigmoid of a score and with it the pulse that drives the values, so that no softmax is computed
/// and no score converted. Hence a key must fit into one array. Latency is booked half on either
/// product. Departure: figures of one head of 64 elements and 1024 positions are dealt out evenly
/// to its cells and sub-tiles.
class GainCell : public AttentionEngine {
 public:
  /// With refresh rewrite, the times are longer by the share of time that it takes.
  explicit GainCell(const AttentionSpec& spec);

  EngineArray array() const override { return {spec_.rows, spec_.columns}; }
  ProductTime product_time(Index rows, Index columns) const override;
  std::vector<ComponentCost> product_energy(AttentionProduct product,
                                            const MvmBlock& block) const override;
  Seconds write_time(const KvWrite& write) const override;
  std::vector<ComponentCost> write_energy(std::int64_t elements) const override;
  Cost area() const override;
  /// Refreshing all cells included.
  Watts leakage() const override;
  bool replaces_softmax() const override { return true; }
  std::string refusal(const TransformerSpec& network) const override;

 private:
  const AttentionSpec spec_;
  double refreshing_ = 0.0;  // share of time
};

}  // namespace ohm
