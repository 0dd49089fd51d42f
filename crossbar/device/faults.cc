// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/faults.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.h"
#include "crossbar/device/device.h"

namespace ohm {
namespace {

std::vector<char> dead_lines(double share, const CellDraws& array, Purpose purpose, Index n) {
  std::vector<char> dead(static_cast<size_t>(n), 0);
  if (share == 0.0) return dead;
  std::vector<float> uniform(dead.size());
  array.uniforms(purpose, uniform);
  for (size_t i = 0; i < dead.size(); ++i) dead[i] = static_cast<double>(uniform[i]) < share;
  return dead;
}

/// Positions in the order of `less` on their damage, equal ones in the order of their position.
template <class Less>
std::vector<Index> ranked(std::span<const double> damage, Less less) {
  std::vector<Index> order(damage.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::stable_sort(order.begin(), order.end(), [&](Index p, Index q) {
    return less(damage[static_cast<size_t>(p)], damage[static_cast<size_t>(q)]);
  });
  return order;
}

}  // namespace

void FaultSpec::visit(Visitor& v) {
  v.value(Field("dead_wordline", "share of wordlines that are dead").between(0, 1), dead_wordline);
  v.value(Field("dead_bitline", "share of bitlines that are dead").between(0, 1), dead_bitline);
  v.value(Field("spare_bitlines", "columns per array that replace the worst").between(0, 65536),
          spare_bitlines);
}

std::vector<signed char> stuck_cells(const DeviceSpec& cell, const CellDraws& draws,
                                     Index n_cells) {
  std::vector<signed char> stuck(static_cast<size_t>(n_cells), 0);
  if (cell.stuck_low + cell.stuck_high == 0.0) return stuck;
  std::vector<float> uniform(stuck.size());
  draws.uniforms(Purpose::stuck_cell, uniform);
  for (size_t j = 0; j < stuck.size(); ++j) {
    const double u = static_cast<double>(uniform[j]);
    if (u < cell.stuck_low) {
      stuck[j] = -1;
    } else if (u < cell.stuck_low + cell.stuck_high) {
      stuck[j] = 1;
    }
  }
  return stuck;
}

void apply_stuck(const DeviceSpec& cell, const CellDraws& draws, std::span<double> g) {
  if (cell.stuck_low + cell.stuck_high == 0.0) return;
  const auto stuck = stuck_cells(cell, draws, std::ssize(g));
  for (size_t j = 0; j < g.size(); ++j) {
    if (stuck[j] != 0) g[j] = (stuck[j] < 0 ? cell.g_min : cell.g_max).si();
  }
}

std::vector<char> dead_wordlines(const FaultSpec& spec, const CellDraws& array, Index n) {
  return dead_lines(spec.dead_wordline, array, Purpose::dead_wordline, n);
}

std::vector<char> dead_bitlines(const FaultSpec& spec, const CellDraws& array, Index n) {
  return dead_lines(spec.dead_bitline, array, Purpose::dead_bitline, n);
}

void silence(std::span<const char> wordlines, std::span<const char> bitlines, Matrix<double>& g) {
  if (std::ssize(wordlines) != g.rows || std::ssize(bitlines) != g.cols) {
    throw ArgumentError(
        fmt::format("dead lines: {} wordlines and {} bitlines for an array of {} x {} cells",
                    wordlines.size(), bitlines.size(), g.rows, g.cols));
  }
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) {
      const bool dead =
          wordlines[static_cast<size_t>(i)] != 0 || bitlines[static_cast<size_t>(j)] != 0;
      if (dead) g(i, j) = 0.0;
    }
  }
}

std::vector<Replacement> plan_repair(std::span<const double> damage,
                                     std::span<const double> spare_damage) {
  for (const auto values : {damage, spare_damage}) {
    if (std::any_of(values.begin(), values.end(), [](double d) { return std::isnan(d); })) {
      throw ArgumentError("repair: a damage is NaN; expected numbers, infinite for a dead column");
    }
  }
  const auto worst = ranked(damage, std::greater<>()), best = ranked(spare_damage, std::less<>());
  std::vector<Replacement> plan;
  for (size_t k = 0; k < std::min(worst.size(), best.size()); ++k) {
    if (!(damage[static_cast<size_t>(worst[k])] > spare_damage[static_cast<size_t>(best[k])]))
      break;
    plan.push_back({worst[k], best[k]});
  }
  return plan;
}

}  // namespace ohm
