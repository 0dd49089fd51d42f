// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/voltage_sensing.h"

#include <algorithm>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"

namespace ohm {
namespace {

/// Σ of the cells on each bitline of an array, S.
std::vector<double> bitline_sums(const Matrix<double>& g) {
  std::vector<double> sums(static_cast<size_t>(g.cols), 0.0);
  for (Index i = 0; i < g.rows; ++i) {
    for (size_t j = 0; j < sums.size(); ++j) sums[j] += g.row(i)[j];
  }
  return sums;
}

}  // namespace

std::vector<double> apply_voltage_sensing(const Macro& macro, const TileCells& targets,
                                          TileCells& seen) {
  const DeviceSpec& device = macro.spec.device;
  const Index n_slices = std::ssize(macro.weight_slices),
              outputs = outputs_of(macro, seen.side[0].cols);
  const Index width = weight_columns(macro.spec);
  const double reference =
      0.5 * (device.g_min + device.g_max).si() * static_cast<double>(macro.spec.array.n_wordlines);
  std::vector<double> gain(static_cast<size_t>(seen.side[0].cols), 1.0);
  for (Index array = 0; array < arrays_across(macro, outputs); ++array) {
    Matrix<double> g = gather_array(macro, seen, array);
    const std::vector<double> sums = bitline_sums(g);
    const std::vector<double> wanted = bitline_sums(gather_array(macro, targets, array));
    for (Index i = 0; i < g.rows; ++i) {
      for (size_t j = 0; j < sums.size(); ++j) {
        if (sums[j] > 0.0) g.row(i)[j] *= reference / sums[j];
      }
    }
    scatter_array(macro, g, array, seen);
    for (Index j = array * width; j < std::min(outputs, (array + 1) * width); ++j) {
      for (Index s = 0; s < n_slices; ++s) {
        const auto bitline = static_cast<size_t>(bitline_of(macro.spec, j - array * width, s, 0));
        gain[static_cast<size_t>(s * outputs + j)] = wanted[bitline] / reference;
      }
    }
  }
  return gain;
}

}  // namespace ohm
