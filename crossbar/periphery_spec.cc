// SPDX-License-Identifier: Apache-2.0
#include "crossbar/periphery_spec.h"

#include <utility>

namespace ohm {
namespace {

constexpr const char* kIsaac = "Shafiee et al., ISAAC, ISCA 2016, Table I";
constexpr const char* kAladdin =
    "Shao et al., Aladdin, ISCA 2014, 40 nm library, as tabulated in Accelergy's library plug-in";
constexpr const char* kHorowitz = "Horowitz, ISSCC 2014, 45 nm, 0.9 V";
constexpr const char* kAssumption = "assumption";

PublishedFigure isaac(double energy_pj, double area_um2) {
  return {Joules(energy_pj * 1e-12), SquareMetres(area_um2 * 1e-12), Metres(32e-9), Volts(0.9),
          kIsaac};
}
PublishedFigure aladdin(double energy_pj, double area_um2) {
  return {Joules(energy_pj * 1e-12), SquareMetres(area_um2 * 1e-12), Metres(40e-9), Volts(0.9),
          kAladdin};
}
PublishedFigure horowitz(double energy_pj, double area_um2) {
  return {Joules(energy_pj * 1e-12), SquareMetres(area_um2 * 1e-12), Metres(45e-9), Volts(0.9),
          kHorowitz};
}
PublishedFigure assumed_area(double um2) {
  return {Joules(0.0), SquareMetres(um2 * 1e-12), Metres(22e-9), Volts(0.85), kAssumption};
}

/// A list that a file states replaces the default list as a whole, never entry by entry. Figures of
/// another technology than the target's must lie where scaling is defined.
void visit_figures(Visitor& v, const Field& field, const Technology& target,
                   std::vector<PublishedFigure>& figures) {
  std::vector<PublishedFigure> visited;
  v.list(field, static_cast<Index>(figures.size()), [&](Visitor& inner, Index i) {
    const auto at = static_cast<size_t>(i);
    PublishedFigure figure = at < figures.size() ? figures[at] : PublishedFigure{};
    figure.visit(inner);
    const Technology from{figure.node, figure.vdd};
    const std::string problem = is_same(from, target) ? "" : technology_problem(from);
    inner.rule(problem.empty(), "vdd", problem);
    visited.push_back(std::move(figure));
  });
  if (!visited.empty()) figures = std::move(visited);
}

}  // namespace

void PublishedFigure::visit(Visitor& v) {
  v.value(Field("energy", "energy per action at that node; 0 J: not published").at_least(0).must(),
          energy);
  v.value(
      Field("area", "area of one instance at that node; 0 m2: not published").at_least(0).must(),
      area);
  v.value(Field("node", "node of the source").positive().must(), node);
  v.value(Field("vdd", "supply of the source").positive().must(), vdd);
  v.value(Field("source", "paper and table, or: assumption").must(), source);
}

PeripherySpec::PeripherySpec()
    : wordline_driver{assumed_area(1.0)},
      dac{aladdin(0.009, 5.98)},
      mux{assumed_area(0.25)},
      shift_add{isaac(0.0208333333333333, 30), aladdin(0.21, 278)},
      offset_correction{aladdin(0.21, 278), horowitz(0.1, 137)},
      scale{{Joules(0.25e-12), SquareMetres(0.0), Metres(40e-9), Volts(0.9),
             "Andrulis et al., RAELLA, ISCA 2023: 16 b x 8 b requantisation, Accelergy's library "
             "plug-in"},
            horowitz(0.4, 564)},
      input_register{isaac(0.96875, 1.025390625), aladdin(0.072, 47.84)},
      output_register{isaac(1.4375, 3.0078125), aladdin(0.072, 47.84)} {}

bool PeripherySpec::scales_figures() const {
  for (const auto* figures :
       {&array, &wordline_driver, &dac, &mux, &shift_add, &offset_correction, &scale,
        &input_register, &output_register, &sample_hold, &integrator}) {
    for (const PublishedFigure& figure : *figures) {
      if (!is_same({figure.node, figure.vdd}, technology())) return true;
    }
  }
  return false;
}

void PeripherySpec::visit(Visitor& v) {
  v.value(Field("source", "where the numbers come from"), source);
  v.value(Field("node", "node of the macro: cells and periphery").positive(), node);
  v.value(Field("vdd", "logic supply").positive(), vdd);
  const Technology at = technology();
  v.value(Field("c_wire", "wire capacitance per length").at_least(0), c_wire);
  v.value(Field("c_wordline_cell", "capacitance that one cell adds to its wordline").at_least(0),
          c_wordline_cell);
  v.value(Field("cell_aspect", "cell width along the wordline / its height").positive(),
          cell_aspect);
  v.value(Field("wordline_swing", "swing of the gates' wordlines, gated topology").positive(),
          wordline_swing);
  v.value(Field("read_supply", "ideal: cells draw V²G; regulator: vdd V G from the logic supply")
              .one_of({"ideal", "regulator"}),
          read_supply);
  v.value(Field("c_sample", "capacitor of one sample and hold").at_least(0), c_sample);
  v.value(Field("sample_hold_area", "area of one sample and hold").at_least(0), sample_hold_area);
  visit_figures(v,
                Field("array",
                      "a published array: energy per read step of rows_active wordlines, area; "
                      "left out: V² G t of the "
                      "cells, and their F²"),
                at, array);
  visit_figures(v, Field("wordline_driver", "area per wordline"), at, wordline_driver);
  visit_figures(v, Field("dac", "per 1-bit drive and wordline"), at, dac);
  visit_figures(v, Field("mux", "area per bitline"), at, mux);
  visit_figures(v, Field("shift_add", "per code added; one unit per ADC"), at, shift_add);
  visit_figures(v, Field("offset_correction", "per addition; one unit per macro"), at,
                offset_correction);
  visit_figures(v, Field("scale", "per multiplication; one unit per macro"), at, scale);
  visit_figures(v, Field("input_register", "per byte"), at, input_register);
  visit_figures(v, Field("output_register", "per byte"), at, output_register);
  v.value(Field("control_energy", "clock and control / energy of the digital parts").between(0, 10),
          control_energy);
  v.value(
      Field("control_area", "control and wiring / area of all but cells and ADCs").between(0, 10),
      control_area);
  v.value(Field("leakage", "static power per area of all but the cells").at_least(0), leakage);
  v.value(
      Field("c_selector_cell", "driven topology: what a cell adds to its gate line").at_least(0),
      c_selector_cell);
  v.value(Field("c_selector_driver", "driven topology: driver of a gate line").at_least(0),
          c_selector_driver);
  v.value(Field("selector_swing", "driven topology: swing of the gate lines").at_least(0),
          selector_swing);
  v.value(Field("selector_supply", "what charges the gate lines; 0 V: a supply of the swing")
              .at_least(0),
          selector_supply);
  visit_figures(v, Field("sample_hold", "per sample; left out: C vdd² of c_sample"), at,
                sample_hold);
  visit_figures(v, Field("integrator", "per integration; one per conversion channel"), at,
                integrator);
  const std::string problem = scales_figures() ? technology_problem(at) : "";
  v.rule(problem.empty(), "vdd", problem);
}

}  // namespace ohm
