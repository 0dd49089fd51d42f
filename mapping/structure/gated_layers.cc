// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/gated_layers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "core/error.h"
#include "mapping/estimate/static_cost.h"
#include "mapping/schedule/schedule.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/gated_plan.h"

namespace ohm {
namespace {

constexpr double kMostSteps = 1e7;
/// A claim that is copied with its tiles, in claims that are simulated.
constexpr double kCopied = 300.0;

double tokens_of(const Request& request) {
  return static_cast<double>(request.tokens()) * static_cast<double>(request.batch);
}

Request prompts_of(Request pass) {
  pass.generate = std::min<Index>(1, pass.generate);
  return pass;
}

void require_steps(const Mapping& mapping, const TokenPlan& plan, double tokens) {
  const double steps = static_cast<double>(plan.steps.size()) * tokens;
  if (steps <= kMostSteps) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} steps of the layers whose tiles are gated (gating: idle_tiles); "
      "expected at most {:.0g}: lower prompt, generate or batch, or gate unused_tiles only",
      mapping.network.spec.name, steps, kMostSteps));
}

/// Layers of the network for each that is kept.
double layers_for_each(const Reduction& reduction) {
  Index all = 0, kept = 0;
  for (const LayerRun& run : reduction.runs) {
    all += run.layers;
    kept += run.kept;
  }
  return static_cast<double>(all) / static_cast<double>(kept);
}

/// What `few` tokens and `half` as many take goes on to `all`.
std::vector<double> lengthened_to(double all, double few, const std::vector<double>& of_few,
                                  double half, const std::vector<double>& of_half) {
  std::vector<double> longer;
  for (size_t i = 0; i < of_few.size(); ++i) {
    const double each = std::max(0.0, of_few[i] - of_half[i]) / (few - half);
    longer.push_back(of_few[i] + each * (all - few));
  }
  return longer;
}

/// How late the first token is, which found its tiles asleep.
void wait_for_tiles(const TokenPlan& gated, Request first, ComposedTimes& times) {
  first.prompt = first.batch = first.stride = 1;
  first.generate = std::min<Index>(1, first.generate);
  const Schedule asleep = schedule(gated, first);
  if (asleep.gated.waited == 0) return;
  times.exact = false;
  if (times.fidelity == "shape") return;  // lower bounds
  TokenPlan awake = gated;
  awake.gating = {};
  const Picoseconds late = asleep.makespan - schedule(awake, first).makespan;
  for (Picoseconds& output : times.outputs) output += late;
  times.makespan += late;
}

}  // namespace

GatedLayers::GatedLayers(const Mapping& mapping, const std::vector<Band>& bands,
                         const Reduction& reduction)
    : mapping_(mapping), reduction_(reduction) {
  std::map<Index, int> layer_of;  // by tile, as the gating rule sorts them: that of its last block
  for (size_t i = 0; i < mapping.placement.slots.size(); ++i) {
    const auto m = static_cast<size_t>(mapping.partition.blocks[i].matmul);
    layer_of[mapping.placement.slots[i].tile] = mapping.network.matmuls[m].layer;
  }
  for (const auto& [tile, layer] : layer_of) {
    const std::vector<double> none(static_cast<size_t>(reduction.stands_for(layer)), 0.0);
    tiles_.push_back({none, none});
    unlisted_ -= std::ssize(none);
  }
  unlisted_ = std::max<Index>(0, unlisted_ + tiles_of(bands, reduction));
}

GatedLayers::Carried GatedLayers::carried(const TokenPlan& plan, Index most) const {
  Carried result;
  result.layers = carry_on(mapping_, plan, reduction_, most, [&](const TokenPlan& full) {
    GatedPlan gated = gate_alike(full, gating_rule(mapping_, full));
    result.gates = std::move(gated.gates);
    result.of_tile = std::move(gated.of_tile);
    return std::move(gated.plan);
  });
  return result;
}

/// Periods of each run that may be carried on for so many tokens, copying them included.
Index GatedLayers::periods_within(const Carried& kept, const TokenPlan& plan, double tokens,
                                  double work) const {
  const double of_kept = event_work(kept.layers.plan) * tokens + kCopied * event_work(plan);
  const double of_others = (layers_for_each(reduction_) - 1.0) * of_kept;
  const double share = std::clamp((work - of_kept) / of_others, 0.0, 1.0);
  return static_cast<Index>(share * static_cast<double>(kept.layers.most_left()));
}

GatedLayers::Powered GatedLayers::of(const Schedule& schedule) {
  Powered powered;
  for (size_t gate = 0; gate < schedule.gated.off.size(); ++gate) {
    powered.time.push_back(static_cast<double>(schedule.makespan - schedule.gated.off[gate]));
    powered.woken.push_back(static_cast<double>(schedule.gated.woken[gate]));
  }
  return powered;
}

