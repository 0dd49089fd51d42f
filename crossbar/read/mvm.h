// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/tensor.h"
#include "crossbar/product/integer_rows.h"
#include "crossbar/program/program.h"
#include "crossbar/read/mvm_counts.h"

namespace ohm {

struct MvmResult {
  Matrix<double> y;  ///< (tokens, columns): x · W in units of (input step × weight step)
  MvmCounts counts;
};

/// Reads a programmed matrix: every weight slice × input slice × row group through its own ADC.
///
/// x: (tokens, rows) signed integers of input.bits. `tokens` numbers the rows of x and keys the
/// noise of their conversions, so results depend neither on how tokens are batched nor on
/// `threads` (0: all available), and equal those of mvm_reference() bit for bit. With ideal devices
/// and a range that holds every sum, y is the integer product, exactly. Throws ArgumentError for a
/// wrong shape, an input out of range, or a missing calibration.
MvmResult mvm(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
              std::span<const std::uint32_t> tokens, int threads = 1);

/// Throws ArgumentError where an input does not fit into input.bits.
void check_inputs(const Macro& macro, const IntegerRows& x);

/// Throws ArgumentError for a wrong shape, an input out of range, or a missing calibration.
void check_read(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
                std::span<const std::uint32_t> tokens);

}  // namespace ohm
