// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_engine.h"

#include "mapping/attention/gain_cell.h"
#include "mapping/attention/rram_kv.h"
#include "mapping/attention/sram_cim.h"
#include "mapping/chip/chip_spec.h"

namespace ohm {

std::shared_ptr<const AttentionEngine> make_attention_engine(const ChipSpec& chip) {
  const std::string& kind = chip.attention.kind;
  if (kind == "sram_cim") {
    return std::make_shared<SramCim>(chip.attention, chip.kv_bits, chip.query_bits());
  }
  if (kind == "rram_kv") return std::make_shared<RramKv>(chip);
  if (kind == "gain_cell") return std::make_shared<GainCell>(chip.attention);
  return nullptr;
}

}  // namespace ohm
