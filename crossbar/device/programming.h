// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

struct DeviceSpec;

/// How cells are brought to their targets, and what a pulse costs.
///
/// `fitted`: the measured distribution of the cell's kind, at the mean number of pulses that the
/// measurement needed. `write_verify`: pulses and reads until the cell is within `tolerance`; then
/// the kind's measured spread, less what a tolerance of `measured_tolerance` explains, is the
/// relaxation that follows. The defaults of the voltages, the tolerance and the reversals are those
/// of Wan et al., Nature 608, 504 (2022), Methods; step and step_noise are fitted so that targets
/// spread evenly over 1 … 40 uS take the 8.52 pulses and 99 % success of that paper; step_growth
/// and saturation are assumptions.
struct ProgrammingSpec {
  std::string method = "fitted";
  // cost of a pulse
  double pulses_mean = 1.0;  ///< per cell, of the fitted method
  Volts pulse_voltage{1.0};  ///< mean, of the fitted method
  Seconds pulse_time{1e-6}, verify_time{1e-6}, switch_time{0.0};
  Volts verify_voltage{0.2};
  Farads line_capacitance{0.0};            ///< charged by each pulse besides the cell
  Index parallel_cells = 4096;             ///< programmed at a time
  std::string controller = "independent";  ///< or lockstep: all wait for the slowest
  double cycles_per_update = 2.0;          ///< SET/RESET cycles, of the fitted method
  double failures = 0.0;                   ///< share that never arrives, of the fitted method
  // write-verify
  Siemens tolerance{1e-6};          ///< half width of the accepted band
  Siemens measured_tolerance{0.0};  ///< band after which the kind's spread was measured
  double verify_noise = 0.0;        ///< σ/G of a verify read
  Volts set_start{1.2}, reset_start{1.5}, step_voltage{0.1};
  Volts max_voltage{5.0};  ///< from which on the amplitude grows no further
  Index max_reversals = 30;
  double step = 0.435;         ///< mean step of a first pulse / range, far from its end
  double step_noise = 0.45;    ///< standard deviation of a step / its mean
  double step_growth = 0.1;    ///< relative growth of the step per voltage increment
  double saturation = 1.0;     ///< exponent of the share of the range that is left
  Index rounds = 1;            ///< of programming what relaxed out of the band again
  Seconds round_wait{1800.0};  ///< between rounds

  void visit(Visitor& v);
};

/// What programming costs. All but `seconds` are additive over runs of cells; seconds are those of
/// one run after the other: programming_time() of a sum lets runs share the controllers.
struct ProgrammingCost {
  double cells = 0.0;
  double pulses = 0.0;        ///< over all cells
  double verify_reads = 0.0;  ///< over all cells
  double cycles = 0.0;        ///< SET/RESET cycles over all cells: wear
  double failed_cells = 0.0;  ///< left outside the tolerance
  Seconds seconds;            ///< one after the other, `parallel_cells` at a time
  Joules joules;

  ProgrammingCost& operator+=(const ProgrammingCost& other);
};

/// Mean of the largest of `cells` geometric pulse counts whose mean is `mean`:
/// (ln cells + γ) / -ln(1 - 1 / mean) + 1/2 (the maximum of exponentials, rounded up), never below
/// the mean.
double expected_longest(double mean, double cells);

/// Time to program all the cells of `cost`, parallel_cells of them at a time.
///
/// Model: ceil(cells / parallel) · (pulses · (t_pulse + t_verify + t_switch) + t_verify), where an
/// independent controller takes the mean number of pulses, and one in lockstep the mean of the
/// largest among the parallel cells.
Seconds programming_time(const ProgrammingSpec& spec, const ProgrammingCost& cost);

/// Cost of programming `cells` of mean conductance `mean_g` with the fitted method.
///
/// Model: energy per cell = pulses · (V² G t + C V²) + (pulses + 1) verify reads, each V² G t.
ProgrammingCost fitted_cost(const ProgrammingSpec& spec, double cells, Siemens mean_g);

}  // namespace ohm
