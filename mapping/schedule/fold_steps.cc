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
  followers_.resize(steps.size());
  for (size_t k = 0; k < steps.size(); ++k) {
    Picoseconds& longest = held_.emplace_back(0);
    for (const Claim& claim : steps[k].claims) longest = std::max(longest, claim.busy);
    for (const Index before : steps[k].after) followers_[static_cast<size_t>(before)].push_back(k);
  }
}

Picoseconds StepFolder::longest_hold(size_t k, const StepTime& time) const {
  return held_[k] + (steps_[k].claims.empty() ? 0 : time.occupied);
}

const FoldedSteps& StepFolder::fold(const std::vector<StepTime>& times) {
  for (Server& server : folded_.servers) spare_.push_back(std::move(server.after));
  folded_.servers.clear();
  folded_.left.clear();
  left_at_.assign(steps_.size() + 1, 0);
  for (size_t k = 0; k < steps_.size(); ++k) {
    if (times[k].applies) add(k, times);
  }
  return folded_;
}

std::vector<Wait> StepFolder::spare() {
  if (spare_.empty()) return {};
  std::vector<Wait> list = std::move(spare_.back());
  spare_.pop_back();
  list.clear();
  return list;
}

void StepFolder::add(size_t k, const std::vector<StepTime>& times) {
  const StepTime& time = times[k];
  std::vector<Wait> after = spare();
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
    std::swap(ends_[k], after);
    spare_.push_back(std::move(after));
    apart_[k] = apart;
  } else {
    ends_[k].assign(1, {std::ssize(folded_.servers), time.repeated});
    folded_.servers.push_back({k, std::move(after)});
    const Picoseconds held = steps_[k].hops ? 0 : longest_hold(k, time);
    apart_[k] = steps_[k].order == StepOrder::in_order ? 0 : std::max(held, past.apart);
  }
  if (is_followed(k, times)) return;
  for (const Wait& wait : ends_[k]) leave_after(wait);
}

bool StepFolder::is_followed(size_t k, const std::vector<StepTime>& times) const {
  return std::any_of(followers_[k].begin(), followers_[k].end(),
                     [&](size_t next) { return times[next].applies; });
}

void StepFolder::leave_after(const Wait& wait) {
  size_t& at = left_at_[static_cast<size_t>(wait.server + 1)];
  if (at == 0) {
    folded_.left.push_back(wait);
    at = folded_.left.size();
  } else {
    Wait& known = folded_.left[at - 1];
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
