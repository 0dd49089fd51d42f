// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/bounds.h"

#include <algorithm>

namespace ohm {
namespace {

using Times = std::vector<Picoseconds>;

Picoseconds end_of(const Step& step, const Times& ends, Picoseconds ready, Index positions) {
  for (const Index before : step.after) ready = std::max(ready, ends[static_cast<size_t>(before)]);
  return ready + step.latency + step.extra(positions);
}

/// Token after token: what a token waits for belongs to itself or to the token before it.
Picoseconds decoder_path(const TokenPlan& plan, const Request& request, Index first) {
  Times ends(plan.steps.size(), 0), next;
  Picoseconds last = 0;
  for (Index t = first; t < request.tokens(); ++t) {
    const Picoseconds released = t >= request.prompt ? last : 0;
    next.assign(plan.steps.size(), 0);
    for (size_t k = 0; k < plan.steps.size(); ++k) {
      const Step& step = plan.steps[k];
      if (!applies(step, request, t) || !takes_turn(step, 0, t)) continue;
      const bool waits = step.order == StepOrder::in_order && t > first;
      const Picoseconds ready = std::max(released, waits ? ends[k] : 0);
      next[k] = end_of(step, next, ready, positions_of(request, t));
      last = std::max(last, next[k]);
    }
    std::swap(ends, next);
  }
  return last;
}

/// Step after step, so that a barrier finds the gate of every token done.
Picoseconds encoder_path(const TokenPlan& plan, const Request& request) {
  const auto tokens = static_cast<size_t>(request.tokens());
  std::vector<Times> ends(tokens, Times(plan.steps.size(), 0));
  Picoseconds last = 0;
  for (size_t k = 0; k < plan.steps.size(); ++k) {
    const Step& step = plan.steps[k];
    Picoseconds opened = 0;
    for (size_t t = 0; step.gate >= 0 && t < tokens; ++t) {
      if (!step.waits_for(static_cast<Index>(t))) continue;
      opened = std::max(opened, ends[t][static_cast<size_t>(step.gate)]);
    }
    for (size_t t = 0; t < tokens; ++t) {
      const auto token = static_cast<Index>(t);
      if (!applies(step, request, token) || !takes_turn(step, 0, token)) continue;
      const bool waits = step.order == StepOrder::in_order && t > 0;
      const Picoseconds ready = std::max(opened, waits ? ends[t - 1][k] : 0);
      ends[t][k] = end_of(step, ends[t], ready, positions_of(request, static_cast<Index>(t)));
      last = std::max(last, ends[t][k]);
    }
  }
  return last;
}

}  // namespace

Picoseconds critical_path(const TokenPlan& plan, const Request& request, Index first) {
  return request.decoder ? decoder_path(plan, request, first) : encoder_path(plan, request);
}

Bounds lower_bounds(const TokenPlan& plan, const Request& request) {
  Bounds bounds;
  bounds.critical_path = critical_path(plan, request);
  const auto work = resource_work(plan, request);
  const auto most = std::max_element(work.begin(), work.end());
  if (most == work.end() || *most == 0) return bounds;
  bounds.busiest = *most;
  bounds.busiest_resource = plan.resources[static_cast<size_t>(most - work.begin())].name();
  return bounds;
}

}  // namespace ohm
