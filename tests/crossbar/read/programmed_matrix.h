// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "crossbar/device/gaussian.h"
#include "crossbar/geometry.h"
#include "crossbar/program/program.h"
#include "tests/crossbar/numbers.h"

namespace ohm {

/// Cells with a programming error of `sigma` times their range.
inline void set_programming_error(MacroSpec& spec, double sigma) {
  auto model = std::make_unique<GaussianDevice>();
  model->sigma = sigma;
  spec.device.kind = "gaussian";
  spec.device.model = std::move(model);
}

/// A matrix in row tiles as high as the arrays.
inline ProgrammedMatrix programmed(const Macro& macro, const Matrix<std::int32_t>& weights,
                                   ChipDraw draw = {}) {
  return program(macro, weights, full_row_tiles(weights.rows, inputs_per_array(macro.spec)), draw);
}

}  // namespace ohm
