// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mapping/estimate/estimate.h"
#include "mapping/structure/compose_times.h"

namespace ohm {

/// What a workload costs on as many chips as the network needs: identical layers are solved once.
///
/// Every layer has a band of its own on the mesh of the chip's system (see map_in_bands()), which
/// grows downwards as far as the network wants; a hop over the edge of a chip takes that level's
/// link. A chip without a system is joined by assumed_system() where one does not hold the network.
/// Keys and values are in the DRAM of their layer's chips. Times: see compose_times(), which the
/// result's `fidelity` and `exact` name. Energy, counts and area are sums over all layers whatever
/// the fidelity. Networks of any size: what is left out needs neither time nor memory. Copies,
/// gating of idle tiles and temperatures are left to estimate() of a mapping. Throws what
/// resolve(), good_package() and estimate() throw, and ArgumentError for activity given matrix by
/// matrix.
Estimate estimate_structure(const TransformerSpec& network, const ChipSpec& chip,
                            const Workload& workload, Fidelity fidelity = Fidelity::automatic);

}  // namespace ohm
