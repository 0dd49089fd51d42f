// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/structure_assumptions.h"

#include <fmt/format.h>

namespace ohm {
namespace {

/// What a batch that generates takes for granted.
std::string about_batch(const Estimate& estimate) {
  if (estimate.request.batch == 1 || estimate.request.generate < 2) return "";
  return "; steps of the batch are those of some tokens where there are many, each in its steady "
         "round, without waiting for room in buffers where layers are left out";
}

/// None where they are those of all events.
std::string about_times(const Estimate& estimate) {
  if (estimate.fidelity == "shape") {
    return estimate.exact ? "times are closed forms, equal to those of events"
                          : "times are closed forms: no later than those of events on the same "
                            "layout, where steps that share a resource wait for each other";
  }
  if (estimate.exact) return "";
  if (estimate.stride > 1) {
    return fmt::format(
        "times of prompts are those of one token in {}, spread over sequences and positions, and "
        "grow with their number as from half of them; layers left out, if any, add what the last "
        "one adds"
        "{}",
        estimate.stride, about_batch(estimate));
  }
  return "times are events of the layers kept; those left out, if any, add what the last of these "
         "add, or less where that shrinks from layer to layer" +
         about_batch(estimate);
}

}  // namespace

std::vector<std::string> structure_assumptions(const ChipSpec& asked, const SystemSpec& system,
                                               const Estimate& estimate) {
  std::vector<std::string> assumptions;
  if (!system.empty() && asked.system.empty()) {
    assumptions.push_back(fmt::format(
        "the chip does not say what joins several: {} links of {} per edge between neighbours "
        "in a grid",
        system.front().links_per_edge, system.front().link.name));
  }
  if (asked.gating.gates_idle_tiles()) {
    assumptions.push_back(
        "tiles of layers left out wake as often, and for as long, as those simulated");
  }
  const std::string times = about_times(estimate);
  if (!times.empty()) assumptions.push_back(times);
  return assumptions;
}

}  // namespace ohm
