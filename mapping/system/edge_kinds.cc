// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/edge_kinds.h"

#include <fmt/format.h>

#include "core/error.h"

namespace ohm {
namespace {

/// The entry of `kinds` that is this one, made where there is none.
Index entry_of(const EdgeSpec& edge, std::vector<EdgeKind>& kinds) {
  const Index n = std::ssize(kinds);
  for (Index k = 0; k < n; ++k) {
    const EdgeKind& kind = kinds[static_cast<size_t>(k)];
    if (kind.level == 0 && static_cast<const EdgeSpec&>(kind) == edge) return k;
  }
  kinds.push_back({edge, 0});
  return n;
}

/// Two neighbours of one unit that both name a link name the same.
void require_agreement(const std::string& chip, const SystemSpec& system,
                       const std::vector<DieSpec>& dies, const EdgeKinds& found) {
  const Index wide = system.front().columns, high = system.front().rows;
  const Index columns = columns_of_unit(system) * system.back().columns;
  const auto check = [&](Index a, Index b) {
    const Index one = found.of_chip[static_cast<size_t>(a)];
    const Index other = found.of_chip[static_cast<size_t>(b)];
    if (one < 0 || other < 0 || one == other) return;
    throw ConfigError(fmt::format(
        "chip {}: dies: {} at chip {} and {} at chip {} stand side by side and name different "
        "links; expected the same of both, or of one of them none",
        chip, dies[static_cast<size_t>(die_at(dies, a))].name, a,
        dies[static_cast<size_t>(die_at(dies, b))].name, b));
  };
  for (Index at = 0; at < std::ssize(found.of_chip); ++at) {
    if ((at % columns + 1) % wide != 0) check(at, at + 1);
    if ((at / columns + 1) % high != 0) check(at, at + columns);
  }
}

/// A link of a die joins it to something.
void require_neighbours(const std::string& chip, const SystemSpec& system,
                        const std::vector<DieSpec>& dies) {
  if (system.empty() || system.front().columns * system.front().rows > 1) return;
  for (const DieSpec& die : dies) {
    if (die.links.empty()) continue;
    throw ConfigError(fmt::format(
        "chip {}: dies: {} names links, but stands alone in its package (system: the first level "
        "is one chip); expected a neighbour there, or no links",
        chip, die.name));
  }
}

}  // namespace

EdgeKinds edge_kinds(const std::string& chip, const SystemSpec& system,
                     const std::vector<DieSpec>& dies) {
  require_neighbours(chip, system, dies);
  EdgeKinds found;
  for (const LevelSpec& level : system) {
    found.kinds.push_back({level, std::ssize(found.kinds)});
  }
  for (const DieSpec& die : dies) {
    if (die.links.empty()) continue;
    found.of_chip.resize(static_cast<size_t>(n_chips(system)), -1);
    const Index kind = entry_of(die.links.front(), found.kinds);
    for (const Index at : die.at) found.of_chip[static_cast<size_t>(at)] = kind;
  }
  if (found.kinds.size() > kMostEdgeKinds) {
    throw ConfigError(
        fmt::format("chip {}: dies: {} different links beside those of system; "
                    "expected at most {} of both together",
                    chip, found.kinds.size() - system.size(), kMostEdgeKinds));
  }
  if (!found.of_chip.empty()) require_agreement(chip, system, dies, found);
  return found;
}

}  // namespace ohm
