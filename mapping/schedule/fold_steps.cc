// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/fold_steps.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace ohm {
namespace {

/// Keeps the later of two waits for one server.
void add_wait(std::vector<Wait>& waits, const Wait& wait) {
  for (Wait& known : waits) {
    if (known.server != wait.server) continue;
    known.delay = std::max(known.delay, wait.delay);
    return;
  }
  waits.push_back(wait);
}

}  // namespace

StepFolder::StepFolder(const std::vector<Step>& steps, Index batch)
    : steps_(steps),
      batch_(batch),
      past_(steps.size()),
      ends_(steps.size()),
      apart_(steps.size(), 0) {
  for (const Step& step : steps) {
    Picoseconds& longest = held_.emplace_back(0);
    for (const Claim& claim : step.claims) longest = std::max(longest, claim.busy);
  }
}

Picoseconds StepFolder::longest_hold(size_t k, const StepTime& time) const {
  const bool grows = !steps_[k].claims.empty() && !steps_[k].hops;
  return held_[k] + (grows ? time.occupied : 0);
}

FoldedSteps StepFolder::fold(const std::vector<StepTime>& times) {
  FoldedSteps folded;
  left_at_.assign(steps_.size() + 1, 0);
  for (size_t k = 0; k < steps_.size(); ++k) {
    if (times[k].applies) add(k, times, folded);
  }
  return folded;
}

void StepFolder::add(size_t k, const std::vector<StepTime>& times, FoldedSteps& folded) {
  const StepTime& time = times[k];
  std::vector<Wait> after;
  Picoseconds apart = std::numeric_limits<Picoseconds>::max();
  for (const Index before : steps_[k].after) {
    const auto b = static_cast<size_t>(before);
    if (!times[b].applies) continue;
    for (const Wait& wait : ends_[b]) add_wait(after, wait);
    apart = std::min(apart, apart_[b]);
  }
  if (after.empty()) {
    after.push_back({-1, 0});
    apart = 0;  // released at any time
  }
  Past& past = past_[k];
  past.apart = past.seen ? std::min(past.apart, apart) : apart;
  past.seen = true;
  past.waits = past.waits || k == 0 || !never_waits(k, time, apart);
  if (!past.waits) {
    for (Wait& wait : after) wait.delay += time.latency + time.repeated;
    ends_[k] = std::move(after);
    apart_[k] = apart;
  } else {
    ends_[k] = {{std::ssize(folded.servers), time.repeated}};
    folded.servers.push_back({k, std::move(after)});
    const Picoseconds held = steps_[k].hops ? 0 : longest_hold(k, time);
    apart_[k] = steps_[k].order == StepOrder::in_order ? 0 : std::max(held, past.apart);
  }
  for (const Wait& wait : ends_[k]) leave_after(wait, folded);
}

void StepFolder::leave_after(const Wait& wait, FoldedSteps& folded) {
  size_t& at = left_at_[static_cast<size_t>(wait.server + 1)];
  if (at == 0) {
    folded.left.push_back(wait);
    at = folded.left.size();
  } else {
    Wait& known = folded.left[at - 1];
    known.delay = std::max(known.delay, wait.delay);
  }
}

/// Tokens of one sequence are `batch_` others apart.
bool StepFolder::never_waits(size_t k, const StepTime& time, Picoseconds apart) const {
  if (longest_hold(k, time) > apart) return false;
  return steps_[k].order != StepOrder::in_order || time.latency / batch_ < past_[k].apart ||
         time.latency == 0;
}

}  // namespace ohm
