// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/rram_kv.h"

#include <fmt/format.h>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/macro_timing.h"
#include "crossbar/cost/mvm_energy.h"
#include "crossbar/device/update_cost.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {
namespace {

void require_cells(const ChipSpec& chip) {
  if (chip.macro.engine.is_digital()) {
    throw ConfigError(fmt::format(
        "chip {}: attention.kind: rram_kv writes keys and values into macros like those of the "
        "weights, which are digital here; expected a macro of resistive cells",
        chip.name));
  }
  if (chip.kv_bits <= chip.macro.weight.bits) return;
  throw ConfigError(fmt::format(
      "chip {}: kv_bits: keys and values of {} bits; expected at most the {} bits that a weight of "
      "macro {} has",
      chip.name, chip.kv_bits, chip.macro.weight.bits, chip.macro.name));
}

}  // namespace

RramKv::RramKv(const ChipSpec& chip)
    : macro_(chip.macro),
      programming_(chip.macro.device.programming),
      update_(update_cost(chip.macro.device, 1.0)),
      own_writers_(chip.attention.parallel_cells > 0) {
  require_cells(chip);
  if (own_writers_) programming_.parallel_cells = chip.attention.parallel_cells;
}

Index RramKv::cells_per_element() const {
  return n_sides(macro_.weight) * std::ssize(macro_.weight.slice_bits);
}

EngineArray RramKv::array() const {
  return {inputs_per_array(macro_), weight_columns(macro_)};
}

ProductTime RramKv::product_time(Index rows, Index columns) const {
  const MacroTiming timing = macro_timing(macro_, rows, columns);
  return {timing.latency, timing.interval};
}

std::vector<ComponentCost> RramKv::product_energy(AttentionProduct, const MvmBlock& block) const {
  return mvm_energy(macro_, block, expected_activity(macro_, block, assumed_statistics(macro_)));
}

Seconds RramKv::write_time(const KvWrite& write) const {
  const Index elements = own_writers_ ? write.tile_elements : write.layer_elements;
  const auto cells = static_cast<double>(elements * cells_per_element());
  ProgrammingCost cost = update_;
  cost.cells = cells;
  cost.pulses = cells * update_.pulses;
  return programming_time(programming_, cost);
}

std::vector<ComponentCost> RramKv::write_energy(std::int64_t elements) const {
  const std::int64_t cells = elements * cells_per_element();
  return {{"kv_write", energy_of(cells, update_.joules,
                                 fmt::format("{:.3g} pulses per cell: {}", update_.pulses,
                                             macro_.device.source))}};
}

Cost RramKv::area() const {
  return macro_area_total(macro_);
}

Watts RramKv::leakage() const {
  return macro_leakage(macro_);
}

std::optional<Wear> RramKv::wear() const {
  return Wear{macro_.device.endurance, update_.cycles};
}

}  // namespace ohm
