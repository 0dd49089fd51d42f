// SPDX-License-Identifier: Apache-2.0
#include "mapping/schedule/token_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"

namespace ohm {

const char* to_string(ResourceKind kind) {
  switch (kind) {
    case ResourceKind::macros:
      return "macros";
    case ResourceKind::digital:
      return "digital";
    case ResourceKind::attention:
      return "attention";
    case ResourceKind::link:
      return "noc_link";
    case ResourceKind::dram:
      return "dram";
    case ResourceKind::array:
      return "shared_array";
    case ResourceKind::chip_link:
      return "chip_link";
    case ResourceKind::package_link:
      return "package_link";
    case ResourceKind::board_link:
      return "board_link";
  }
  return "";
}

std::string Resource::name() const {
  switch (kind) {
    case ResourceKind::macros:
      return copy == 0 ? matmul : fmt::format("{} (copy {})", matmul, copy);
    case ResourceKind::digital:
    case ResourceKind::attention:
      return fmt::format("{} of tile {}", to_string(kind), number);
    case ResourceKind::link:
      return fmt::format("noc link {}", number);
    case ResourceKind::array:
      return fmt::format("shared array {}", number);
    case ResourceKind::dram:
      return number == 0 ? "dram" : fmt::format("dram of chip {}", number);
    case ResourceKind::chip_link:
    case ResourceKind::package_link:
    case ResourceKind::board_link:
      return fmt::format("{} {}", to_string(kind), number);
  }
  return "";
}

Picoseconds Step::occupation(Index positions) const {
  if (growth.per_position == 0) return 0;
  const Index seen = growth.always > 0 ? growth.always : tighter(positions, growth.window);
  const Index counted = seen - growth.beyond;
  if (counted <= 0) return 0;
  const Index most = (counted - 1) / growth.shared_by + 1;
  const Index passes = (most * growth.elements + growth.lanes - 1) / growth.lanes;
  return std::max(most * growth.per_position, passes * growth.pass);
}

Picoseconds Step::extra(Index positions) const {
  const Picoseconds occupied = occupation(positions);
  return occupied == 0 ? 0 : growth.start_up + occupied;
}

bool applies(const Step& step, const Request& request, Index token) {
  switch (step.tokens) {
    case StepTokens::every:
      return true;
    case StepTokens::first:
      return token == 0;
    case StepTokens::not_first:
      return token != 0;
    case StepTokens::generating:
      return token >= request.prompt - 1;
  }
  return true;
}

bool takes_turn(const Step& step, Index sequence, Index token) {
  return step.turns == 1 || (sequence + token) % step.turns == step.turn;
}

std::int64_t applications_in_batch(const Step& step, const Request& request, Index first,
                                   Index last) {
  if (step.turns == 1) return request.batch * applications(step, request, first, last);
  const auto until = [&](Index end, Index shift) {  // tokens 0 … end - 1 whose turn it is
    const Index skipped = ((step.turn - shift) % step.turns + step.turns) % step.turns;
    return end <= skipped ? 0 : (end - 1 - skipped) / step.turns + 1;
  };
  Index from = first, to = last + 1;
  if (step.tokens == StepTokens::first) to = std::min<Index>(to, 1);
  if (step.tokens == StepTokens::not_first) from = std::max<Index>(from, 1);
  if (step.tokens == StepTokens::generating) from = std::max(from, request.prompt - 1);
  std::int64_t sum = 0;
  for (Index shift = 0; from < to && shift < std::min(request.batch, step.turns); ++shift) {
    const Index sequences = (request.batch - 1 - shift) / step.turns + 1;
    sum += sequences * (until(to, shift) - until(from, shift));
  }
  return sum;
}

std::int64_t applications(const Step& step, const Request& request, Index first, Index last) {
  std::int64_t n = std::max<Index>(0, last - first + 1);
  if (n == 0) return 0;
  const bool has_first = first == 0;
  switch (step.tokens) {
    case StepTokens::every:
      return n;
    case StepTokens::first:
      return has_first ? 1 : 0;
    case StepTokens::not_first:
      return n - (has_first ? 1 : 0);
    case StepTokens::generating:
      return std::max<Index>(0, last - std::max(first, request.prompt - 1) + 1);
  }
  return n;
}

Index positions_of(const Request& request, Index token) {
  if (!request.decoder) return request.prompt;
  return tighter((token + 1) * request.stride, request.window);
}

namespace {

/// Refuses a step whose work would not be a whole number of picoseconds any more; never too late,
/// since its last token takes the longest.
void require_countable(const TokenPlan& plan, const Step& step, const Request& request,
                       std::int64_t runs) {
  constexpr double kMost = 1e18;
  const Index tokens = request.tokens();
  const double all = static_cast<double>(request.batch) * static_cast<double>(tokens);
  const Picoseconds extra = step.occupation(positions_of(request, tokens - 1));
  for (const Claim& claim : step.claims) {
    const double growing = all * static_cast<double>(step.grown(claim, extra));
    const double busy = static_cast<double>(runs) * static_cast<double>(claim.busy) + growing;
    if (busy <= kMost) continue;
    throw ArgumentError(
        fmt::format("schedule: '{}' keeps {} busy for {:.3g} s; expected at most {:.0g} s: raise "
                    "its rate (of a "
                    "DRAM: dram.bandwidth), or lower prompt, generate or batch",
                    step.action, plan.resources[static_cast<size_t>(claim.resource)].name(),
                    busy * 1e-12, kMost * 1e-12));
  }
}

}  // namespace

std::vector<Picoseconds> resource_work(const TokenPlan& plan, const Request& request) {
  std::vector<Picoseconds> work(plan.resources.size(), 0);
  const Index tokens = request.tokens();
  for (const Step& step : plan.steps) {
    const std::int64_t runs = applications_in_batch(step, request, 0, tokens - 1);
    require_countable(plan, step, request, runs);
    Picoseconds extra = 0;
    for (Index t = 0; step.growth.per_position > 0 && t < tokens; ++t) {
      if (applies(step, request, t)) extra += step.occupation(positions_of(request, t));
    }
    for (const Claim& claim : step.claims) {
      work[static_cast<size_t>(claim.resource)] +=
          runs * claim.busy + step.grown(claim, request.batch * extra);
    }
  }
  return work;
}

}  // namespace ohm
