// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/timeline.h"

#include <set>
#include <string>

namespace ohm {
namespace {

using Json = nlohmann::ordered_json;

double microseconds(Picoseconds time) {
  return static_cast<double>(time) / 1e6;
}

int process_of(ResourceKind kind) {
  return static_cast<int>(kind) + 1;
}

Json label(const std::string& what, int pid, Index tid, const std::string& name) {
  return {{"name", what}, {"ph", "M"}, {"pid", pid}, {"tid", tid}, {"args", {{"name", name}}}};
}

Json shown(const TimelineEvent& event, const Resource& resource, const Network& network) {
  const std::string& op = network.op(event.vertex).name;
  Json shown{{"name", op + " " + event.action},
             {"cat", to_string(resource.kind)},
             {"ph", "X"},
             {"ts", microseconds(event.start)},
             {"dur", microseconds(event.end - event.start)},
             {"pid", process_of(resource.kind)},
             {"tid", resource.number},
             {"args",
              {{"sequence", event.sequence},
               {"token", event.token},
               {"waited_us", microseconds(event.start - event.ready)}}}};
  if (event.granted > event.ready) {
    shown["args"]["waited_for_buffer_us"] = microseconds(event.granted - event.ready);
  }
  return shown;
}

}  // namespace

Json timeline(const Schedule& schedule, const Network& network) {
  Json events = Json::array();
  std::set<Index> resources;
  std::set<ResourceKind> kinds;
  for (const TimelineEvent& event : schedule.events) resources.insert(event.resource);
  for (const Index r : resources) {
    const Resource& resource = schedule.resources[static_cast<size_t>(r)];
    const int pid = process_of(resource.kind);
    if (kinds.insert(resource.kind).second) {
      events.push_back(label("process_name", pid, 0, to_string(resource.kind)));
    }
    events.push_back(label("thread_name", pid, resource.number, resource.name()));
  }
  for (const TimelineEvent& event : schedule.events) {
    events.push_back(
        shown(event, schedule.resources[static_cast<size_t>(event.resource)], network));
  }
  return {{"displayTimeUnit", "ns"},
          {"otherData",
           {{"network", network.spec.name},
            {"tokens_shown", schedule.timeline_tokens},
            {"makespan_us", microseconds(schedule.makespan)}}},
          {"traceEvents", std::move(events)}};
}

}  // namespace ohm
