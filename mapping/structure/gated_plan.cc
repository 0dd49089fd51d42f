// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "mapping/structure/lean_plan.h"

namespace ohm {
namespace {

/// One gate for each set of steps in which tiles work, and way in which they were left before.
struct Gates {
  Index number = 0;
  std::map<Index, Index> of_tile;
  std::vector<std::vector<Index>> of_step;
  TilesLeft before;  // by gate
};

Gates gates_of(const TokenPlan& full) {
  std::map<Index, std::vector<size_t>> steps_of;  // by tile
  for (const Index tile : full.gating.tiles) steps_of[tile];
  for (size_t k = 0; k < full.steps.size(); ++k) {
    for (const Claim& claim : full.steps[k].claims) {
      for (const Index tile : full.gating.tiles_of[static_cast<size_t>(claim.resource)]) {
        std::vector<size_t>& steps = steps_of[tile];
        if (steps.empty() || steps.back() != k) steps.push_back(k);
      }
    }
  }
  Gates gates{0, {}, std::vector<std::vector<Index>>(full.steps.size()), {}};
  gates.before.since = full.gating.before.since;
  std::map<std::pair<std::vector<size_t>, TileGate>, Index> seen;
  for (const auto& [tile, steps] : steps_of) {
    const TileGate before = full.gating.before.of(tile);
    const auto [at, fresh] = seen.try_emplace({steps, before}, gates.number);
    gates.of_tile[tile] = at->second;
    if (!fresh) continue;
    ++gates.number;
    gates.before.gates.push_back(before);
    for (const size_t k : steps) gates.of_step[k].push_back(at->second);
  }
  return gates;
}

/// The lean plan with its gates. A resource of the step's own, which it occupies no longer than any
/// other, says which ones it works.
TokenPlan lean_with(const Gates& gates, const TokenPlan& full) {
  TokenPlan lean = lean_plan(full);
  GatingRule rule = full.gating;
  rule.tiles.clear();
  for (Index gate = 0; gate < gates.number; ++gate) rule.tiles.push_back(gate);
  rule.before = gates.before;
  rule.tiles_of.assign(lean.resources.size(), {});
  for (size_t k = 0; k < lean.steps.size(); ++k) {
    if (gates.of_step[k].empty()) continue;
    lean.steps[k].claims.push_back({std::ssize(lean.resources), 0, 0});
    lean.resources.push_back({ResourceKind::digital, gates.of_step[k].front()});
    rule.tiles_of.push_back(gates.of_step[k]);
  }
  lean.gating = std::move(rule);
  return lean;
}

/// By tile of the kept layers: it and its copies, which have the higher numbers the later they are.
std::map<Index, std::set<Index>> copies_of(const GatingRule& full, const GatingRule& kept) {
  std::map<Index, std::set<Index>> copies;
  for (const Index tile : kept.tiles) copies[tile].insert(tile);
  for (size_t r = 0; r < full.tiles_of.size(); ++r) {
    for (size_t i = 0; i < full.tiles_of[r].size(); ++i) {
      const auto at = copies.find(kept.tiles_of[r][i]);
      if (at != copies.end()) at->second.insert(full.tiles_of[r][i]);
    }
  }
  return copies;
}

}  // namespace

GatedPlan gate_alike(const TokenPlan& full, const GatingRule& kept) {
  const Gates gates = gates_of(full);
  GatedPlan gated{lean_with(gates, full), {}, gates.of_tile};
  for (const auto& [tile, copies] : copies_of(full.gating, kept)) {
    std::vector<size_t>& of_copies = gated.gates.emplace_back();
    for (const Index copy : copies) {
      of_copies.push_back(static_cast<size_t>(gates.of_tile.at(copy)));
    }
  }
  return gated;
}

}  // namespace ohm
