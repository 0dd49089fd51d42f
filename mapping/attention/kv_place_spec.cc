// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/kv_place_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {

void KvMemorySpec::visit(Visitor& v) {
  v.nested_component(Field("memory", "a memory beside every chip, for keys and values").must(),
                     "component", memory);
}

void KvPlaceSpec::visit(Visitor& v) {
  v.value(Field("place",
                "tiles: buffers, beyond them the chip's DRAM; auto: the first that has room of "
                "buffers and memories; or the name of one of the memories"),
          place);
  v.nested_list(Field("memories", "memories for keys and values alone, the best first"), memories);
  v.value(Field("levelling",
                "of cells that wear out: ring: all positions take turns; none: every request "
                "begins at the first one")
              .one_of({"ring", "none"}),
          levelling);
  v.value(Field("requests",
                "sequences per second for the lifetime; 0 Hz: back to back, as the workload runs")
              .between(0, 1e12),
          requests);
  const auto named = [&](const KvMemorySpec& each) { return each.memory.name == place; };
  v.rule(
      place == "tiles" || place == "auto" || std::any_of(memories.begin(), memories.end(), named),
      "place",
      fmt::format("'{}'; expected tiles, auto or the name of an entry of kv.memories", place));
}

}  // namespace ohm
