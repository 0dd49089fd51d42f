// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/lean_plan.h"

namespace ohm {
namespace {

constexpr double kMostSteps = 1e7;

void require_steps(const Mapping& mapping, const TokenPlan& plan, const Request& pass) {
  const double steps = static_cast<double>(plan.steps.size()) * static_cast<double>(pass.tokens()) *
                       static_cast<double>(pass.batch);
  if (steps <= kMostSteps) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} steps of the layers whose tiles are gated (gating: idle_tiles); "
      "expected at most {:.0g}: lower prompt, generate or batch, or gate unused_tiles only",
      mapping.network.spec.name, steps, kMostSteps));
}

/// Tiles that work in the same steps are powered at the same times.
struct AlikeTiles {
  std::vector<Index> first;                   ///< by class: a tile of it
  std::vector<size_t> class_of;               ///< by tile of the rule
  std::vector<std::vector<Index>> worked_by;  ///< by step: classes, as their first tiles
};

AlikeTiles alike_tiles(const TokenPlan& plan, const GatingRule& rule) {
  std::map<Index, std::vector<size_t>> steps_of;  // by tile
  for (const Index tile : rule.tiles) steps_of[tile];
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    for (const Claim& claim : plan.steps[k].claims) {
      for (const Index tile : rule.tiles_of[static_cast<size_t>(claim.resource)]) {
        std::vector<size_t>& steps = steps_of[tile];
        if (steps.empty() || steps.back() != k) steps.push_back(k);
      }
    }
  }
  AlikeTiles alike{{}, {}, std::vector<std::vector<Index>>(plan.steps.size())};
  std::map<std::vector<size_t>, size_t> seen;
  for (const auto& [tile, steps] : steps_of) {
    const auto [at, fresh] = seen.try_emplace(steps, alike.first.size());
    if (std::binary_search(rule.tiles.begin(), rule.tiles.end(), tile)) {
      alike.class_of.push_back(at->second);
    }
    if (!fresh) continue;
    alike.first.push_back(tile);
    for (const size_t k : steps) alike.worked_by[k].push_back(tile);
  }
  return alike;
}

/// The lean plan, gated by one tile of each class. A resource of the step's own, which it occupies
/// no longer than any other, says what it works.
TokenPlan gated_plan(const TokenPlan& plan, const AlikeTiles& alike, GatingRule rule) {
  TokenPlan gated = lean_plan(plan);
  rule.tiles = alike.first;
  rule.tiles_of.assign(gated.resources.size(), {});
  for (size_t k = 0; k < gated.steps.size(); ++k) {
    if (alike.worked_by[k].empty()) continue;
    gated.steps[k].claims.push_back({std::ssize(gated.resources), 0, 0});
    gated.resources.push_back({ResourceKind::digital, alike.worked_by[k].front()});
    rule.tiles_of.push_back(alike.worked_by[k]);
  }
  gated.gating = std::move(rule);
  return gated;
}

}  // namespace

GatedLayers::GatedLayers(const Mapping& mapping, const std::vector<Band>& bands,
                         const Reduction& reduction)
    : mapping_(mapping), experts_(bands.size()) {
  std::map<int, size_t> band_of;  // by layer; what lies before and behind the layers stands once
  std::vector<Index> held(bands.size(), 0);
  for (size_t b = 0; b < bands.size(); ++b) {
    band_of.emplace(bands[b].layer, b);
    layers_.push_back(reduction.stands_for(bands[b].layer));
  }
  struct Content {
    size_t band = 0;
    bool experts = true;
  };
  std::map<Index, Content> contents;  // by tile, as the gating rule sorts them
  for (size_t i = 0; i < mapping.placement.slots.size(); ++i) {
    const auto m = static_cast<size_t>(mapping.partition.blocks[i].matmul);
    const StaticMatmul& matmul = mapping.network.matmuls[m];
    Content& content = contents[mapping.placement.slots[i].tile];
    content.band = band_of.at(matmul.layer);
    content.experts = content.experts && matmul.expert >= 0;
  }
  for (const auto& [tile, content] : contents) {
    if (content.experts) experts_[content.band].push_back(tiles_.size());
    tiles_.push_back({0, 0, layers_[content.band]});
    ++held[content.band];
  }
  for (const Band& band : bands) {
    const size_t b = band_of.at(band.layer);
    unlisted_.push_back(&band == &bands[b] ? std::max<Index>(0, band.tiles - held[b]) : 0);
  }
}

void GatedLayers::add(const TokenPlan& plan, const Request& pass) {
  require_steps(mapping_, plan, pass);
  const GatingRule rule = gating_rule(mapping_, plan);
  const AlikeTiles alike = alike_tiles(plan, rule);
  const Schedule s = schedule(gated_plan(plan, alike, rule), pass);
  for (size_t t = 0; t < tiles_.size(); ++t) {
    const size_t by = alike.class_of[t];
    tiles_[t].powered += s.makespan - s.gated.off[by];
    tiles_[t].woken += s.gated.woken[by];
  }
}

Gated GatedLayers::over(Picoseconds makespan) const {
  Gated result;
  const auto count = [&](const Tile& tile) {
    const Picoseconds off = std::max<Picoseconds>(0, makespan - tile.powered);
    const auto number = static_cast<size_t>(tile.number);
    result.off.insert(result.off.end(), number, off);
    result.woken.insert(result.woken.end(), number, tile.woken);
    result.wake_ups += tile.number * tile.woken;
  };
  for (const Tile& tile : tiles_) count(tile);
  for (size_t b = 0; b < experts_.size(); ++b) {
    Tile mean;
    for (const size_t t : experts_[b]) {
      mean.powered += tiles_[t].powered;
      mean.woken += tiles_[t].woken;
    }
    const auto n = static_cast<std::int64_t>(std::max<size_t>(1, experts_[b].size()));
    count({mean.powered / n, mean.woken / n, unlisted_[b] * layers_[b]});
  }
  return result;
}

}  // namespace ohm
