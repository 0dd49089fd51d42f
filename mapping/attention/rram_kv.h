// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/device/programming.h"
#include "crossbar/macro_spec.h"
#include "mapping/attention/attention_engine.h"

namespace ohm {

/// Keys and values programmed into resistive arrays like those of the weights.
///
/// A product is an MVM of the chip's macro, with its time and energy. Writing takes the pulses and
/// verify reads that the device's own programming says (see update_cost()),
/// attention.parallel_cells of a tile at a time, or those of the device dealt out to the tiles of a
/// layer, and wears cells out.
class RramKv : public AttentionEngine {
 public:
  /// Throws ConfigError for macros without resistive cells, or with fewer bits than keys and
  /// values.
  explicit RramKv(const ChipSpec& chip);

  EngineArray array() const override;
  ProductTime product_time(Index rows, Index columns) const override;
  std::vector<ComponentCost> product_energy(AttentionProduct product,
                                            const MvmBlock& block) const override;
  Seconds write_time(const KvWrite& write) const override;
  std::vector<ComponentCost> write_energy(std::int64_t elements) const override;
  Cost area() const override;
  Watts leakage() const override;
  std::optional<Wear> wear() const override;

  /// Of a single cell.
  const ProgrammingCost& update() const { return update_; }
  Index cells_per_element() const;

 private:
  MacroSpec macro_;
  ProgrammingSpec programming_;
  ProgrammingCost update_;
  const bool own_writers_;  // of every tile; else the device's serve all tiles of a layer
};

}  // namespace ohm
