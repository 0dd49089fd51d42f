// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/repeat_layers.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace ohm {
namespace {

using Leaves = std::map<Leaf, Cost>;

/// Leaves of one component in one layer, which follow each other.
struct Stretch {
  Leaves::const_iterator first, end;
};

Stretch stretch_from(Leaves::const_iterator first, Leaves::const_iterator end) {
  const auto behind = std::find_if(first, end, [&](const auto& each) {
    return each.first.component != first->first.component || each.first.layer != first->first.layer;
  });
  return {first, behind};
}

std::string prefix_of(int layer) {
  return "h." + std::to_string(layer) + ".";
}

/// A stretch for one of the layers that its own stands for.
struct Copy {
  std::string prefix;  // of its operators
  int layer;
  Stretch stretch;
};

/// Copies of all layers of a component, from `at` on, in the order in which leaves are kept: a
/// ledger takes what comes behind all others without a search.
std::vector<Copy> copies_from(Leaves::const_iterator& at, Leaves::const_iterator end,
                              const Reduction& reduction) {
  std::vector<Copy> copies;
  const std::string& component = at->first.component;
  while (at != end && at->first.component == component && at->first.layer >= 0) {
    const Stretch stretch = stretch_from(at, end);
    for (const int layer : reduction.layers_of(at->first.layer)) {
      copies.push_back({prefix_of(layer), layer, stretch});
    }
    at = stretch.end;
  }
  std::sort(copies.begin(), copies.end(),
            [](const Copy& a, const Copy& b) { return a.prefix < b.prefix; });
  return copies;
}

}  // namespace

void repeat_layers(const Ledger& reduced, const Reduction& reduction,
                   const std::function<bool(const Leaf&)>& wanted, Ledger& all) {
  const Leaves& leaves = reduced.leaves();
  for (auto at = leaves.begin(); at != leaves.end();) {
    if (at->first.layer < 0) {
      if (wanted(at->first)) all.book(at->first, at->second);
      ++at;
      continue;
    }
    for (const Copy& copy : copies_from(at, leaves.end(), reduction)) {
      for (auto each = copy.stretch.first; each != copy.stretch.end; ++each) {
        const auto& [leaf, cost] = *each;
        if (!wanted(leaf)) continue;
        const size_t name = leaf.op.find('.', 2) + 1;  // behind h. and its layer's number
        all.book({leaf.component, copy.prefix + leaf.op.substr(name), copy.layer, leaf.phase},
                 cost);
      }
    }
  }
}

}  // namespace ohm
