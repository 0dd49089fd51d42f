// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/index.h"
#include "mapping/schedule/power_gates.h"
#include "mapping/schedule/workload.h"
#include "mapping/system/leaders.h"

namespace ohm {

using Picoseconds = std::int64_t;

/// What only one step can use at a time.
enum class ResourceKind {
  macros,
  digital,
  attention,
  link,
  array,  ///< that several matrices share
  dram,
  chip_link,  ///< between chips; packages and boards: groups of chips
  package_link,
  board_link,
};

/// "macros", "digital", "attention", "noc_link", "shared_array", "dram", "chip_link",
/// "package_link", "board_link".
const char* to_string(ResourceKind kind);

/// Whether messages pass through it: on chip, or between chips.
inline bool is_link(ResourceKind kind) {
  return kind == ResourceKind::link || kind > ResourceKind::dram;
}

struct Resource {
  ResourceKind kind = ResourceKind::macros;
  Index number = 0;         ///< of the matmul, the tile, the link, the array or the chip
  std::string matmul = {};  ///< its name
  Index copy = 0;           ///< of the matmul

  /// "h.0.ffn.up", "h.0.ffn.up (copy 1)", "digital of tile 3", "noc link 17", "chip_link 4",
  /// "shared array 9", "dram", "dram of chip 1".
  std::string name() const;
};

/// A resource that a step occupies from `offset` after its start, for `busy` and while it grows.
struct Claim {
  static constexpr Picoseconds kAsStep = -1;

  Index resource = 0;
  Picoseconds offset = 0, busy = 0;
  Leaders behind = {};   ///< of a link: the claims of this step that lead to it
  Picoseconds tail = 0;  ///< of a link: until links behind it that are left out have let go
  /// For each position that the step grows by, no longer than the step itself does.
  Picoseconds per_position = kAsStep;
};

/// Which tokens of a sequence a step is for.
enum class StepTokens {
  every,
  first,       ///< the class token of an encoder
  not_first,   ///< the patches of an image
  generating,  ///< tokens of a decoder whose output is wanted
};

/// How often a step waits for other tokens of its sequence.
enum class StepOrder {
  free,
  in_order,  ///< after the same step of the token before
  barrier,   ///< after `gate` of every token
};

/// Time that a step takes on top, for the positions its token attends to.
struct Growth {
  Index shared_by = 1;           ///< positions are dealt out to so many tiles
  Picoseconds per_position = 0;  ///< of the tile with most of them
  Index beyond = 0;              ///< positions that cost nothing
  Picoseconds start_up = 0;      ///< once, if any position costs something; occupies nothing
  // on lanes, in whole passes over all elements of the token, if that takes longer
  Index elements = 0;    ///< of one position
  Index lanes = 1;       ///< elements at a time
  Picoseconds pass = 0;  ///< for `lanes` elements
  Index always = 0;      ///< positions of every token, as of a source; 0: those it attends to
  Index window = 0;      ///< positions of a token at most; 0: all that it attends to

  bool operator==(const Growth&) const = default;
};

/// Bytes that a step leaves in the buffer of a tile, from when it is ready until the last step that
/// follows it has ended.
struct Deposit {
  Index tile = 0;
  std::int64_t bytes = 0;
};

/// One action for one token. Its result is there `latency` (plus growth) after its start.
struct Step {
  Index vertex = 0;
  std::string action;  ///< "mvm", "multicast", "softmax", …
  std::vector<Claim> claims;
  Picoseconds latency = 0;
  Growth growth;
  std::vector<Index> after;  ///< steps of the same token, all earlier in the plan
  bool hops =
      false;  ///< each claim starts as soon as it can behind those before it, not all at once
  StepTokens tokens = StepTokens::every;
  StepOrder order = StepOrder::free;
  Index gate = -1;  ///< of a barrier: the step that must be done for every token …
  Index gate_first = 0, gate_last = -1;  ///< … or for these; last -1: up to the last token
  Index turns = 1;                       ///< copies deal tokens out among them: one in so many …
  Index turn = 0;  ///< … those whose number plus that of their sequence leave this remainder
  std::vector<Deposit> deposits = {};
  std::int64_t spilled = 0;  ///< bytes to (or from) DRAM, of a sequence, that buffers cannot keep

  /// Time on top for a token that attends to `positions`.
  Picoseconds extra(Index positions) const;
  /// The part of it that occupies the resources: of claims that grow by parts, the largest.
  Picoseconds occupation(Index positions) const;
  /// What of that time, of one token or of many, occupies the claim's resource.
  Picoseconds grown(const Claim& claim, Picoseconds occupied) const {
    if (claim.per_position == Claim::kAsStep || occupied == 0) return occupied;
    return occupied / growth.per_position * claim.per_position;
  }
  Picoseconds held(const Claim& claim, Picoseconds occupied) const {
    return claim.busy + grown(claim, occupied);
  }
  /// Whether a barrier waits for this token.
  bool waits_for(Index token) const {
    return token >= gate_first && (gate_last < 0 || token <= gate_last);
  }
};

/// What happens to every token, in an order in which every step follows those it waits for.
struct TokenPlan {
  std::vector<Resource> resources;
  std::vector<Step> steps;
  GatingRule gating = {};
  std::vector<std::int64_t> space = {};  ///< by tile: bytes for deposits; empty: not bounded
};

/// Whether the step is for token `token` of the request.
bool applies(const Step& step, const Request& request, Index token);

/// Whether it is this step's turn at that token of that sequence.
bool takes_turn(const Step& step, Index sequence, Index token);

/// Tokens first … last of all sequences that the step is for, its turns counted.
std::int64_t applications_in_batch(const Step& step, const Request& request, Index first,
                                   Index last);

/// Tokens first … last of one sequence that the step is for, with every turn.
std::int64_t applications(const Step& step, const Request& request, Index first, Index last);

/// Positions that a token attends to.
Index positions_of(const Request& request, Index token);

/// Total time that each resource is occupied over the whole request: the sum of its work.
std::vector<Picoseconds> resource_work(const TokenPlan& plan, const Request& request);

}  // namespace ohm