GatedLayers::Powered GatedLayers::of_prompts(const Carried& carried, const Request& prompts,
                                             const std::optional<Shortening>& shortening) {
  const TokenPlan& plan = carried.layers.plan;
  if (!shortening) return of(schedule(plan, prompts));
  std::vector<std::pair<double, Powered>> runs;
  lengthened(prompts, *shortening, [&](const Request& few) {
    const Schedule s = schedule(plan, few);
    runs.emplace_back(tokens_of(few), of(s));
    return s.outputs;
  });
  if (runs.size() == 1) return runs.front().second;
  const auto& [few, of_few] = runs[0];
  const auto& [half, of_half] = runs[1];
  const double all = tokens_of(prompts);
  return {lengthened_to(all, few, of_few.time, half, of_half.time),
          lengthened_to(all, few, of_few.woken, half, of_half.woken)};
}

GatedLayers::Powered GatedLayers::generated(const Carried& carried, const Request& pass,
                                            const ComposedTimes& times) {
  TokenPlan roomy = carried.layers.plan;
  roomy.space.clear();  // tokens wait in the tiles of layers left out
  const std::vector<Picoseconds> starts(times.outputs.begin(), times.outputs.begin() + pass.batch);
  std::vector<Repeat> repeats;  // before the last period, so that it and what follows stay together
  for (const CarriedRun& run : carried.layers.runs) {
    const size_t at = run.ends.size() > 2 ? 1 : 0;
    repeats.push_back({run.ends[at + 1], run.ends[at], run.left});
  }
  return of(schedule_generated(roomy, pass, {}, {repeats, starts}));
}

/// What stands behind the layers may use the last copy, which then is like no other; those left out
/// are like the one that is `behind` before it.
void GatedLayers::count(const Carried& carried, const Powered& powered, size_t behind) {
  for (size_t t = 0; t < tiles_.size(); ++t) {
    const std::vector<size_t>& gates = carried.gates[t];
    const size_t layers = tiles_[t].time.size(), last = gates.size() - 1;
    const size_t inner = layers == gates.size() ? last : last - std::min(last, behind);
    for (size_t layer = 0; layer < layers; ++layer) {
      const size_t gate = gates[layer + 1 == layers ? last : std::min(layer, inner)];
      tiles_[t].time[layer] += powered.time[gate];
      tiles_[t].woken[layer] += powered.woken[gate];
    }
  }
}

/// As the next pass finds tiles, of two stacks, all layers of which are kept.
void GatedLayers::leave(const Carried& all, const Gated& gated) {
  left_ = {gated.after.since, {}};
  for (const auto& [tile, gate] : all.of_tile) {
    while (std::ssize(left_.gates) <= tile) left_.gates.push_back(left_.of(tile));
    left_.gates[static_cast<size_t>(tile)] = gated.after.of(gate);
  }
}

void GatedLayers::count_whole(const Carried& all, const Request& pass, ComposedTimes& times) {
  const Schedule events = schedule(all.layers.plan, pass);
  count(all, of(events));
  if (pass.first_stack) leave(all, events.gated);
  if (events.gated.waited == 0) return;
  if (!times.exact || times.fidelity == "shape") {
    return wait_for_tiles(all.layers.plan, pass, times);
  }
  times.outputs = events.outputs;
  times.makespan = events.makespan;
}

void GatedLayers::add(TokenPlan plan, const Request& pass, ComposedTimes& times, double work) {
  plan.gating = gating_rule(mapping_, plan);
  plan.gating.before = left_;
  const Carried kept = carried(plan, 0);
  if (kept.layers.is_whole()) {
    require_steps(mapping_, plan, tokens_of(pass));
    return count_whole(kept, pass, times);
  }
  const auto within = [&](double tokens) { return periods_within(kept, plan, tokens, work); };
  const auto through = [&](Index more) { return carried(plan, std::max<Index>(2, more)); };
  const bool are_events = times.exact || times.fidelity != "shape";
  if (are_events && within(tokens_of(pass)) == kept.layers.most_left()) {
    const Carried all = through(kept.layers.most_left());
    if (all.layers.is_whole()) return count_whole(all, pass, times);
  }
  const Request prompts = prompts_of(pass);
  const double later = tokens_of(pass) - tokens_of(prompts);
  require_steps(mapping_, plan, later + (times.shortening ? 0.0 : tokens_of(prompts)));
  const Carried entered = through(times.carried);
  count(entered, of_prompts(entered, prompts, times.shortening));
  wait_for_tiles(entered.layers.plan, pass, times);
  if (later == 0.0) return;
  const Carried ring = through(within(later));
  count(ring, generated(ring, pass, times), 2);
}

Gated GatedLayers::over(Picoseconds makespan) const {
  Gated result;
  for (const Powered& tile : tiles_) {
    for (size_t layer = 0; layer < tile.time.size(); ++layer) {
      result.off.push_back(std::max<Picoseconds>(0, makespan - std::llround(tile.time[layer])));
      result.woken.push_back(std::llround(tile.woken[layer]));
      result.wake_ups += result.woken.back();
    }
  }
  result.off.insert(result.off.end(), static_cast<size_t>(unlisted_), makespan);
  result.woken.insert(result.woken.end(), static_cast<size_t>(unlisted_), 0);
  return result;
}

}  // namespace ohm
