// SPDX-License-Identifier: Apache-2.0
#include "mapping/system/die_spec.h"

#include <fmt/format.h>

#include <algorithm>

namespace ohm {

void DieSpec::visit(Visitor& v) {
  v.value(Field("name", "how reports call it").must(), name);
  v.value(Field("at", "chips of the system that are of this kind, numbered from 0 row by row")
              .must()
              .between(0, kMostSystemTiles),
          at);
  v.value(Field("attention", "whether attention of all layers is computed on these dies"),
          attention);
  v.nested_list(Field("links",
                      "link and links_per_edge of their edges to the chips beside them; without an "
                      "entry: those of the first level of system"),
                links);
  v.rule(links.size() <= 1, "links",
         fmt::format("{} entries; expected one, for all edges to the chips beside", links.size()));
  v.nested_list(Field("parts", "published parts of one die, such as PHYs and controllers"), parts);
  for (const PartSpec& part : parts) {
    v.rule(part.energy.si() == 0.0, "parts",
           fmt::format("{}: energy per {}, which only macros count; give its power", part.name,
                       part.per));
  }
  v.value(Field("leakage", "static power per area; without it: the chip's").at_least(0), leakage);
  v.nested(Field("yield", "how many of these dies are good; without it: as the others"), yield);
}

Index die_at(const std::vector<DieSpec>& dies, Index chip) {
  for (size_t d = 0; d < dies.size(); ++d) {
    const auto& at = dies[d].at;
    if (std::find(at.begin(), at.end(), chip) != at.end()) return static_cast<Index>(d);
  }
  return -1;
}

}  // namespace ohm
