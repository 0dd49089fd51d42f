// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/append.h"

#include <algorithm>
#include <utility>

namespace ohm {

void append(Schedule pass, Schedule& before) {
  if (before.resources.empty()) {
    before = std::move(pass);
    return;
  }
  const Picoseconds shift = before.makespan;
  for (size_t r = 0; r < pass.busy.size(); ++r) pass.busy[r] += before.busy[r];
  for (TimelineEvent& event : pass.events) {
    event.ready += shift;
    event.start += shift;
    event.end += shift;
    event.granted += shift;
  }
  for (Picoseconds& output : pass.outputs) output += shift;
  pass.events.insert(pass.events.begin(), before.events.begin(), before.events.end());
  for (const auto& [kind, time] : before.stalls) pass.stalls[kind] += time;
  for (size_t t = 0; t < pass.gated.off.size(); ++t) pass.gated.off[t] += before.gated.off[t];
  for (size_t t = 0; t < pass.gated.woken.size(); ++t) {
    pass.gated.woken[t] += before.gated.woken[t];
  }
  pass.buffer_peaks.resize(std::max(pass.buffer_peaks.size(), before.buffer_peaks.size()), 0);
  for (size_t t = 0; t < before.buffer_peaks.size(); ++t) {
    pass.buffer_peaks[t] = std::max(pass.buffer_peaks[t], before.buffer_peaks[t]);
  }
  pass.gated.wake_ups += before.gated.wake_ups;
  pass.gated.waited += before.gated.waited;
  pass.source = {before.makespan, before.bounds.critical_path};
  pass.makespan += shift;
  pass.ttft += shift;
  pass.steps += before.steps;
  pass.bounds.critical_path += before.bounds.critical_path;
  pass.bounds.busiest += before.bounds.busiest;
  before = std::move(pass);
}

}  // namespace ohm
