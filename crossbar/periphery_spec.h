// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/units.h"
#include "crossbar/technology.h"

namespace ohm {

/// What one source says about one digital part, at the node and supply of that source.
struct PublishedFigure {
  Joules energy{0.0};      ///< per action; 0: this source does not say
  SquareMetres area{0.0};  ///< of one instance; 0: this source does not say
  Metres node{32e-9};
  Volts vdd{0.9};
  std::string source;

  void visit(Visitor& v);
};

/// Everything around the cells but the ADC: what it weighs in capacitance, energy and area.
///
/// A part is a list of published figures: the first that gives an energy (an area) is the figure,
/// all together are its range. They are scaled to `node` and `vdd` as static logic. The defaults
/// are those of configs/component/periphery_22nm.yaml, which says where each comes from.
struct PeripherySpec {
  std::string name;
  std::string source = "Ohmformer's 22 nm periphery: published parts, scaled, and assumptions";
  Metres node{22e-9};
  Volts vdd{0.85};

  FaradsPerMetre c_wire{0.2e-9};
  Farads c_wordline_cell{0.1e-15};    ///< what one cell adds to its wordline
  double cell_aspect = 3.0;           ///< cell width along the wordline / its height
  Volts wordline_swing{0.85};         ///< gated topology; a driven wordline swings by read.voltage
  std::string read_supply = "ideal";  ///< ideal: cells draw V²G; regulator: vdd·V·G

  Farads c_sample{20e-15};  ///< sample and hold, one per conversion channel
  SquareMetres sample_hold_area{9.7e-12};

  /// Of a whole array: energy per read step, area; empty: V² G t and the cells' F².
  std::vector<PublishedFigure> array;
  std::vector<PublishedFigure> wordline_driver;  ///< area per wordline; its energy is C V²
  std::vector<PublishedFigure> dac;              ///< per 1-bit drive; doubles with each further bit
  std::vector<PublishedFigure> mux;              ///< area per bitline
  std::vector<PublishedFigure> shift_add;        ///< per code added; one unit per ADC
  std::vector<PublishedFigure> offset_correction;  ///< per addition; one unit per macro
  std::vector<PublishedFigure> scale;              ///< per multiplication; one unit per macro
  std::vector<PublishedFigure> input_register;     ///< per byte written once and read once
  std::vector<PublishedFigure> output_register;    ///< per byte written once and read once

  double control_energy = 0.2;         ///< clock and control / energy of the digital parts
  double control_area = 0.1;           ///< control and wiring / area of all but cells and ADCs
  WattsPerSquareMetre leakage{500.0};  ///< per area of everything but the cells

  /// Gate line of the select transistors of a driven array, pulsed for every wordline in use.
  Farads c_selector_cell{0.0}, c_selector_driver{0.0};
  Volts selector_swing{0.0}, selector_supply{0.0};  ///< E = C · swing · supply
  std::vector<PublishedFigure> sample_hold;         ///< per sample; empty: C vdd² of c_sample
  std::vector<PublishedFigure> integrator;          ///< per integration; one per conversion channel

  PeripherySpec();
  /// Whether any published figure comes from another node or supply.
  bool scales_figures() const;
  Technology technology() const { return {node, vdd, Process::high_performance}; }
  void visit(Visitor& v);
};

}  // namespace ohm
