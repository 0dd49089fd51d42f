// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/link_spec.h"

#include <fmt/format.h>

#include "core/error.h"

namespace ohm {
namespace {

Bytes checked(std::int64_t bytes) {
  if (bytes >= 0) return Bytes(static_cast<double>(bytes));
  throw ArgumentError(fmt::format("link: {} bytes; expected at least 0", bytes));
}

}  // namespace

void LinkSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from").must(), source);
  v.value(Field("energy", "energy per byte, transmitter and receiver").must().at_least(0), energy);
  v.value(Field("energy_low", "the least that sources say; 0 J/B: as energy").at_least(0),
          energy_low);
  v.value(Field("energy_high", "the most that sources say; 0 J/B: as energy").at_least(0),
          energy_high);
  v.value(Field("bandwidth", "bytes per second in one direction").must().between(1e3, 1e18),
          bandwidth);
  v.value(Field("latency", "from die to die, one way").must().between(0, 1), latency);
  v.value(Field("area", "area of one end; 0 m2: not published").at_least(0), area);
  v.value(Field("beachfront", "die edge of one end; 0 m: not published, or under the die")
              .must()
              .at_least(0),
          beachfront);
  v.value(Field("static_power", "power drawn without traffic").at_least(0), static_power);
  v.rule(energy_low <= energy, "energy_low", "more than energy; expected at most that");
  v.rule(energy_high.si() == 0.0 || energy_high >= energy, "energy_high",
         "less than energy; expected at least that");
}

Cost link_cost(const LinkSpec& link, std::int64_t bytes) {
  const Bytes moved = checked(bytes);
  const auto or_middle = [&](JoulesPerByte e) { return e.si() == 0.0 ? link.energy : e; };
  Cost cost;
  cost.count = bytes;
  cost.energy = link.energy * moved;
  cost.energy_low = or_middle(link.energy_low) * moved;
  cost.energy_high = or_middle(link.energy_high) * moved;
  cost.busy = moved / link.bandwidth;
  cost.source = link.source;
  return cost;
}

Seconds transfer_time(const LinkSpec& link, std::int64_t bytes) {
  return link.latency + checked(bytes) / link.bandwidth;
}

}  // namespace ohm
