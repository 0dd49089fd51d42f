// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/structure/estimate_structure.h"

namespace ohm {

/// estimate_structure(), and what chip.larger says of a network that the chips cannot hold.
///
/// chips: as many as it takes. refuse: ConfigError. reprogram: the chips that there are, whose
/// weights are rewritten part by part in every pass (see Reprogramming): a pass is all prompts, or
/// one token of every sequence; the parts' products follow each other, so that what several tokens
/// pipeline through all chips takes at most as many times longer as there are parts. auto:
/// whichever of both takes less energy per token. Of two stacks the first is written for the pass
/// of the sources, the second for every token of the answers, or once for all of them where the
/// chips hold it alone; each takes the share of the tiles that its cells are. Break-even is stated
/// wherever weights are rewritten: against more chips, and against digital units that read all
/// weights from the same DRAMs in every pass. A system that grows holds every network and takes
/// `chips` alone (ChipSpec).
///
/// Where chip.map.tensor_parallel is `cheapest`, the way that choose_parallelism() takes.
///
/// Throws what estimate_structure() throws; ConfigError for macros without resistive cells;
/// ArgumentError for gain cells that forget keys and values while weights are written.
Estimate estimate_larger(const TransformerSpec& network, const ChipSpec& chip,
                         const Workload& workload, Fidelity fidelity = Fidelity::automatic);

}  // namespace ohm
