// SPDX-License-Identifier: Apache-2.0
#include "crossbar/device/programming.h"

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

void visit_cost(ProgrammingSpec& spec, Visitor& v) {
  v.value(Field("pulses_mean", "pulses per cell, method fitted").at_least(0), spec.pulses_mean);
  v.value(Field("pulse_voltage", "mean amplitude of a pulse, method fitted").between(0, 100),
          spec.pulse_voltage);
  v.value(Field("pulse_time", "width of a pulse").at_least(0), spec.pulse_time);
  v.value(Field("verify_time", "one verify read").at_least(0), spec.verify_time);
  v.value(Field("switch_time", "between a pulse and its read").at_least(0), spec.switch_time);
  v.value(Field("verify_voltage", "amplitude of a verify read").between(0, 100),
          spec.verify_voltage);
  v.value(Field("line_capacitance", "charged by each pulse besides the cell").at_least(0),
          spec.line_capacitance);
  v.value(Field("parallel_cells", "programmed at a time, on a chip").between(1, 1e12),
          spec.parallel_cells);
  v.value(Field("controller", "independent: each cell moves on; lockstep: all wait for the slowest")
              .one_of({"independent", "lockstep"}),
          spec.controller);
  v.value(
      Field("cycles_per_update", "SET/RESET cycles per programmed cell, method fitted").at_least(0),
      spec.cycles_per_update);
  v.value(Field("failures", "share of cells that never arrive, method fitted").between(0, 1),
          spec.failures);
}

void visit_write_verify(ProgrammingSpec& spec, Visitor& v) {
  v.value(Field("tolerance", "half width of the accepted band").between(1e-15, 1), spec.tolerance);
  v.value(
      Field("measured_tolerance", "band after which the kind's sigma was measured").between(0, 1),
      spec.measured_tolerance);
  v.value(Field("verify_noise", "standard deviation of a verify read / G").between(0, 1),
          spec.verify_noise);
  v.value(Field("set_start", "amplitude of a first SET pulse").between(0, 100), spec.set_start);
  v.value(Field("reset_start", "amplitude of a first RESET pulse").between(0, 100),
          spec.reset_start);
  v.value(Field("step_voltage", "increment while the polarity stays").between(0, 100),
          spec.step_voltage);
  v.value(Field("max_voltage", "from which on the amplitude grows no further").between(0, 100),
          spec.max_voltage);
  v.value(Field("max_reversals", "changes of polarity before a cell is given up").between(0, 1000),
          spec.max_reversals);
  v.value(Field("step", "mean step of a first pulse, relative to the range").between(1e-6, 10),
          spec.step);
  v.value(Field("step_noise", "standard deviation of a step / its mean").between(0, 10),
          spec.step_noise);
  v.value(Field("step_growth", "relative growth of the step per increment").between(0, 1),
          spec.step_growth);
  v.value(Field("saturation", "exponent of the range that is left").between(0, 10),
          spec.saturation);
  v.value(Field("rounds", "times that cells which relaxed out of the band are programmed again")
              .between(1, 100),
          spec.rounds);
  v.value(Field("round_wait", "time between rounds").at_least(0), spec.round_wait);
}

}  // namespace

void ProgrammingSpec::visit(Visitor& v) {
  v.value(Field("method", "fitted: the measured distribution; write_verify: pulse by pulse")
              .one_of({"fitted", "write_verify"}),
          method);
  visit_cost(*this, v);
  visit_write_verify(*this, v);
}

ProgrammingCost& ProgrammingCost::operator+=(const ProgrammingCost& other) {
  cells += other.cells;
  pulses += other.pulses;
  verify_reads += other.verify_reads;
  cycles += other.cycles;
  failed_cells += other.failed_cells;
  seconds += other.seconds;
  joules += other.joules;
  return *this;
}

double expected_longest(double mean, double cells) {
  constexpr double kEuler = 0.57721566490153286;
  if (mean <= 1.0 || cells <= 1.0) return mean;
  const double rate = -std::log1p(-1.0 / mean);
  return std::max(mean, (std::log(cells) + kEuler) / rate + 0.5);
}

Seconds programming_time(const ProgrammingSpec& spec, const ProgrammingCost& cost) {
  if (cost.cells <= 0.0) return Seconds(0.0);
  const double parallel = std::min(static_cast<double>(spec.parallel_cells), cost.cells);
  const double mean = cost.pulses / cost.cells;
  const double steps = spec.controller == "lockstep" ? expected_longest(mean, parallel) : mean;
  const Seconds step = spec.pulse_time + spec.verify_time + spec.switch_time;
  return std::ceil(cost.cells / parallel) * (steps * step + spec.verify_time);
}

ProgrammingCost fitted_cost(const ProgrammingSpec& spec, double cells, Siemens mean_g) {
  const auto square = [](Volts v) { return v * v; };
  const Joules pulse = square(spec.pulse_voltage) * mean_g * spec.pulse_time +
                       spec.line_capacitance * square(spec.pulse_voltage);
  const Joules verify = square(spec.verify_voltage) * mean_g * spec.verify_time;
  ProgrammingCost cost;
  cost.cells = cells;
  cost.pulses = cells * spec.pulses_mean;
  cost.verify_reads = cells * (spec.pulses_mean + 1.0);
  cost.cycles = cells * spec.cycles_per_update;
  cost.failed_cells = cells * spec.failures;
  cost.seconds = programming_time(spec, cost);
  cost.joules = cost.pulses * pulse + cost.verify_reads * verify;
  return cost;
}

}  // namespace ohm
