// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/structure_assumptions.h"

#include <fmt/format.h>

namespace ohm {
namespace {

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
        "the time of the prompt is that of {} of its {} tokens, spread over its positions, and "
        "grows "
        "with their number as from half of them; layers left out add what the last one adds",
        estimate.request.prompt / (2 * estimate.stride) * 2, estimate.request.prompt);
  }
  return "times of a prompt are events of some layers; the others add what the last of these add, "
         "or less where that shrinks from layer to layer";
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
