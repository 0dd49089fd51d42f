// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/token_flow.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "mapping/schedule/fold_steps.h"
#include "mapping/schedule/lean_plan.h"

namespace ohm {
namespace {

/// A resource of which several steps take turns.
struct Shared {
  std::vector<std::pair<size_t, size_t>> uses;  // step, claim
  bool over_layers = false;                     // one for all layers, repeated ones included
  Picoseconds free = 0;                         // when the work of all tokens so far can be done
  // of one token at the position at hand
  Picoseconds work = 0, head = 0, tail = 0;
};

/// The plan with resources of its own for every step.
TokenPlan with_lone_steps(TokenPlan plan) {
  std::vector<Resource> resources;
  for (Step& step : plan.steps) {
    for (Claim& claim : step.claims) {
      resources.push_back(plan.resources[static_cast<size_t>(claim.resource)]);
      claim.resource = std::ssize(resources) - 1;
    }
  }
  plan.resources = std::move(resources);
  return plan;
}

class TokenFlow {
 public:
  TokenFlow(const RepeatedPlan& repeated, const Request& request)
      : plan_(repeated.plan),
        lone_(lean_plan(with_lone_steps(plan_))),
        steps_(lone_.steps),
        repeats_(repeated.repeats),
        weights_(repeated.weights),
        request_(request),
        here_(steps_.size()),
        ways_(steps_.size()),
        folder_(steps_, request.batch),
        end_(steps_.size()),
        free_(steps_.size()),
        last_end_(steps_.size()) {
    weights_.resize(steps_.size(), 1);
    for (size_t k = 0; k < steps_.size(); ++k) {
      free_[k].assign(steps_[k].claims.size(), 0);
      if (steps_[k].order != StepOrder::in_order) continue;
      last_end_[k].assign(static_cast<size_t>(request.batch), 0);
    }
    find_shared();
  }

  FlowTimes run() {
    const auto batch = static_cast<size_t>(request_.batch);
    std::vector<Picoseconds> release(batch, 0);
    for (Index t = 0; t < request_.tokens(); ++t) {
      prepare(t);
      folded_ = &folder_.fold(here_);
      for (size_t s = 0; s < batch; ++s) {
        const auto [entered, left] = pass(s, release[s]);
        result_.makespan = std::max(result_.makespan, left);
        if (t >= request_.prompt - 1) result_.outputs.push_back(left);
        release[s] = t + 1 < request_.prompt ? entered : left;
      }
    }
    return std::move(result_);
  }

 private:
  /// Longest ways to the end of a step and from there, without waiting.
  struct Way {
    Picoseconds path = 0, rest = 0;
  };

  void find_shared() {
    std::vector<std::vector<std::pair<size_t, size_t>>> uses(plan_.resources.size());
    for (size_t k = 0; k < plan_.steps.size(); ++k) {
      for (size_t c = 0; c < plan_.steps[k].claims.size(); ++c) {
        uses[static_cast<size_t>(plan_.steps[k].claims[c].resource)].push_back({k, c});
      }
    }
    for (size_t r = 0; r < uses.size(); ++r) {
      const bool over_layers = plan_.resources[r].kind == ResourceKind::dram;
      const bool repeated = over_layers && uses[r].size() == 1 && weights_[uses[r][0].first] > 1;
      if (uses[r].size() > 1 || repeated) shared_.push_back({uses[r], over_layers});
    }
    result_.exact = shared_.empty();
    keep_busiest();
  }

  /// Those with most work at the first or the last position: others bound nothing, as a rule.
  void keep_busiest() {
    constexpr size_t kMost = 6;
    std::vector<bool> kept(shared_.size(), false);
    for (const Index token : {Index{0}, request_.prompt - 1, request_.tokens() - 1}) {
      prepare(token);
      std::vector<size_t> order(shared_.size());
      std::iota(order.begin(), order.end(), size_t{0});
      std::stable_sort(order.begin(), order.end(),
                       [&](size_t a, size_t b) { return shared_[a].work > shared_[b].work; });
      for (size_t i = 0; i < std::min(kMost, order.size()); ++i) kept[order[i]] = true;
    }
    std::vector<Shared> few;
    for (size_t r = 0; r < shared_.size(); ++r) {
      if (kept[r]) few.push_back(std::move(shared_[r]));
    }
    shared_ = std::move(few);
    result_.critical_path = 0;
  }

  void prepare(Index token) {
    const Index positions = positions_of(request_, token);
    for (size_t k = 0; k < steps_.size(); ++k) {
      StepTime& here = here_[k];
      here.applies = applies(steps_[k], request_, token);
      here.occupied = steps_[k].occupation(positions);
      here.latency = steps_[k].latency + steps_[k].extra(positions);
      here.repeated = 0;
      ways_[k] = {here.latency, 0};
      for (const Index before : steps_[k].after) {
        const auto b = static_cast<size_t>(before);
        if (here_[b].applies) {
          ways_[k].path = std::max(ways_[k].path, ways_[b].path + here.latency);
        }
      }
      for (const Repeat& repeat : repeats_) {
        if (repeat.last != static_cast<Index>(k)) continue;
        const Picoseconds before = ways_[static_cast<size_t>(repeat.before)].path;
        here.repeated = repeat.times * (ways_[k].path - before);
        ways_[k].path += here.repeated;
      }
    }
    look_back();
    for (Shared& shared : shared_) measure(shared);
    add_to_critical_path(token);
  }

