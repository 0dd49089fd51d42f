// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/wire_effects.h"

#include <string>

#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/linearity.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/wires/conductance_cache.h"
#include "crossbar/wires/elimination.h"

namespace ohm {
namespace {

/// Turns in which the bitlines conduct: one where all do at once.
Index mux_phases(const Macro& macro) {
  return macro.spec.array.mux == "gating" ? conversions_per_adc(macro.spec) : 1;
}

/// Which turn bitline k takes, together with its partner.
Index phase_of(const Macro& macro, Index bitline) {
  return bitline / bitlines_per_slice(macro.spec.weight) % mux_phases(macro);
}

/// Effective conductances while only the bitlines of one phase conduct; those of others unchanged.
void solve_phase(const Macro& macro, const Matrix<double>& cells, Index phase, Matrix<double>& g) {
  Matrix<double> conducting = cells;
  for (Index j = 0; j < cells.cols; ++j) {
    if (phase_of(macro, j) == phase) continue;
    for (Index i = 0; i < cells.rows; ++i) conducting(i, j) = 0.0;
  }
  const WireResistances wires = driven_wires(macro.spec.array);
  const std::string& cache = macro.spec.array.wire_cache;
  const Matrix<double> effective = cache.empty()
                                       ? effective_conductance(conducting, wires)
                                       : cached_effective_conductance(cache, conducting, wires);
  for (Index j = 0; j < cells.cols; ++j) {
    if (phase_of(macro, j) != phase) continue;
    for (Index i = 0; i < cells.rows; ++i) g(i, j) = effective(i, j);
  }
}

}  // namespace

WireModel wire_model(const Macro& macro) {
  const ArraySpec& array = macro.spec.array;
  const std::string ir_drop = resolved_ir_drop(macro.spec);
  const bool wires = has_resistance(array) && ir_drop != "report";
  const bool driven = array.topology == "driven";
  const bool amplitudes = macro.max_input() > 1 && !drives_pulse_width(macro.spec);
  // cells are verified at the read voltage: one amplitude and no wires leave them as they are
  if (driven && macro.spec.device.iv.model != "ohmic" &&
      (amplitudes || (wires && ir_drop == "exact"))) {
    return WireModel::networks;
  }
  if (!wires) return WireModel::none;
  if (ir_drop == "gain") return WireModel::gain;
  if (driven) return WireModel::matrix;
  return array.source_line == "wordline" ? WireModel::networks : WireModel::ladders;
}

ArrayLoad array_load(const Macro& macro, Index conducting, Index programmed, Siemens mean,
                     double activity) {
  const Index per_input = wordlines_per_input(macro.spec.weight);
  const ArraySpec& array = macro.spec.array;
  return {conducting * per_input, programmed * per_input, array.n_bitlines, mean, activity,
          mux_phases(macro)};
}

WireResistances driven_wires(const ArraySpec& array) {
  return {array.r_wordline.si(), array.r_bitline.si(),       array.r_driver.si(),
          array.r_sense.si(),    array.drive == "both_ends", array.sense == "both_ends"};
}

GatedWires gated_wires(const ArraySpec& array) {
  const SourceFeed feed = array.source_feed == "near"  ? SourceFeed::near
                          : array.source_feed == "far" ? SourceFeed::far
                                                       : SourceFeed::both;
  return {array.r_bitline.si(), array.r_sense.si(), array.r_sourceline.si(), array.r_driver.si(),
          feed};
}

void apply_driven_wires(const Macro& macro, TileCells& cells) {
  const Index outputs = cells.side[0].cols / std::ssize(macro.weight_slices);
  const Index phases = mux_phases(macro);
  for (Index array = 0; array < arrays_across(macro, outputs); ++array) {
    const Matrix<double> g = gather_array(macro, cells, array);
    Matrix<double> effective = g;
    for (Index phase = 0; phase < phases; ++phase) solve_phase(macro, g, phase, effective);
    scatter_array(macro, effective, array, cells);
  }
}

TileLadders tile_ladders(const Macro& macro, const TileCells& cells) {
  const GatedWires wires = gated_wires(macro.spec.array);
  const Index idle = macro.spec.array.n_wordlines - cells.side[0].rows;
  const auto ladder = [&](const Matrix<double>& g) {
    return g.size() > 0 ? std::make_shared<const GatedLadder>(g, wires, idle) : nullptr;
  };
  return {{ladder(cells.side[0]), ladder(cells.side[1])}, ladder(cells.reference)};
}

}  // namespace ohm
