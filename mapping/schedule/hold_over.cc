// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/hold_over.h"

#include <algorithm>
#include <map>
#include <utility>

#include "mapping/schedule/deposits.h"
#include "mapping/schedule/step_order.h"

namespace ohm {
namespace {

/// The last barrier with which the phase of a reader begins on its way.
Index barrier_before(const TokenPlan& plan, const StepOrderTable& order,
                     const std::vector<Index>& phases, Index reader) {
  const Index phase = phases[static_cast<size_t>(reader)];
  for (Index g = reader; g >= 0; --g) {
    const Index gate = plan.steps[static_cast<size_t>(g)].gate;
    if (gate < 0 || phases[static_cast<size_t>(gate)] + 1 != phase) continue;
    if (g == reader || order.before(g, reader)) return g;
  }
  return reader;
}

/// A step of the same tokens as `like`.
Step step_like(const Step& like, Step made, const std::string& action) {
  made.vertex = like.vertex;
  made.action = action;
  made.tokens = like.tokens;
  made.turns = like.turns;
  made.turn = like.turn;
  return made;
}

/// Steps with new ones among them; numbers of old ones become those of the new plan at the end.
class Inserter {
 public:
  Inserter(TokenPlan plan, const std::vector<Crossing>& crossings,
           const std::vector<HeldOver>& ways)
      : plan_(std::move(plan)), crossings_(crossings), ways_(ways) {
    for (size_t c = 0; c < crossings.size(); ++c) {
      if (ways[c].kept) continue;
      spilled_.try_emplace(crossings[c].producer, c);
      restored_.emplace(crossings[c].late.front(), c);
    }
    drop_kept();
  }

  TokenPlan run() {
    std::vector<Step> steps = std::exchange(plan_.steps, {});
    number_.resize(steps.size());
    for (size_t k = 0; k < steps.size(); ++k) {
      const auto [from, to] = restored_.equal_range(static_cast<Index>(k));
      for (auto at = from; at != to; ++at) add_restore(steps, at->second);
      add_old(steps, k);
      const auto spill = spilled_.find(static_cast<Index>(k));
      if (spill != spilled_.end()) add_spill(steps, spill->second);
    }
    return std::move(plan_);
  }

 private:
  void drop_kept() {
    for (size_t c = 0; c < crossings_.size(); ++c) {
      if (!ways_[c].kept) continue;
      plan_.steps[static_cast<size_t>(crossings_[c].producer)].deposits.clear();
    }
  }

  Index add(Step step) {
    plan_.steps.push_back(std::move(step));
    return std::ssize(plan_.steps) - 1;
  }

  void add_spill(const std::vector<Step>& steps, size_t c) {
    const Step& producer = steps[static_cast<size_t>(crossings_[c].producer)];
    Step spill = step_like(producer, ways_[c].spill, "spill");
    spill.latency = std::max<Picoseconds>(1, spill.latency);
    spill.after = {number_[static_cast<size_t>(crossings_[c].producer)]};
    spill_of_[crossings_[c].producer] = add(std::move(spill));
  }

  void add_restore(const std::vector<Step>& steps, size_t c) {
    const Step& producer = steps[static_cast<size_t>(crossings_[c].producer)];
    const Step& barrier = steps[static_cast<size_t>(crossings_[c].barrier)];
    Step restore = step_like(producer, ways_[c].restore, "restore");
    restore.after = {spill_of_.at(crossings_[c].producer)};
    restore.deposits = producer.deposits;
    restore.order = StepOrder::barrier;
    restore.gate = number_[static_cast<size_t>(barrier.gate)];
    restore.gate_first = barrier.gate_first;
    restore.gate_last = barrier.gate_last;
    const Index added = add(std::move(restore));
    for (const Index late : crossings_[c].late) restores_of_[late].push_back({c, added});
  }

  /// Whether a step passes on to a late reader what its crossing's producer left.
  bool leads_back(const std::vector<Step>& steps, Index before, Index producer) const {
    if (before == producer) return true;
    const Step& step = steps[static_cast<size_t>(before)];
    return passes_on(step) && std::any_of(step.after.begin(), step.after.end(),
                                          [&](Index b) { return leads_back(steps, b, producer); });
  }

  void add_old(const std::vector<Step>& steps, size_t k) {
    Step step = steps[k];
    std::vector<Index> after;
    const auto& restores = restores_of_[static_cast<Index>(k)];
    for (const Index before : step.after) {
      const bool replaced = std::any_of(restores.begin(), restores.end(), [&](const auto& each) {
        return leads_back(steps, before, crossings_[each.first].producer);
      });
      if (!replaced) after.push_back(number_[static_cast<size_t>(before)]);
    }
    for (const auto& [c, restore] : restores) after.push_back(restore);
    step.after = std::move(after);
    if (step.gate >= 0) step.gate = number_[static_cast<size_t>(step.gate)];
    number_[k] = add(std::move(step));
  }

  TokenPlan plan_;
  const std::vector<Crossing>& crossings_;
  const std::vector<HeldOver>& ways_;
  std::map<Index, size_t> spilled_;        // by producer: its first crossing
  std::multimap<Index, size_t> restored_;  // by the first reader
  std::map<Index, Index> spill_of_;        // by producer
  std::map<Index, std::vector<std::pair<size_t, Index>>> restores_of_;  // by reader
  std::vector<Index> number_;                                           // by old number
};

}  // namespace

std::vector<Crossing> crossings_of(const TokenPlan& plan) {
  const std::vector<Index> phases = phases_of(plan);
  const auto readers = readers_of(plan);
  const StepOrderTable order(plan);
  std::vector<Crossing> crossings;
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    const auto producer = static_cast<Index>(k);
    std::map<Index, Crossing> by_phase;
    for (const Index reader : readers[k]) {
      const Index phase = phases[static_cast<size_t>(reader)];
      if (phase == phases[k]) continue;
      const Index barrier = barrier_before(plan, order, phases, reader);
      Crossing& crossing = by_phase.try_emplace(phase, Crossing{producer, barrier}).first->second;
      crossing.barrier = std::min(crossing.barrier, barrier);
      crossing.late.push_back(reader);
    }
    for (const auto& [phase, crossing] : by_phase) crossings.push_back(crossing);
  }
  return crossings;
}

TokenPlan hold_over(TokenPlan plan, const std::vector<Crossing>& crossings,
                    const std::vector<HeldOver>& ways) {
  if (crossings.empty()) return plan;
  return Inserter(std::move(plan), crossings, ways).run();
}

}  // namespace ohm
