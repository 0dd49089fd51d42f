// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/attention/attention_engine.h"
#include "mapping/attention/attention_spec.h"

namespace ohm {

/// Keys and values in SRAM macros that multiply and add digitally, or in charge with a converter.
///
/// The published figures hold for elements of weight_bits and inputs of input_bits: wider elements
/// take several columns, wider inputs (queries, and probabilities like them) several passes, each
/// of them with the energy and time of one. A value is one row, written at once; a key is a column,
/// and its rows are written in turn.
class SramCim : public AttentionEngine {
 public:
  /// Throws ConfigError where an element is wider than the columns of an array.
  SramCim(const AttentionSpec& spec, Index kv_bits, Index query_bits);

  EngineArray array() const override { return {spec_.rows, spec_.columns / slices_}; }
  ProductTime product_time(Index rows, Index columns) const override;
  std::vector<ComponentCost> product_energy(AttentionProduct product,
                                            const MvmBlock& block) const override;
  Seconds write_time(const KvWrite& write) const override;
  std::vector<ComponentCost> write_energy(std::int64_t elements) const override;
  Cost area() const override;
  Watts leakage() const override { return spec_.array_leakage; }

 private:
  const AttentionSpec spec_;
  const Index slices_, passes_;
};

}  // namespace ohm
