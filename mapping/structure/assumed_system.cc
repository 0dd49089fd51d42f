// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/assumed_system.h"

#include <algorithm>
#include <cmath>

#include "mapping/chip/chip.h"

namespace ohm {
namespace {

LinkSpec ucie_standard() {
  LinkSpec link;
  link.name = "link_ucie_standard";
  link.source = "D. Das Sharma, UCIe, IEEE Hot Interconnects 2025, as reported by Converge Digest";
  link.energy = Joules(0.6e-12 * 8) / Bytes(1.0);  // 0.6 pJ/bit
  link.energy_low = Joules(0.5e-12 * 8) / Bytes(1.0);
  link.bandwidth = BytesPerSecond(64e9);
  link.latency = Seconds(1e-9);
  link.beachfront = Metres(571.5e-6);
  return link;
}

}  // namespace

SystemSpec assumed_system(const ChipSpec& chip) {
  ChipSpec alone = chip;
  alone.system.clear();
  alone.dram_at.clear();
  const Index shorter = std::min(chip.mesh.columns, chip.mesh.rows);
  const double edge = static_cast<double>(shorter) * compile_chip(alone).link_length.si();
  LevelSpec level;
  level.link = ucie_standard();
  const double fit = std::floor(0.5 * edge / level.link.beachfront.si());
  level.links_per_edge = static_cast<Index>(std::clamp(fit, 1.0, 65536.0));
  return {level};
}

}  // namespace ohm
