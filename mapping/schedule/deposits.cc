// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/deposits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "core/error.h"
#include "mapping/schedule/heaviest_antichain.h"
#include "mapping/schedule/step_order.h"

namespace ohm {
namespace {

void add_readers(const std::vector<std::vector<Index>>& followers, const TokenPlan& plan,
                 Index step, std::vector<Index>& readers) {
  for (const Index next : followers[static_cast<size_t>(step)]) {
    if (passes_on(plan.steps[static_cast<size_t>(next)])) {
      add_readers(followers, plan, next, readers);
    } else {
      readers.push_back(next);
    }
  }
}

/// One token's deposits on one tile in one phase, by step.
using Held = std::vector<std::pair<Index, std::int64_t>>;

/// Copies of a matrix take tokens in turn: of steps that do the same, the one that leaves most.
Held without_turns(const TokenPlan& plan, const Held& held) {
  std::map<std::tuple<Index, std::string, Index>, Index> seen;  // steps of one copy so far
  std::map<std::tuple<Index, std::string, Index>, size_t> of;   // place in `kept`
  Held kept;
  for (const auto& [k, bytes] : held) {
    const Step& step = plan.steps[static_cast<size_t>(k)];
    if (step.turns == 1) {
      kept.push_back({k, bytes});
      continue;
    }
    const Index nth = seen[{step.vertex, step.action, step.turn}]++;
    const auto [at, first] = of.try_emplace({step.vertex, step.action, nth}, kept.size());
    if (first) kept.push_back({k, 0});
    kept[at->second].second = std::max(kept[at->second].second, bytes);
  }
  return kept;
}

/// The most that one token holds at once.
std::int64_t need_of(const StepOrderTable& order, const std::vector<std::vector<Index>>& readers,
                     const Held& held) {
  std::vector<std::int64_t> weights;
  std::vector<std::vector<Index>> after(held.size());
  for (size_t i = 0; i < held.size(); ++i) {
    weights.push_back(held[i].second);
    const auto& last = readers[static_cast<size_t>(held[i].first)];
    for (size_t j = i + 1; j < held.size(); ++j) {
      const auto over = [&](Index reader) { return order.before(reader, held[j].first); };
      const bool read =
          last.empty() ? over(held[i].first) : std::all_of(last.begin(), last.end(), over);
      if (read) after[i].push_back(static_cast<Index>(j));
    }
  }
  return heaviest_antichain(weights, after);
}

void require_one_phase(const TokenPlan& plan, const PlanDeposits& made) {
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    for (const Index reader : made.readers[k]) {
      if (made.phase[static_cast<size_t>(reader)] == made.phase[k]) continue;
      throw ArgumentError(fmt::format(
          "schedule: what '{}' leaves in a buffer is read by '{}' behind a barrier; expected "
          "deposits that are free before every token waits for all others",
          plan.steps[k].action, plan.steps[static_cast<size_t>(reader)].action));
    }
  }
}

/// Deposits of every step, one per tile.
std::vector<std::map<Index, std::int64_t>> by_tile(const TokenPlan& plan) {
  std::vector<std::map<Index, std::int64_t>> tiles(plan.steps.size());
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    for (const Deposit& deposit : plan.steps[k].deposits) {
      if (deposit.bytes > 0) tiles[k][deposit.tile] += deposit.bytes;
    }
  }
  return tiles;
}

}  // namespace

bool passes_on(const Step& step) {
  return step.claims.empty() && step.deposits.empty() && step.latency == 0;
}

std::vector<Index> phases_of(const TokenPlan& plan) {
  std::vector<Index> phases(plan.steps.size(), 0);
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    const Step& step = plan.steps[k];
    for (const Index before : step.after) {
      phases[k] = std::max(phases[k], phases[static_cast<size_t>(before)]);
    }
    if (step.gate >= 0) {
      phases[k] = std::max(phases[k], phases[static_cast<size_t>(step.gate)] + 1);
    }
  }
  return phases;
}

std::vector<std::vector<Index>> readers_of(const TokenPlan& plan) {
  std::vector<std::vector<Index>> followers(plan.steps.size()), readers(plan.steps.size());
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    for (const Index before : plan.steps[k].after) {
      followers[static_cast<size_t>(before)].push_back(static_cast<Index>(k));
    }
  }
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    if (plan.steps[k].deposits.empty()) continue;
    add_readers(followers, plan, static_cast<Index>(k), readers[k]);
    std::sort(readers[k].begin(), readers[k].end());
    readers[k].erase(std::unique(readers[k].begin(), readers[k].end()), readers[k].end());
  }
  return readers;
}

PlanDeposits deposits_of(const TokenPlan& plan) {
  PlanDeposits made;
  made.phase = phases_of(plan);
  made.readers = readers_of(plan);
  require_one_phase(plan, made);
  made.reads.resize(plan.steps.size());
  made.placed.resize(plan.steps.size());
  std::map<std::pair<Index, Index>, Held> stays;  // by tile and phase
  const auto tiles = by_tile(plan);
  for (size_t k = 0; k < tiles.size(); ++k) {
    if (tiles[k].empty()) continue;
    for (const Index reader : made.readers[k]) {
      made.reads[static_cast<size_t>(reader)].push_back(static_cast<Index>(k));
    }
    for (const auto& [tile, bytes] : tiles[k]) {
      stays[{tile, made.phase[k]}].push_back({static_cast<Index>(k), bytes});
    }
  }
  const StepOrderTable order(plan);
  std::map<Held, std::int64_t> needs;  // most tiles of a matrix hold the same
  for (const auto& [at, held] : stays) {
    const auto known = needs.find(held);
    const std::int64_t need = known != needs.end()
                                  ? known->second
                                  : need_of(order, made.readers, without_turns(plan, held));
    needs.try_emplace(held, need);
    for (const auto& [step, bytes] : held) {
      made.placed[static_cast<size_t>(step)].push_back({std::ssize(made.stays), at.first, bytes});
    }
    made.stays.push_back({at.first, at.second, need});
  }
  return made;
}

bool always_fits(const TokenPlan& plan, const Request& request) {
  if (plan.space.empty()) return true;
  const Index tokens = request.batch * request.prompt;  // of a sequence one is generated at a time
  if (tokens == 1) return true;
  std::vector<std::int64_t> left = plan.space;
  for (const Step& step : plan.steps) {
    for (const Deposit& at : step.deposits) left[static_cast<size_t>(at.tile)] -= tokens * at.bytes;
  }
  return std::all_of(left.begin(), left.end(), [](std::int64_t bytes) { return bytes >= 0; });
}

}  // namespace ohm
