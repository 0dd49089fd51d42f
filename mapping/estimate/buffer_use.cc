// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/buffer_use.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "mapping/estimate/phases.h"
#include "mapping/schedule/deposits.h"
#include "mapping/system/memory_load.h"

namespace ohm {
namespace {

/// Over links between chips, where the tiles' chips have no DRAM.
void book_links(const Mapping& mapping, const Step& step, std::int64_t bytes, const Leaf& leaf,
                Ledger& ledger) {
  if (mapping.chip.spec.dram_at.empty()) return;
  std::vector<Index> tiles;
  for (const Deposit& at : step.deposits) tiles.push_back(at.tile);
  const MemoryLoad load = memory_load(mapping.chip, tiles);
  const std::vector<EdgeKind>& edges = mapping.chip.edges;
  for (size_t k = 0; k < edges.size(); ++k) {
    const auto crossed = std::llround(load.crossed[k] * static_cast<double>(bytes));
    if (crossed == 0) continue;
    Cost cost = link_cost(edges[k].link, crossed);
    cost.busy = {};  // booked by the schedule
    Leaf link = leaf;
    link.component = link_component(edges[k].level);
    ledger.book(link, cost);
  }
}

/// Both ways: every restored vector had been spilled.
void book_restored(const Mapping& mapping, const Step& step, const Request& request,
                   Ledger& ledger) {
  const ChipSpec& spec = mapping.chip.spec;
  const Operator& op = mapping.network.op(step.vertex);
  const std::int64_t bytes = request.batch * step.spilled;
  const Leaf leaf{"dram", op.name, op.layer, phases_of(request).front().name};
  ledger.book(leaf, dram_write_cost(bytes, spec.dram));
  ledger.book(leaf, dram_cost(bytes, spec.dram));
  Leaf buffer = leaf;
  buffer.component = "buffer";
  ledger.book(buffer, energy_of(2 * bytes, spec.buffer.energy * Bytes(1.0),
                                spec.buffer.source.empty() ? spec.source : spec.buffer.source));
  book_links(mapping, step, 2 * bytes, leaf, ledger);
}

}  // namespace

BufferUse buffer_use(const TokenPlan& plan, const Request& request, const Schedule& schedule,
                     const std::function<Index(Index)>& stands_for) {
  BufferUse use;
  for (size_t t = 0; t < schedule.buffer_peaks.size(); ++t) {
    if (schedule.buffer_peaks[t] <= use.peak) continue;
    use.tile = static_cast<Index>(t);
    use.peak = schedule.buffer_peaks[t];
    use.space = plan.space[t];
  }
  std::set<Index> in_pieces;
  for (const Stay& stay : deposits_of(plan).stays) {
    use.need = std::max(use.need, stay.need);
    if (stay.need > plan.space[static_cast<size_t>(stay.tile)]) in_pieces.insert(stay.tile);
  }
  use.in_pieces = std::ssize(in_pieces);
  for (const Step& step : plan.steps) {
    if (step.action == "restore") {
      use.spilled += stands_for(step.vertex) * request.batch * step.spilled;
    }
  }
  return use;
}

BufferUse both(const BufferUse& first, const BufferUse& second) {
  BufferUse use = second.peak > first.peak ? second : first;
  use.need = std::max(first.need, second.need);
  use.in_pieces = std::max(first.in_pieces, second.in_pieces);
  use.spilled = first.spilled + second.spilled;
  return use;
}

void book_spills(const Mapping& mapping, const TokenPlan& plan, const Request& request,
                 Ledger& ledger) {
  for (const Step& step : plan.steps) {
    if (step.action == "restore") book_restored(mapping, step, request, ledger);
  }
}

}  // namespace ohm
