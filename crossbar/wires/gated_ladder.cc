// SPDX-License-Identifier: Apache-2.0
#include "crossbar/wires/gated_ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/parallel.h"
#include "crossbar/wires/gated_kernel.h"
#include "crossbar/wires/network.h"

namespace ohm {
namespace {

/// Beyond this conductance x resistance, a column's numbers could leave the range of a double.
constexpr double kSteepest = 0x1p60;

void check_wires(const GatedWires& wires) {
  check_resistance(wires.r_bitline, "r_bitline");
  check_resistance(wires.r_sense, "r_sense");
  check_resistance(wires.r_sourceline, "r_sourceline");
  check_resistance(wires.r_driver, "r_driver");
}

/// The wires in the units of the cells, so that the largest conductance lies in [1/2, 1).
GatedWires scaled(GatedWires wires, int exponent) {
  for (double* r : {&wires.r_bitline, &wires.r_sense, &wires.r_sourceline, &wires.r_driver}) {
    *r = std::ldexp(*r, exponent);
  }
  return wires;
}

/// Whether both lines of a column carry the same current from row to row, or one has no resistance.
bool is_single(const GatedWires& wires, Index rows) {
  return wires.r_sourceline == 0.0 || wires.feed == SourceFeed::far || rows == 1;
}

}  // namespace

GatedLadder::GatedLadder(const Matrix<double>& g, const GatedWires& wires, Index idle_rows)
    : n_wordlines_(g.rows), n_bitlines_(g.cols), idle_rows_(idle_rows) {
  check_conductances(g);
  check_wires(wires);
  if (idle_rows < 0) {
    throw ArgumentError(fmt::format("idle_rows: {} found; expected 0 or more", idle_rows));
  }
  std::frexp(*std::max_element(g.values.begin(), g.values.end()), &exponent_);
  wires_ = scaled(wires, exponent_);
  const double rows = static_cast<double>(g.rows + idle_rows);
  const double most =
      std::max({wires_.r_bitline, wires_.r_sense, wires_.r_sourceline, wires_.r_driver});
  if (!(most * rows <= kSteepest)) {
    throw ArgumentError(fmt::format(
        "g: the largest conductance times the largest resistance and {} rows is {:.3g}; "
        "expected at most {:.3g}: lower one of them",
        rows, most * rows, kSteepest));
  }
  const Index panels = (g.cols + kGatedPanel - 1) / kGatedPanel;
  cells_.assign(static_cast<size_t>(element_count({panels, g.rows, kGatedPanel}, 8)), 0.0);
  for (Index i = 0; i < g.rows; ++i) {
    for (Index j = 0; j < g.cols; ++j) {
      const Index panel = j / kGatedPanel, column = j % kGatedPanel;
      cells_[static_cast<size_t>((panel * g.rows + i) * kGatedPanel + column)] =
          std::ldexp(g(i, j), -exponent_);
    }
  }
}

void GatedLadder::currents(std::span<const std::uint8_t> x, double v_read,
                           std::span<double> currents) const {
  const Index batch = std::ssize(x) / n_wordlines_;
  if (batch * n_wordlines_ != std::ssize(x) || batch * n_bitlines_ != std::ssize(currents)) {
    throw ArgumentError(
        fmt::format("x: {} inputs for {} currents found; expected {} inputs and {} currents each",
                    x.size(), currents.size(), n_wordlines_, n_bitlines_));
  }
  const bool single = is_single(wires_, n_wordlines_ + idle_rows_);
  const bool both = wires_.feed == SourceFeed::both;
  GatedEnds ends{wires_.r_driver, wires_.r_sense, both, std::ldexp(v_read, exponent_)};
  GatedPanel panel{nullptr, n_wordlines_, 0, wires_.r_bitline, wires_.r_sourceline, idle_rows_};
  if (single) {
    panel.r_bitline += wires_.r_sourceline;
    ends.r_sense += both ? wires_.r_driver / 2.0 : wires_.r_driver;
  }
  double out[kGatedPanel];
  for (Index first = 0; first < n_bitlines_; first += kGatedPanel) {
    panel.cells = cells_.data() + first * n_wordlines_;
    panel.columns = std::min(kGatedPanel, n_bitlines_ - first);
    for (Index n = 0; n < batch; ++n) {
      (single ? single_ladder : double_ladder)(panel, ends, x.data() + n * n_wordlines_, out);
      std::copy_n(out, panel.columns, currents.data() + n * n_bitlines_ + first);
    }
  }
}

void check_gated_inputs(const Matrix<std::uint8_t>& x, Index n_wordlines, double v_read) {
  if (x.cols != n_wordlines) {
    throw ArgumentError(
        fmt::format("x: {} inputs found; expected {}, one per wordline of g", x.cols, n_wordlines));
  }
  const auto wrong = std::find_if(x.values.begin(), x.values.end(), [](auto on) { return on > 1; });
  if (wrong != x.values.end()) {
    const Index k = wrong - x.values.begin();
    throw ArgumentError(
        fmt::format("x: {} found at ({}, {}); expected 0 or 1", *wrong, k / x.cols, k % x.cols));
  }
  if (!(std::abs(v_read) <= 1e30)) {
    throw ArgumentError(fmt::format(
        "v_read: {} V found; expected a finite voltage (at most 1e30 V in size)", v_read));
  }
}

Matrix<double> gated_currents(const Matrix<double>& g, const Matrix<std::uint8_t>& x, double v_read,
                              const GatedWires& wires, int threads) {
  const GatedLadder ladder(g, wires);
  check_gated_inputs(x, g.rows, v_read);
  Matrix<double> currents(x.rows, g.cols);
  constexpr Index kRun = 16;  // inputs that share a panel while it is in the cache
  parallel_for(threads, (x.rows + kRun - 1) / kRun, [&](Index run) {
    const auto first = static_cast<size_t>(run * kRun);
    const auto count = static_cast<size_t>(std::min(kRun, x.rows - run * kRun));
    const auto m = static_cast<size_t>(g.rows), n = static_cast<size_t>(g.cols);
    ladder.currents(std::span(x.values).subspan(first * m, count * m), v_read,
                    std::span(currents.values).subspan(first * n, count * n));
  });
  return currents;
}

}  // namespace ohm
