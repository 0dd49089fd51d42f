// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "crossbar/program/cells.h"

namespace ohm {

/// The digital gain on each output of a tile that undoes the mean drift between programming and
/// now; empty where macro.compensation.kind is none or nothing has aged.
///
/// Model: one-hot probe inputs are read right after programming and again at device.age; the factor
/// of an array (global) or of an output (column) is the ratio of its mean absolute outputs (Joshi
/// et al., Nat. Commun. 11, 2473, 2020). Noise and quantisation of the probe reads are left out:
/// they average over the wordlines.
std::vector<double> drift_compensation(const Macro& macro, const EncodedTile& tile,
                                       const TileCells& aged, const ChipDraw& draw,
                                       std::uint32_t strip);

}  // namespace ohm