  void look_back() {
    for (size_t k = steps_.size(); k-- > 0;) {
      if (!here_[k].applies) continue;
      const Picoseconds rest = here_[k].latency + here_[k].repeated + ways_[k].rest;
      for (const Index before : steps_[k].after) {
        Picoseconds& earlier = ways_[static_cast<size_t>(before)].rest;
        earlier = std::max(earlier, rest);
      }
    }
  }

  void measure(Shared& shared) const {
    shared.work = 0;
    shared.head = shared.tail = std::numeric_limits<Picoseconds>::max();
    for (const auto& [k, c] : shared.uses) {
      const StepTime& here = here_[k];
      if (!here.applies) continue;
      const Claim& claim = plan_.steps[k].claims[c];
      const Picoseconds held = claim.busy + here.occupied;
      shared.work += held * (shared.over_layers ? weights_[k] : 1);
      const Picoseconds before = ways_[k].path - here.repeated - here.latency + claim.offset;
      const Picoseconds behind = here.latency - claim.offset - held + ways_[k].rest;
      shared.head = std::min(shared.head, before);
      // in a repeated layer other layers may be the last to use it
      shared.tail = std::min(shared.tail, behind + (shared.over_layers ? 0 : here.repeated));
    }
  }

  void add_to_critical_path(Index token) {
    Picoseconds longest = 0;
    for (size_t k = 0; k < here_.size(); ++k) {
      if (here_[k].applies) longest = std::max(longest, ways_[k].path);
    }
    // tokens of a prompt follow each other; those that are generated wait for each other
    if (token < request_.prompt) {
      result_.critical_path = std::max(result_.critical_path, longest);
    } else {
      result_.critical_path += longest;
    }
  }

  struct Passage {
    Picoseconds entered, left;
  };

  Passage pass(size_t sequence, Picoseconds release) {
    Passage passage{release, release};
    for (size_t i = 0; i < folded_->servers.size(); ++i) {
      const size_t k = folded_->servers[i].step;
      Picoseconds ready = time_after(folded_->servers[i].after, release);
      const bool in_order = steps_[k].order == StepOrder::in_order;
      if (in_order) ready = std::max(ready, last_end_[k][sequence]);
      const Picoseconds start = steps_[k].claims.empty() ? ready : serve(k, ready);
      if (k == 0) passage.entered = start;
      end_[i] = start + here_[k].latency;
      if (in_order) last_end_[k][sequence] = end_[i];
    }
    passage.left = std::max(passage.left, time_after(folded_->left, release));
    for (Shared& shared : shared_) {
      if (shared.work == 0) continue;
      shared.free = std::max(shared.free, release + shared.head) + shared.work;
      passage.left = std::max(passage.left, shared.free + shared.tail);
    }
    return passage;
  }

  /// When all of these are over.
  Picoseconds time_after(const std::vector<Wait>& waits, Picoseconds release) const {
    Picoseconds time = release;
    for (const Wait& wait : waits) {
      const Picoseconds from = wait.server < 0 ? release : end_[static_cast<size_t>(wait.server)];
      time = std::max(time, from + wait.delay);
    }
    return time;
  }

  /// Takes the step's own copies of its resources; returns its start.
  Picoseconds serve(size_t k, Picoseconds ready) {
    return steps_[k].hops ? hop(k, ready) : join(k, ready);
  }

  Picoseconds join(size_t k, Picoseconds ready) {
    const auto& claims = steps_[k].claims;
    std::vector<Picoseconds>& free = free_[k];
    Picoseconds start = ready;
    for (size_t c = 0; c < claims.size(); ++c) start = std::max(start, free[c] - claims[c].offset);
    for (size_t c = 0; c < claims.size(); ++c) {
      free[c] = start + claims[c].offset + claims[c].busy + here_[k].occupied;
    }
    return start;
  }

  Picoseconds hop(size_t k, Picoseconds ready) {
    const auto& claims = steps_[k].claims;
    std::vector<Picoseconds>& free = free_[k];
    Picoseconds latest = ready, undisturbed = ready;
    starts_.resize(claims.size());
    for (size_t c = 0; c < claims.size(); ++c) {
      Picoseconds start = ready + claims[c].offset;
      for (const Index before : claims[c].behind) {
        const auto b = static_cast<size_t>(before);
        start = std::max(start, starts_[b] + claims[c].offset - claims[b].offset);
      }
      starts_[c] = start = std::max(start, free[c]);
      free[c] = start + claims[c].busy;
      const Picoseconds held = std::max(claims[c].busy, claims[c].tail);
      undisturbed = std::max(undisturbed, ready + claims[c].offset + held);
      latest = std::max(latest, start + held);
    }
    return ready + latest - undisturbed;
  }

  const TokenPlan& plan_;
  const TokenPlan lone_;  // every step with resources of its own
  const std::vector<Step>& steps_;
  const std::vector<Repeat>& repeats_;
  std::vector<Index> weights_;
  const Request request_;
  std::vector<StepTime> here_;
  std::vector<Way> ways_;
  StepFolder folder_;
  const FoldedSteps* folded_ = nullptr;             // for the token at hand
  std::vector<Picoseconds> end_;                    // by server
  std::vector<std::vector<Picoseconds>> free_;      // by step and claim
  std::vector<std::vector<Picoseconds>> last_end_;  // by step and sequence, where in order
  std::vector<Picoseconds> starts_;
  std::vector<Shared> shared_;
  FlowTimes result_;
};

}  // namespace

FlowTimes flow_tokens(const RepeatedPlan& repeated, const Request& request) {
  if (!request.decoder) {
    throw ArgumentError("flow: the tokens of an encoder wait for each other; expected a decoder");
  }
  return TokenFlow(repeated, request).run();
}

}  // namespace ohm
