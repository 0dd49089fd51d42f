// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/larger/parallelism.h"
#include "mapping/structure/estimate_structure.h"

namespace ohm {

/// Compares what map.tensor_parallel: auto takes with ways to spread each layer over 1, 2, 4, …
/// chips side by side, up to those that a row of the largest layer's tiles reaches over. The latter
/// only where the system leaves the columns open and has rows for them, nothing is asked that bands
/// cannot do and, unless chip.larger is `chips`, the chips are there.
///
/// Taken is the least energy of the workload × its makespan, of equal ones the narrowest.
/// Break-even is found between two powers of two of positions by halving, to a sixteenth; decode
/// steps are those of StructureModel::decoding(). Throws what estimate_structure() throws.
Parallelism choose_parallelism(const TransformerSpec& network, const ChipSpec& chip,
                               const Workload& workload, Fidelity fidelity);

}  // namespace ohm
