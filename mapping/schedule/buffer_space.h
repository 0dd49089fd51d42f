// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <functional>
#include <queue>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "mapping/schedule/deposits.h"

namespace ohm {

/// A step of a token that may start now; it had been waiting for space since `ready`.
struct Granted {
  Index job = 0, step = 0;
  Picoseconds ready = 0;
};

/// The buffers of all tiles while a schedule is made: one counter of bytes for each.
///
/// A step that is ready takes the space of all its deposits, or of none and waits: so much credit
/// its sender has. Of a tile's space, what one token needs belongs to the oldest token that has
/// still business with the tile; all others share the rest, and those that wait are served oldest
/// first. So the oldest token of all never waits for space, and no schedule can get stuck (the
/// banker of Dijkstra, EWD 108, with one claim for all). A token that needs more than there is
/// passes through in pieces: it has the tile to itself. Older: of an earlier phase, then of a lower
/// job; where tokens wait at barriers, which only those of their own sequence hold up, first of a
/// lower sequence.
class BufferSpace {
 public:
  explicit BufferSpace(const TokenPlan& plan);

  /// A token of a sequence joins with the steps that apply to it; jobs are numbered from 0 in
  /// their order.
  void enter(const std::vector<bool>& applies, Index sequence = 0);

  /// Whether the step has got its space; else it waits until free_next() names it.
  bool reserve(Index job, Index step, Picoseconds ready);

  /// The step has been scheduled and ends at `end`.
  void finish(Index job, Index step, Picoseconds end);

  /// Whether any space is taken.
  bool waits() const { return !releases_.empty(); }

  /// When space will be free next; the largest time if never.
  Picoseconds next() const;

  /// Frees all that is free then; returns the steps that may start.
  std::vector<Granted> free_next();

  /// By tile: the most that was taken at once; of a token in pieces, all there is.
  std::vector<std::int64_t> peaks() const;

 private:
  using Unit = std::pair<Index, Index>;                 // phase (of its sequence), job
  using Waiter = std::tuple<Unit, Index, Picoseconds>;  // and step, ready
  static constexpr Unit kNobody{-1, -1};
  using Release = std::tuple<Picoseconds, Index, Index>;  // time, job, step

  struct Line {  // of the tokens that have still business in a stay
    Index stay = 0, phase = 0;
    std::deque<Index> jobs;
  };

  struct Tile {
    std::int64_t space = 0, need = 0, taken = 0, peak = 0;
    std::vector<Line> lines;                          // by sequence, then by phase
    size_t stays = 0;                                 // lines of one sequence
    size_t first = 0;                                 // line with tokens
    Unit oldest = kNobody;                            // with business here
    std::int64_t held_by_oldest = 0;                  // of what is taken
    std::vector<std::pair<Unit, std::int64_t>> held;  // by all
    std::set<Waiter> waiting;
  };

  struct Job {
    std::vector<Index> unread;           // by step: readers that have not been scheduled
    std::vector<Picoseconds> last_read;  // by step
    std::vector<Index> left;             // by stay: deposits to come or to be freed
    Index deposits = 0;                  // of all stays
  };

  Unit unit_of(Index job, Index step) const {
    const Index first = first_phase_[static_cast<size_t>(job)];
    return {first + deposits_.phase[static_cast<size_t>(step)], job};
  }
  Tile& tile_of(const StayDeposit& deposit) { return tiles_[static_cast<size_t>(deposit.tile)]; }
  bool has_room(const Tile& tile, const Unit& unit, std::int64_t bytes) const;
  bool take(const Waiter& waiter);
  static void hold(Tile& tile, const Unit& unit, std::int64_t bytes);
  void add_lines(Tile& tile, Index first_phase);
  void find_oldest(Tile& tile);
  void serve(Tile& tile, std::vector<Granted>& granted);
  void free(Index job, Index step);

  const PlanDeposits deposits_;
  std::vector<Tile> tiles_;
  std::vector<Job> jobs_;
  std::vector<Index> first_phase_;  // by job: phases of all sequences are numbered on
  Index n_phases_ = 1;
  std::priority_queue<Release, std::vector<Release>, std::greater<>> releases_;
};

}  // namespace ohm
