// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/least_ways.h"

#include <algorithm>
#include <cmath>

#include "mapping/schedule/picoseconds.h"
#include "mapping/shape/short_division.h"

namespace ohm {
namespace {

const std::string kAction = "send";

Index flits(std::int64_t bytes, const NocSpec& noc) {
  return bytes == 0 ? 0 : quotient(bytes * 8 - 1, noc.flit_bits) + 1;
}

/// Ports of a tile towards its neighbours.
Index ports_of(Index columns, Index rows) {
  return std::max<Index>(1, std::min<Index>(2, columns - 1) + std::min<Index>(2, rows - 1));
}

Picoseconds crossing(const LevelSpec& level, std::int64_t bytes) {
  const auto wide = static_cast<double>(level.links_per_edge);
  return picoseconds(Bytes(static_cast<double>(bytes)) / (wide * level.link.bandwidth), kAction);
}

}  // namespace

LeastWays::LeastWays(const ChipSpec& chip, Index columns, Index rows)
    : noc_(chip.noc),
      system_(chip.system),
      line_(columns == 1 || rows == 1),
      one_chip_(chip.system.empty()),
      ports_(ports_of(columns, rows)) {
  hop_ = clocked(noc_.router_cycles + noc_.link_cycles);
  for (const LevelSpec& level : system_) {
    hop_ = std::min(hop_, clocked(noc_.router_cycles) + picoseconds(level.link.latency, kAction));
  }
  if (!one_chip_) hop_ = std::max<Picoseconds>(0, hop_ - 1);  // hops round one by one
}

Picoseconds LeastWays::clocked(Index n) const {
  return cycles(n, noc_.clock, kAction);
}

Index LeastWays::hops_to(Index away) const {
  if (line_) return (away - 1) / 2 + 1;
  const auto reached = [](Index hops) { return 2 * hops * (hops + 1); };
  auto hops = static_cast<Index>(std::sqrt(static_cast<double>(away) / 2.0));
  while (hops > 1 && reached(hops - 1) >= away) --hops;
  while (reached(hops) < away) ++hops;
  return hops;
}

Picoseconds LeastWays::serial(std::int64_t bytes) const {
  Picoseconds least = clocked(flits(bytes, noc_));
  for (const LevelSpec& level : system_) least = std::min(least, crossing(level, bytes));
  return least;
}

Picoseconds LeastWays::latency(Index hops, std::int64_t bytes) const {
  const Index hop = noc_.router_cycles + noc_.link_cycles;
  if (one_chip_) return clocked(hops * hop + flits(bytes, noc_) - 1);
  Picoseconds last = clocked(hop + flits(bytes, noc_) - 1);
  for (const LevelSpec& level : system_) last = std::min(last, hop_ + crossing(level, bytes));
  return std::max<Picoseconds>(0, (hops - 1) * hop_ + last - 1);
}

Picoseconds LeastWays::multicast(std::int64_t bytes, Index away) const {
  return away <= 0 || bytes == 0 ? 0 : latency(hops_to(away), bytes);
}

Picoseconds LeastWays::gather(std::int64_t total, Index away) const {
  return away <= 0 || total <= 0 ? 0 : latency(hops_to(away), quotient(total - 1, ports_) + 1);
}

Picoseconds LeastWays::scatter(std::int64_t each, Index away) const {
  if (away <= 0 || each == 0) return 0;
  return std::max(latency(1, quotient(each * away - 1, ports_) + 1), latency(hops_to(away), each));
}

Picoseconds LeastWays::star_link(std::int64_t total) const {
  return total <= 0 ? 0 : serial(quotient(total - 1, ports_) + 1);
}

std::int64_t LeastWays::multicast_bytes(std::int64_t bytes, Index away) const {
  // tiles of several columns (or rows) may share the link into their chip
  return away <= 0 ? 0 : bytes * (one_chip_ ? away : 1);
}

std::int64_t LeastWays::star_bytes(std::int64_t total, std::int64_t each, Index away) const {
  if (away <= 0) return 0;
  const Index n = std::max<Index>(0, away - 3);
  if (n == 0) return total;
  // Σ (hops - 1) of the n nearest places: full rings of 4 d (2) places, and some of the next one
  const Index rings = hops_to(n) - 1;
  const Index inside = line_ ? 2 * rings : 2 * rings * (rings + 1);
  const Index farther = line_ ? rings * (rings - 1) : 4 * (rings - 1) * rings * (rings + 1) / 3;
  return total + (farther + (n - inside) * rings) * each;
}

}  // namespace ohm
