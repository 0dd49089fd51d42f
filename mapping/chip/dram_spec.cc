// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/dram_spec.h"

#include <algorithm>

namespace ohm {

void DramSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("bandwidth", "sustained bytes per second, all channels together")
              .must()
              .between(1e3, 1e18),
          bandwidth);
  v.value(Field("energy", "energy per byte read or written").must().at_least(0), energy);
  v.value(Field("energy_low", "the least that sources say; 0 J/B: as energy").at_least(0),
          energy_low);
  v.value(Field("energy_high", "the most that sources say; 0 J/B: as energy").at_least(0),
          energy_high);
  v.value(Field("latency", "time to the first byte").must().between(0, 1), latency);
  v.value(Field("capacity", "bytes; 0: there is no memory beside the chip").must().at_least(0),
          capacity);
  v.value(Field("peak", "bytes per second of the interface; 0 B/s: not stated").at_least(0), peak);
  v.value(Field("channels", "independent channels, each with its share of the bandwidth")
              .between(1, 1024),
          channels);
  v.value(Field("refresh", "share of time that refresh takes").between(0, 0.5), refresh);
  v.value(Field("random",
                "share of the sustained bandwidth that single bursts at random "
                "addresses get")
              .between(0.01, 1),
          random);
  v.value(Field("background", "power without traffic, refresh included").at_least(0), background);
  v.value(Field("write_bandwidth", "sustained bytes per second written; 0 B/s: as bandwidth")
              .at_least(0),
          write_bandwidth);
  v.value(Field("write_energy", "energy per byte written; 0 J/B: as energy").at_least(0),
          write_energy);
  v.value(Field("endurance", "writes that half of the cells survive; 0: not limited").at_least(0),
          endurance);
  v.rule(peak.si() == 0.0 || bandwidth <= (1.0 - refresh) * peak, "bandwidth",
         "more than the peak of the interface less refresh; expected at most that");
  v.rule(energy_low <= energy, "energy_low", "more than energy; expected at most that");
  v.rule(energy_high.si() == 0.0 || energy_high >= energy, "energy_high",
         "less than energy; expected at least that");
}

Cost dram_cost(std::int64_t bytes, const DramSpec& dram) {
  Cost cost = energy_of(bytes, dram.energy * Bytes(1.0), dram.source);
  const auto n = static_cast<double>(bytes);
  if (dram.energy_low.si() > 0.0) cost.energy_low = n * (dram.energy_low * Bytes(1.0));
  if (dram.energy_high.si() > 0.0) cost.energy_high = n * (dram.energy_high * Bytes(1.0));
  return cost;
}

Cost dram_write_cost(std::int64_t bytes, const DramSpec& dram) {
  if (dram.write_energy.si() == 0.0) return dram_cost(bytes, dram);
  return energy_of(bytes, dram.write_energy * Bytes(1.0), dram.source);
}

Seconds occupation(const DramSpec& dram, std::int64_t bytes, DramAccess access) {
  const double share = access == DramAccess::scattered ? dram.random : 1.0;
  return Bytes(static_cast<double>(bytes)) / (share * dram.bandwidth);
}

Seconds access_time(const DramSpec& dram, std::int64_t bytes, DramAccess access, Index pieces) {
  const double idle = static_cast<double>(dram.channels) / static_cast<double>(pieces);
  const double longer = access == DramAccess::scattered ? std::max(1.0, idle) : 1.0;
  return dram.latency + longer * occupation(dram, bytes, access);
}

Cost background_cost(const DramSpec& dram, Seconds time) {
  Cost cost;
  cost.energy = cost.energy_low = cost.energy_high = dram.background * time;
  cost.source = "background power × makespan: " + dram.source;
  return cost;
}

}  // namespace ohm
