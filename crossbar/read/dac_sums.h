// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "crossbar/program/program.h"

namespace ohm {

/// Sums of amplitudes that come from DACs with errors: in codes, (n, slices · outputs).
///
/// driven: (n, range.rows), the integers of one step; each is replaced by the level of its
/// wordline's DAC, its sign kept. Levels are rounded to 1/256 LSB, so that the sums are exact.
void dac_sums(const ProgrammedTile& tile, const Matrix<std::int32_t>& driven, RowRange range,
              Matrix<double>& sums);

}  // namespace ohm
