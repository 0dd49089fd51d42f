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

/// A list that a file states replaces the default list as a whole, never entry by entry.
void visit_figures(Visitor& v, const Field& field, std::vector<PublishedFigure>& figures) {
  std::vector<PublishedFigure> visited;
  v.list(field, static_cast<Index>(figures.size()), [&](Visitor& inner, Index i) {
    const auto at = static_cast<size_t>(i);
    PublishedFigure figure = at < figures.size() ? figures[at] : PublishedFigure{};
    figure.visit(inner);
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
  const std::string problem = technology_problem({node, vdd});
  v.rule(problem.empty(), "vdd", problem);
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

void PeripherySpec::visit(Visitor& v) {
  v.value(Field("source", "where the numbers come from"), source);
  v.value(Field("node", "node of the macro: cells and periphery").positive(), node);
  v.value(Field("vdd", "logic supply").positive(), vdd);
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
  visit_figures(v, Field("wordline_driver", "area per wordline"), wordline_driver);
  visit_figures(v, Field("dac", "per 1-bit drive and wordline"), dac);
  visit_figures(v, Field("mux", "area per bitline"), mux);
  visit_figures(v, Field("shift_add", "per code added; one unit per ADC"), shift_add);
  visit_figures(v, Field("offset_correction", "per addition; one unit per macro"),
                offset_correction);
  visit_figures(v, Field("scale", "per multiplication; one unit per macro"), scale);
  visit_figures(v, Field("input_register", "per byte"), input_register);
  visit_figures(v, Field("output_register", "per byte"), output_register);
  v.value(Field("control_energy", "clock and control / energy of the digital parts").between(0, 10),
          control_energy);
  v.value(
      Field("control_area", "control and wiring / area of all but cells and ADCs").between(0, 10),
      control_area);
  v.value(Field("leakage", "static power per area of all but the cells").at_least(0), leakage);
  const std::string problem = technology_problem(technology());
  v.rule(problem.empty(), "vdd", problem);
}

}  // namespace ohm
