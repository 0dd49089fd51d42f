// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/estimate/estimate.h"
#include "mapping/structure/compose_times.h"

namespace ohm {

/// What a workload costs on as many chips as the network needs: identical layers are solved once.
///
/// Chips are joined to one mesh on which every layer has a band of its own (see map_in_bands());
/// hops between chips cost what hops on a chip do. Times: see compose_times(), which the result's
/// `fidelity` and `exact` name. Energy, counts and area are sums over all layers whatever the
/// fidelity. Networks of any size: what is left out needs neither time nor memory. Links of the
/// chip's own system, copies and gating of idle tiles are left to estimate() of a mapping. Throws
/// what resolve() and estimate() throw, and ArgumentError for activity given matrix by matrix.
Estimate estimate_structure(const TransformerSpec& network, const ChipSpec& chip,
                            const Workload& workload, Fidelity fidelity = Fidelity::automatic);

}  // namespace ohm
