// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/update_cost.h"

#include <vector>

#include "crossbar/device/write_verify.h"

namespace ohm {
namespace {

/// A share in (0, 1) for each i, spread evenly and in an order of its own for each `factor`:
/// multiples of an irrational number, less their whole part.
double spread(Index i, double factor) {
  const double x = factor * (static_cast<double>(i) + 0.5);
  return x - static_cast<double>(static_cast<Index>(x));
}

ProgrammingCost sampled(const DeviceSpec& cell) {
  constexpr Index kCells = 4096;
  constexpr double kGolden = 0.6180339887498949, kSilver = 0.4142135623730951;
  std::vector<double> targets, start;
  for (Index i = 0; i < kCells; ++i) {
    targets.push_back((cell.g_min + spread(i, kGolden) * cell.range()).si());
    start.push_back((cell.g_min + spread(i, kSilver) * cell.range()).si());
  }
  return write_verify(cell, {}, targets, start).cost;
}

}  // namespace

ProgrammingCost update_cost(const DeviceSpec& cell, double cells) {
  const ProgrammingSpec& spec = cell.programming;
  if (spec.method == "fitted") return fitted_cost(spec, cells, cell.g_min + 0.5 * cell.range());
  ProgrammingCost cost = sampled(cell);
  const double scale = cells / cost.cells;
  cost.cells = cells;
  cost.pulses *= scale;
  cost.verify_reads *= scale;
  cost.cycles *= scale;
  cost.failed_cells *= scale;
  cost.joules = scale * cost.joules;
  cost.seconds = programming_time(spec, cost);
  return cost;
}

}  // namespace ohm
