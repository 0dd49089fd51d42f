// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/tensor.h"
#include "crossbar/program/program.h"
#include "crossbar/read/read_plan.h"

namespace ohm {

/// How far the sums spread that fidelity fused does not convert one by one, in ADC steps, over 32
/// of the inputs x, (tokens, rows), or over uniform_inputs() where x has fewer than 8: the median
/// over the outputs of the tile where it is least; infinite where nothing is rounded.
///
/// Below kDitheringSpread the twin of every conversion answers otherwise than one linear map. Of an
/// output, the mean square over its conversions, weighted as their rounding errors are in the
/// product; noise counts. Sums that are whole numbers of steps do not spread between codes.
double least_spread(const Macro& macro, const ProgrammedMatrix& matrix, const ReadPlan& plan,
                    const Matrix<std::int32_t>& x);

/// Inputs that are independent and uniform over input.bits: (32, rows).
Matrix<std::int32_t> uniform_inputs(const Macro& macro, Index rows);

}  // namespace ohm
