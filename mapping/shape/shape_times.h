// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/shape/phase_work.h"
#include "mapping/shape/shape_layout.h"

namespace ohm {

/// The chips that a network takes.
struct ShapeChips {
  Index columns = 1, rows = 1;  ///< of the mesh of all their tiles
  Index chips = 1, drams = 1;
  Metres link_length;  ///< between neighbouring tiles
  Watts idle_links;    ///< of all links between chips
};

/// Bytes that a request moves at least.
struct ShapeTraffic {
  std::int64_t links = 0, routers = 0;  ///< Σ over links, and over routers

  ShapeTraffic& operator+=(const ShapeTraffic& more) {
    links += more.links;
    routers += more.routers;
    return *this;
  }
};

/// Times of a pass that no schedule beats, in picoseconds.
struct ShapeTimes {
  Picoseconds prompt_path = 0;  ///< until the prompt's last token has passed (of an encoder: any)
  Picoseconds generated_path = 0;  ///< the same of all generated tokens of one sequence, added up
  BusiestWork work;
  double worked = 0.0;  ///< Σ time × arrays that work
  ShapeTraffic traffic;
};

/// Everything that the times of a pass follow from.
struct ShapeCase {
  const ShapeNetwork& network;
  const ChipSpec& chip;
  const MacroFigures& figures;
  const ShapeLayout& layout;
  const ShapeChips& chips;
  const Request& request;
};

/// Path of a token and work of every resource in one pass (of two stacks either: c.request is that
/// of the pass), by the steps of plan_tokens(): layers of one kind
/// share what does not depend on how their arrays fall on tiles. Transfers take what LeastWays
/// says; everything else takes what the schedule books, for matrices of one copy exactly.
///
/// The work of a digital unit is that of what stands with the owner of one matrix, at least that of
/// all units over the tiles in use.
ShapeTimes shape_times(const ShapeCase& c);

}  // namespace ohm
