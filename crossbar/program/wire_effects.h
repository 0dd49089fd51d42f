// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>

#include "crossbar/program/cells.h"
#include "crossbar/wires/gated_ladder.h"
#include "crossbar/wires/mean_loss.h"
#include "crossbar/wires/network.h"

namespace ohm {

/// How the resistance of wires enters the sums of a macro.
enum class WireModel {
  none,     ///< ideal wires, or a loss that is only reported
  gain,     ///< every sum is scaled by the mean loss
  matrix,   ///< driven arrays: cells are replaced by the effective conductances, exactly
  ladders,  ///< gated arrays: every bitline is solved for every input, exactly
  networks  ///< a network per input, exactly: source lines along wordlines, or nonlinear cells
};

/// The model that array.ir_drop asks for; none where every resistance is zero. Nonlinear cells
/// under several amplitudes are a network per input even without wires.
WireModel wire_model(const Macro& macro);

/// The load of an array in which `conducting` of `programmed` inputs are read together.
ArrayLoad array_load(const Macro& macro, Index conducting, Index programmed, Siemens mean,
                     double activity);

/// Resistances of a driven array.
WireResistances driven_wires(const ArraySpec& array);

/// Resistances of a gated array whose source lines run along its bitlines.
GatedWires gated_wires(const ArraySpec& array);

/// Replaces every cell of a driven array by the conductance that it shows from outside.
///
/// array.wire_cache keeps the solutions on disk. Exact while cells are ohmic: the network is linear
/// and every wordline is driven, 0 V included, so that the outputs are a matrix product with the
/// effective conductances. With mux gating the bitlines that wait are cut off: one network for each
/// phase of the mux. Throws SolveError where a network cannot be solved.
void apply_driven_wires(const Macro& macro, TileCells& cells);

/// The bitlines of one tile of gated cells as ladders, one set per side and one for the references;
/// rows of the array below the tile lengthen them.
struct TileLadders {
  std::array<std::shared_ptr<const GatedLadder>, 2> side;
  std::shared_ptr<const GatedLadder> reference;
};
TileLadders tile_ladders(const Macro& macro, const TileCells& cells);

}  // namespace ohm
