// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "mapping/schedule/token_plan.h"

namespace ohm {

/// The business that every token has with a tile's buffer between two barriers.
struct Stay {
  Index tile = 0, phase = 0;
  std::int64_t need = 0;  ///< bytes that one token holds at most, in whatever order its steps run
};

/// A deposit and the stay that it is part of.
struct StayDeposit {
  Index stay = 0, tile = 0;
  std::int64_t bytes = 0;
};

/// What a plan's deposits mean: when they are free again, and what a token needs.
///
/// A deposit is free when every step that reads it has ended: the steps that follow its own. A step
/// that claims nothing and takes no time passes on what it reads. Phases are counted by barriers: a
/// step behind one belongs to the phase after the gate's.
struct PlanDeposits {
  std::vector<Index> phase;                      ///< by step
  std::vector<std::vector<Index>> readers;       ///< by step: those of its deposits
  std::vector<std::vector<Index>> reads;         ///< by step: the steps whose deposits it reads
  std::vector<std::vector<StayDeposit>> placed;  ///< by step: one per tile, none of no bytes
  std::vector<Stay> stays;                       ///< by tile, then phase
};

/// Whether the step only joins the ways of several copies.
bool passes_on(const Step& step);

/// Phases of all steps of a plan.
std::vector<Index> phases_of(const TokenPlan& plan);

/// The steps that read what each step deposits; none for those without deposits.
std::vector<std::vector<Index>> readers_of(const TokenPlan& plan);

/// ArgumentError where a deposit is read behind a barrier: tokens would wait for space that all of
/// them hold (see hold_over_barriers()).
PlanDeposits deposits_of(const TokenPlan& plan);

/// Whether all that the tokens leave that can be on their way at once fits, so that none waits for
/// space; true where the plan bounds nothing.
bool always_fits(const TokenPlan& plan, const Request& request);

}  // namespace ohm
