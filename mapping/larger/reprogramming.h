// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// A stack on fewer chips than it needs: its weights are written, part by part.
struct RewrittenStack {
  Index parts = 1;            ///< that take turns on the chips
  Index passes = 1;           ///< of the request through the stack
  Index writes = 1;           ///< of all its weights: one per pass, or one if the chips hold them
  double cells = 0.0;         ///< written each time
  Seconds time;               ///< of writing them once
  bool memory_bound = false;  ///< whether reading the weights, not the pulses, takes that long
  Joules energy;              ///< of writing them once, with reading the weights

  // Break-even: tokens per pass from which on rewriting is no worse; infinite: never.
  double chips_energy = 0.0;     ///< energy, against Reprogramming::chips_instead
  double streamed_energy = 0.0;  ///< energy, against digital units that read weights in every pass
  double streamed_time = 0.0;    ///< time, likewise
};

/// A network on fewer chips than it needs: its weights are rewritten, part by part, in every pass.
///
/// A pass takes all prompts, or one token of every sequence, through all parts, one after the
/// other; of two stacks all sources through the first, then one token of every answer through the
/// second, whose figures these are.
struct Reprogramming : RewrittenStack {
  std::optional<RewrittenStack> source;  ///< the first of two stacks, with keys for the second
  bool taken = true;                     ///< else it was only compared with more chips
  Index chips_instead = 1;               ///< that hold all weights at once
  Seconds lifetime;      ///< of the median cell, which holds every part in turn, pass by pass
  std::string decision;  ///< why weights are rewritten
};

}  // namespace ohm
