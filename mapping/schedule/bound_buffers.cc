// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/bound_buffers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/error.h"
#include "mapping/attention/kv_place.h"
#include "mapping/schedule/deposits.h"
#include "mapping/schedule/hold_over.h"
#include "mapping/schedule/tile_space.h"

namespace ohm {
namespace {

/// Needs of one token, by tile: the largest of its phases.
std::map<Index, std::int64_t> needs_of(const TokenPlan& plan) {
  std::map<Index, std::int64_t> needs;
  for (const Stay& stay : deposits_of(plan).stays) {
    std::int64_t& need = needs[stay.tile];
    need = std::max(need, stay.need);
  }
  return needs;
}

void require_space(const StepBuilder& b, const TokenPlan& plan,
                   const std::map<Index, std::int64_t>& needs) {
  const double flit = std::ceil(static_cast<double>(b.spec().noc.flit_bits) / 8.0);
  for (const auto& [tile, need] : needs) {
    const std::int64_t space = plan.space[static_cast<size_t>(tile)];
    if (need == 0 || static_cast<double>(space) >= flit) continue;
    throw ConfigError(fmt::format(
        "chip {}: tile {} has {} B of its buffer left beside keys and values, and a token needs {} "
        "B there; expected room for a flit of {} B at least: raise buffer.capacity, or lower "
        "buffer.kv_share or batch",
        b.spec().name, tile, space, need, flit));
  }
}

/// Whole tokens whose waiting results a tile keeps.
Index kept_on(std::int64_t space, std::int64_t need, std::int64_t waiting) {
  return std::max<std::int64_t>(0, space - need) / 2 / waiting;
}

/// By crossing: tokens of a sequence that keep their result in the buffers.
std::vector<Index> kept_tokens(const StepBuilder& b, const TokenPlan& plan,
                               const std::vector<Crossing>& crossings,
                               const std::map<Index, std::int64_t>& needs) {
  std::map<Index, std::int64_t> waiting;  // by tile: bytes of one token of every sequence
  for (const Crossing& each : crossings) {
    for (const Deposit& at : plan.steps[static_cast<size_t>(each.producer)].deposits) {
      waiting[at.tile] += b.request().batch * at.bytes;
    }
  }
  std::vector<Index> kept;
  for (const Crossing& each : crossings) {
    const Step& step = plan.steps[static_cast<size_t>(each.producer)];
    const Index last = b.request().tokens() - 1;
    Index least = applications(step, b.request(), 0, last);
    for (const Deposit& at : step.deposits) {
      if (at.bytes == 0) continue;
      const auto need = needs.find(at.tile);
      least = std::min(least, kept_on(plan.space[static_cast<size_t>(at.tile)],
                                      need == needs.end() ? 0 : need->second, waiting[at.tile]));
    }
    kept.push_back(least);
  }
  return kept;
}

/// Takes what they keep from the space of their tiles.
void set_aside(const StepBuilder& b, const Step& step, Index kept, TokenPlan& plan) {
  for (const Deposit& at : step.deposits) {
    plan.space[static_cast<size_t>(at.tile)] -= kept * b.request().batch * at.bytes;
  }
}

/// How one token's share of those beyond `kept` goes to the DRAM and comes back.
HeldOver way_of(const StepBuilder& b, const Step& step, Index kept) {
  const Index all = applications(step, b.request(), 0, b.request().tokens() - 1);
  std::vector<Index> tiles;
  std::int64_t bytes = 0;
  for (const Deposit& at : step.deposits) {
    tiles.push_back(at.tile);
    bytes += at.bytes;
  }
  const double share = static_cast<double>(all - kept) / static_cast<double>(all);
  const DramSpec written = as_written(b.spec().dram);
  const Fetch out = fetch_of(b.mapping().chip, tiles, {bytes, 1, &written}, "spill");
  const Fetch back = fetch_of(b.mapping().chip, tiles, {bytes, 0, nullptr}, "restore");
  const auto part = [&](std::vector<Claim> claims) {
    for (Claim& claim : claims) {
      claim.busy = std::llround(share * static_cast<double>(claim.busy));
    }
    return claims;
  };
  HeldOver way;
  way.spill.claims = part(b.claims_of(out));
  way.spill.latency = std::max<Picoseconds>(1, std::llround(share * static_cast<double>(out.busy)));
  way.restore.claims = part(b.claims_of(back));
  way.restore.latency = std::llround(share * static_cast<double>(back.busy)) + back.start_up;
  way.spill.spilled = way.restore.spilled = (all - kept) * bytes;
  return way;
}

}  // namespace

void bound_buffers(const StepBuilder& b, TokenPlan& plan) {
  plan.space = tile_space(b.mapping(), b.request());
  const std::vector<Crossing> crossings = crossings_of(plan);
  const std::vector<HeldOver> somehow(crossings.size(), {{}, {}, false});
  const auto needs = needs_of(hold_over(plan, crossings, somehow));
  require_space(b, plan, needs);
  const std::vector<Index> kept = kept_tokens(b, plan, crossings, needs);
  std::vector<HeldOver> ways;
  for (size_t c = 0; c < crossings.size(); ++c) {
    const Step& step = plan.steps[static_cast<size_t>(crossings[c].producer)];
    const bool all = kept[c] == applications(step, b.request(), 0, b.request().tokens() - 1);
    ways.push_back(all ? HeldOver{{}, {}, true} : way_of(b, step, kept[c]));
    set_aside(b, step, kept[c], plan);
  }
  plan = hold_over(std::move(plan), crossings, ways);
}

}  // namespace ohm
