// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// A network on fewer chips than it needs: its weights are rewritten, part by part, in every pass.
///
/// A pass takes all prompts, or one token of every sequence, through all parts, one after the
/// other.
struct Reprogramming {
  bool taken = true;          ///< else it was only compared with more chips
  Index parts = 1;            ///< that take turns on the chips
  Index passes = 1;           ///< of the request: its prompts, then its generated tokens
  Index chips_instead = 1;    ///< that hold all weights at once
  double cells = 0.0;         ///< written per pass
  Seconds time;               ///< of writing them once
  bool memory_bound = false;  ///< whether reading the weights, not the pulses, takes that long
  Joules energy;              ///< of writing them once, with reading the weights
  Seconds lifetime;           ///< of the median cell, which holds every part in turn, pass by pass
  std::string decision;       ///< why weights are rewritten

  // Break-even: tokens per pass from which on rewriting is no worse; infinite: never.
  double chips_energy = 0.0;     ///< energy, against chips_instead
  double streamed_energy = 0.0;  ///< energy, against digital units that read weights in every pass
  double streamed_time = 0.0;    ///< time, likewise
};

}  // namespace ohm
