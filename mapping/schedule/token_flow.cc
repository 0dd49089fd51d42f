// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/token_flow.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "mapping/schedule/fold_steps.h"
#include "mapping/schedule/lone_steps.h"

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

class TokenFlow {
 public:
  TokenFlow(const RepeatedPlan& repeated, const Request& request)
      : plan_(repeated.plan),
        steps_(plan_.steps),
        repeats_(repeated.repeats),
        weights_(repeated.weights),
        request_(request),
        here_(steps_.size()),
        ways_(steps_.size()),
        folder_(steps_, request.batch),
        queues_(steps_),
        last_end_(steps_.size()) {
    weights_.resize(steps_.size(), 1);
    for (size_t k = 0; k < steps_.size(); ++k) {
      if (steps_[k].order != StepOrder::in_order) continue;
      last_end_[k].assign(static_cast<size_t>(request.batch), 0);
    }
    find_shared();
  }

  FlowTimes run(Index first) {
    Times release(static_cast<size_t>(request_.batch), 0);
    for (Index t = first; t < request_.tokens(); ++t) {
      prepare(t);
      if (folded_ == nullptr || here_ != folded_for_) {
        folded_ = &folder_.fold(here_);
        folded_for_ = here_;
      }
      pass(release);
      result_.makespan = std::max(result_.makespan, *std::max_element(left_.begin(), left_.end()));
      if (t >= request_.prompt - 1) {
        result_.outputs.insert(result_.outputs.end(), left_.begin(), left_.end());
      }
      release = t + 1 < request_.prompt ? entered_ : left_;
    }
    return std::move(result_);
  }

 private:
  using Times = std::vector<Picoseconds>;  // by sequence

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
      here.latency = steps_[k].latency;
      if (here.occupied > 0) here.latency += steps_[k].extra(positions);
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
      const Picoseconds held = plan_.steps[k].held(claim, here.occupied);
      shared.work += held * (shared.over_layers ? weights_[k] : 1);
      const Picoseconds before = ways_[k].path - here.repeated - here.latency + claim.offset;
      // held for a part, it may be the last to let go
      const Picoseconds whole = claim.busy + here.occupied;
      const Picoseconds behind = here.latency - claim.offset - whole + ways_[k].rest;
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

  /// The token of every sequence passes: each server takes them all, one after the other.
  void pass(const Times& release) {
    const auto& servers = folded_->servers;
    entered_ = release;
    if (ends_.size() < servers.size()) ends_.resize(servers.size());
    for (size_t i = 0; i < servers.size(); ++i) {
      const size_t k = servers[i].step;
      Times& times = ends_[i];
      wait_for(servers[i].after, release, times);
      const bool in_order = steps_[k].order == StepOrder::in_order;
      if (in_order) delay_to(last_end_[k], 0, times);
      queues_.serve(k, here_[k].occupied, times);
      if (k == 0) entered_ = times;
      for (Picoseconds& time : times) time += here_[k].latency;
      if (in_order) last_end_[k] = times;
    }
    wait_for(folded_->left, release, left_);
    for (Shared& shared : shared_) {
      if (shared.work > 0) pass(shared, release);
    }
  }

  void pass(Shared& shared, const Times& release) {
    for (size_t s = 0; s < release.size(); ++s) {
      shared.free = std::max(shared.free, release[s] + shared.head) + shared.work;
      left_[s] = std::max(left_[s], shared.free + shared.tail);
    }
  }

  /// When all of these are over, none of which is before the release.
  void wait_for(const std::vector<Wait>& waits, const Times& release, Times& times) const {
    if (waits.empty()) times = release;
    for (size_t w = 0; w < waits.size(); ++w) {
      const Index server = waits[w].server;
      const Times& before = server < 0 ? release : ends_[static_cast<size_t>(server)];
      if (w > 0) {
        delay_to(before, waits[w].delay, times);
        continue;
      }
      times.resize(before.size());
      for (size_t s = 0; s < times.size(); ++s) times[s] = before[s] + waits[w].delay;
    }
  }

  static void delay_to(const Times& before, Picoseconds delay, Times& times) {
    for (size_t s = 0; s < times.size(); ++s) times[s] = std::max(times[s], before[s] + delay);
  }

  const TokenPlan& plan_;
  const std::vector<Step>& steps_;
  const std::vector<Repeat>& repeats_;
  std::vector<Index> weights_;
  const Request request_;
  std::vector<StepTime> here_;
  std::vector<Way> ways_;
  StepFolder folder_;
  const FoldedSteps* folded_ = nullptr;  // for the token at hand
  std::vector<StepTime> folded_for_;
  LoneSteps queues_;
  std::vector<Times> ends_;      // by server
  std::vector<Times> last_end_;  // by step, where in order
  Times entered_, left_;
  std::vector<Shared> shared_;
  FlowTimes result_;
};

}  // namespace

FlowTimes flow_tokens(const RepeatedPlan& repeated, const Request& request, Index first) {
  if (!request.decoder) {
    throw ArgumentError("flow: the tokens of an encoder wait for each other; expected a decoder");
  }
  return TokenFlow(repeated, request).run(first);
}

}  // namespace ohm
