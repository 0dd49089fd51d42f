// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/tensor.h"

namespace ohm {

/// Shares (n_wordlines, n_bitlines), without unit, with which row voltages mix on floating
/// bitlines.
///
/// Model: a bitline that nothing drives settles where its cells' currents cancel, v_j = Σ G_ij V_i
/// / Σ G_ij: v = V @ shares, exactly linear for driven rows (a row at 0 V loads the bitlines),
/// ideal wires and cells obeying Ohm's law. A bitline whose cells are all open has shares of 0.
/// Throws ArgumentError on invalid conductances.
Matrix<double> settling_shares(const Matrix<double>& g);

/// Voltages, V, (batch, n_bitlines), where floating bitlines settle under row voltages `v` (batch,
/// n_wordlines), all rows driven. A bitline without a conducting cell keeps `v_precharge`.
/// Throws ArgumentError on invalid conductances or voltages.
Matrix<double> settled_voltages(const Matrix<double>& g, const Matrix<double>& v,
                                double v_precharge = 0.0);

/// The same for gated rows: rows with `on` = 0 (batch, n_wordlines) are cut off and load nothing,
/// so that the map from inputs to voltages is no longer linear.
Matrix<double> settled_voltages(const Matrix<double>& g, const Matrix<double>& v,
                                const Matrix<std::uint8_t>& on, double v_precharge = 0.0);

}  // namespace ohm
