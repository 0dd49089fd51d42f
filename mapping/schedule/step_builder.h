// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "mapping/chip/map_network.h"
#include "mapping/schedule/passage.h"
#include "mapping/schedule/token_plan.h"

namespace ohm {

/// ceil(n / by); 0 of 0.
Index ceil_divide(Index n, Index by);

/// Elements on the lanes of one tile, and the bytes that its buffer moves for them.
struct LaneWork {
  Index elements = 0, cycles = 1;
  std::int64_t bytes = 0;
  std::int64_t left = 0;  ///< of the result, which stays until it has been read
};

/// Names a transfer of the copy at hand.
struct Sending {
  TransferKind kind = TransferKind::activation;
  Index vertex = 0, from = -1, round = 0;  ///< see Transfer
};

/// Grows the plan of one token step by step, on the resources of a chip.
///
/// Every method that adds a step returns its number; `after` may hold -1 for nothing. Throws
/// ArgumentError where a step takes too long (see picoseconds()).
class StepBuilder {
 public:
  /// `request` says which stack's tokens are planned where there are two.
  StepBuilder(const Mapping& mapping, const Request& request);

  const Mapping& mapping() const { return mapping_; }
  const ChipSpec& spec() const { return mapping_.chip.spec; }
  const Widths& widths() const { return mapping_.chip.widths; }
  const Network& network() const { return mapping_.network; }
  const Request& request() const { return request_; }

  Index digital_of(Index tile) const { return first_digital_ + tile; }
  Index attention_of(Index tile) const { return first_attention_ + tile; }
  /// The macros of the copy at hand, and an array that it shares with other matrices.
  Index macros_of(Index matmul) const;
  Index shared_array(Index array) const { return shared_.at(array); }
  bool shares_arrays() const { return !shared_.empty(); }
  /// From now on steps are those of copy `turn` of a matrix, which has `turns`.
  void take_turn(Index turn, Index turns);
  Index turn() const { return turn_; }
  Index home(Index vertex) const { return mapping_.placement.home[static_cast<size_t>(vertex)]; }
  /// The step that makes the result of `vertex`.
  Index& result_of(Index vertex) { return result_of_[static_cast<size_t>(vertex)]; }
  std::vector<Index> producers(Index vertex) const;

  /// A step of `vertex` for the tokens of its operator, not yet added.
  Step step(Index vertex, const std::string& action, const std::vector<Index>& after) const;
  /// Its latency covers all of its claims. Steps of an expert that stands for its group occupy its
  /// own macros and tiles for their share of the tokens, and the DRAM and the tile beside it for
  /// those of the whole group. What a step leaves in buffers is kept where these are bounded.
  Index add(Step step);
  /// What experts occupy per token, of what each of them would, added up; a group of so many takes
  /// every token (0: not known).
  Picoseconds of_experts(Picoseconds busy, Index group) const;
  Index digital(Index vertex, const std::string& action, Index tile, const LaneWork& work,
                const std::vector<Index>& after);
  /// The step waits until `gate` is done for every token.
  void wait_for_all(Index step, Index gate);
  /// The steps of a vertex that were added last, in their order.
  std::vector<Index> steps_of(Index vertex) const;
  const Step& step_at(Index number) const { return plan_.steps[static_cast<size_t>(number)]; }
  /// A long run, or so many scattered pieces.
  Index dram_read(Index vertex, const std::string& action, std::int64_t bytes,
                  const std::vector<Index>& after, Index pieces = 0);
  /// What an access to DRAM claims.
  std::vector<Claim> claims_of(const Fetch& fetch) const;
  /// The transfer of this name; returns `after` where no link is crossed.
  Index send(const Sending& name, const std::string& action, Index after);

  Picoseconds buffer_time(std::int64_t bytes, const std::string& action) const;
  Picoseconds duration(const LaneWork& work, const std::string& action) const;
  /// Bytes of `n` elements between digital operators.
  std::int64_t activations(Index n) const { return bytes_of(n, widths().activation_bits); }
  LaneWork quantisation(Index n) const;
  /// What `elements` of one tile in so many bits leave on each of them.
  std::vector<Deposit> on_each(const std::vector<Index>& tiles, std::int64_t bytes) const;

  TokenPlan take() { return std::move(plan_); }

 private:
  void add_resources();
  bool is_beside_dram(Index vertex, const std::string& action) const;
  void take_turns(Step& step) const;

  const Mapping& mapping_;
  const Request request_;
  const double expert_share_;
  TokenPlan plan_;
  std::vector<Index> result_of_;
  std::vector<Index> first_macros_;  // by matmul: its first copy
  std::map<Index, Index> shared_;    // resources by array
  Index turn_ = 0, turns_ = 1;       // of the steps that are being made
  Index first_digital_ = 0, first_attention_ = 0, first_link_ = 0, first_dram_ = 0;
};

}  // namespace ohm
