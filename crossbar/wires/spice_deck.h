// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/tensor.h"
#include "crossbar/wires/gated_ladder.h"
#include "crossbar/wires/gated_row_line.h"
#include "crossbar/wires/network.h"

namespace ohm {

/// How a cell's current departs from G V.
///
/// I = G v0 sinh(V / v0) if v0 > 0, else I = G V + a2 V² + a3 V³ with coefficients per cell.
struct SpiceCurve {
  double v0 = 0.0;            ///< V; 0: none
  Matrix<double> a2{}, a3{};  ///< A/V² and A/V³, (n_wordlines, n_bitlines); (0, 0): none
};

/// An ngspice deck of a driven array: row voltages `v`, V, one per wordline.
///
/// `ngspice -b` finds the operating point and prints a line `i(vout<j>) = <A>` for every bitline j,
/// with 16 digits. Nodes: w<i>_<j> on wordlines, b<i>_<j> on bitlines, in<i> and out<j> at the
/// ends. A resistance of 0 joins its nodes; an open cell is left out. Throws ArgumentError on
/// anything invalid.
std::string driven_deck(const Matrix<double>& g, const WireResistances& wires,
                        std::span<const double> v, const SpiceCurve& curve = {});

/// The same of a gated array with source lines (nodes s<i>_<j>) parallel to bitlines: rows with `x`
/// = 1 are on, source lines at `v_read`, V.
std::string gated_deck(const Matrix<double>& g, const GatedWires& wires,
                       std::span<const std::uint8_t> x, double v_read,
                       const SpiceCurve& curve = {});

/// The same with source lines (nodes w<i>_<j>) parallel to wordlines.
std::string gated_row_line_deck(const Matrix<double>& g, const RowLineWires& wires,
                                std::span<const std::uint8_t> x, double v_read,
                                const SpiceCurve& curve = {});

}  // namespace ohm
