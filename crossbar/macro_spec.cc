// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "crossbar/adc/one_bit.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/linearity.h"

namespace ohm {

void ArraySpec::visit(Visitor& v) {
  v.value(Field("n_wordlines", "rows of cells, inputs").between(1, 65536), n_wordlines);
  v.value(Field("n_bitlines", "columns of cells, outputs").between(1, 65536), n_bitlines);
  v.value(Field("topology", "gated: an input of 0 switches its cells off; driven: it drives 0 V")
              .one_of({"gated", "driven"}),
          topology);
  v.value(Field("rows_active", "wordlines that conduct in one step").between(1, 65536),
          rows_active);
  v.value(Field("columns_per_adc", "bitlines that take turns on one ADC").between(1, 65536),
          columns_per_adc);
  v.value(Field("mux",
                "what bitlines do that wait for their ADC: hold: all are read at once and held; "
                "gating: only the selected one conducts; sensing: all conduct in every phase")
              .one_of({"hold", "gating", "sensing"}),
          mux);
  v.value(Field("sensing",
                "current: bitlines end in a virtual ground; voltage: they float and settle to the "
                "mean of the driven voltages, weighted by conductance")
              .one_of({"current", "voltage"}),
          sensing);
  v.value(Field("source_line", "what the source lines of a gated array run along")
              .one_of({"bitline", "wordline"}),
          source_line);
  v.value(Field("source_feed",
                "where source lines along bitlines are fed: near: at row 0; far: at the sensed end")
              .one_of({"near", "far", "both"}),
          source_feed);
  v.value(Field("drive", "ends at which wordlines of a driven array are driven")
              .one_of({"one_end", "both_ends"}),
          drive);
  v.value(Field("sense", "ends at which bitlines of a driven array are sensed")
              .one_of({"one_end", "both_ends"}),
          sense);
  v.value(Field("r_wordline", "wordline resistance per cell").between(0, 1e9), r_wordline);
  v.value(Field("r_bitline", "bitline resistance per cell").between(0, 1e9), r_bitline);
  v.value(Field("r_sourceline", "source line resistance per cell").between(0, 1e9), r_sourceline);
  v.value(Field("r_driver", "output resistance of a wordline driver").between(0, 1e9), r_driver);
  v.value(Field("r_sense", "input resistance of a sense amplifier").between(0, 1e9), r_sense);
  v.value(
      Field("ir_drop",
            "exact: the network of wires is solved; gain: every sum is scaled by the mean "
            "loss; report: the mean loss is stated only; auto: exact for gated arrays, gain for "
            "driven ones, report for ideal devices")
          .one_of({"auto", "exact", "gain", "report"}),
      ir_drop);
  v.rule(
      rows_active <= n_wordlines, "rows_active",
      fmt::format("{} exceeds n_wordlines, {}; expected at most that", rows_active, n_wordlines));
  v.rule(
      columns_per_adc <= n_bitlines, "columns_per_adc",
      fmt::format("{} exceeds n_bitlines, {}; expected at most that", columns_per_adc, n_bitlines));
}

void WeightSpec::visit(Visitor& v) {
  v.value(Field("bits", "signed integer weight, sign included").between(1, 16), bits);
  v.value(Field("encoding",
                "how signed integers become cells; pairs: differential (one-sided), "
                "differential_two_sided, centre_offset; single cells beside a reference column: "
                "offset_column, twos_complement, isaac_flip, xnor (one bit, -1 or 1)")
              .one_of({"differential", "differential_two_sided", "offset_column", "twos_complement",
                       "isaac_flip", "centre_offset", "xnor"}),
          encoding);
  v.value(Field("slice_bits", "bits per cell of each weight slice, most significant first")
              .between(1, 16),
          slice_bits);
  v.value(Field("pair",
                "where the two cells of a pair lie: bitlines: side by side, their bitlines "
                "subtracted; wordlines: on one bitline, driven with opposite polarity")
              .one_of({"bitlines", "wordlines"}),
          pair);
  v.value(
      Field("scale", "one scale per output column, or one per matrix").one_of({"column", "tensor"}),
      scale);
  v.value(Field("subtraction",
                "of the two bitlines of a pair: analog: before the conversion; digital: both are "
                "converted (time, energy and area; the numbers are those of analog subtraction)")
              .one_of({"analog", "digital"}),
          subtraction);
  v.rule(
      subtraction == "analog" || bitlines_per_slice(*this) == 2, "subtraction",
      "digital subtraction is of the two bitlines of a pair; use an encoding of pairs with pair: "
      "bitlines");
  const bool two_sided = encoding == "differential_two_sided";
  const auto widest = std::ranges::max_element(slice_bits);
  v.rule(!two_sided || slice_bits.size() < 2 || *widest < 16, "slice_bits",
         "two-sided pairs have twice the levels; expected at most 15 bits per slice");
  const std::string problem = slicing_problem(*this);
  v.rule(problem.empty(), "slice_bits", problem);
}

void SpeculationSpec::visit(Visitor& v) {
  v.value(Field("slice_bits",
                "bits of the wide steps that are tried first, most significant first; empty: none")
              .between(1, 8),
          slice_bits);
  v.value(Field("recovery", "share of the conversions of the narrow steps that are still made")
              .between(0, 1),
          recovery);
}

void InputSpec::visit(Visitor& v) {
  v.value(Field("bits", "signed integer input, sign included").between(1, 16), bits);
  v.value(Field("slice_bits", "bits that one step drives").between(1, 8), slice_bits);
  v.value(
      Field("encoding",
            "bit_serial: two's complement, one polarity; bipolar: the sign selects the polarity "
            "of the drive; pwm: the value is the length of one pulse of read.time per unit; "
            "split_pwm: the same in two halves of the bits; bit_planes: one pulse of read.time per "
            "bit of |x|, whose charge is integrated 2^k times before one conversion")
          .one_of({"bit_serial", "bipolar", "pwm", "split_pwm", "bit_planes"}),
      encoding);
  v.value(Field("range",
                "dynamic: each token's own maximum; max, percentile, mse: one static range "
                "from the calibration inputs")
              .one_of({"dynamic", "max", "percentile", "mse"})
              .later({"learned"}),
          range);
  v.nested(Field("speculation", "wide steps first, narrow ones where a sum did not fit"),
           speculation);
  const Index tried = std::reduce(speculation.slice_bits.begin(), speculation.slice_bits.end());
  v.rule(!speculation.is_on() || tried == bits, "speculation",
         fmt::format("the wide slices hold {} bits and the input has {}; expected the same", tried,
                     bits));
  v.rule(!speculation.is_on() || encoding == "bit_serial", "speculation",
         "wide steps are followed by those of encoding bit_serial; use that, or no slice_bits");
  v.rule(!speculation.is_on() || slice_bits == 1, "speculation",
         "what did not fit is recovered bit by bit; use slice_bits: 1");
  v.value(Field("percentile", "of |input| for range percentile, %").between(50, 100), percentile);
  v.value(
      Field("split_above",
            "split_pwm, bit_planes: bits of |x| beyond which the input goes in two halves, each "
            "with a conversion of its own; 0: always")
          .between(0, 15),
      split_above);
  const bool planes = encoding == "bit_planes";
  const bool pulse = encoding == "pwm" || encoding == "split_pwm" || planes;
  v.rule(split_above == 0 || planes || encoding == "split_pwm", "split_above",
         fmt::format("encoding {} is not split; leave it out", encoding));
  v.rule(!pulse || slice_bits == 1, "slice_bits",
         fmt::format("encoding {} decides its own steps; remove slice_bits", encoding));
  v.rule(slice_bits <= bits, "slice_bits",
         fmt::format("{} bits per step exceed the {} bits of the input", slice_bits, bits));
}

void ReadSpec::visit(Visitor& v) {
  v.value(Field("voltage", "read voltage of a full-scale input").between(1e-6, 100.0), voltage);
  v.value(Field("time", "integration time of one step").between(1e-13, 1.0), time);
  v.value(Field("integration", "bit_planes: to sample and integrate the charge of a pulse once")
              .between(0, 1.0),
          integration);
  v.value(
      Field("pipeline",
            "asynchronous: cells are read for the next step while the ADCs convert; synchronous: "
            "reading, converting and adding take one step each; none: one after the other, as "
            "where the converter itself integrates")
          .one_of({"asynchronous", "synchronous", "none"}),
      pipeline);
  v.value(Field("overlap", "whether an MVM may start before the one before has left the pipeline"),
          overlap);
}

void WorkloadSpec::visit(Visitor& v) {
  v.value(Field("bit_density", "share of ones among the bits that are driven").between(0, 1),
          bit_density);
  v.value(Field("cell_level", "mean of (G - g_min) / (g_max - g_min) over the cells").between(0, 1),
          cell_level);
  v.value(Field("code_share", "mean |code| over the largest code").between(0, 1), code_share);
}

namespace {

/// Options that are modelled one by one but not together.
void check_combinations(const MacroSpec& macro, Visitor& v) {
  const bool stacked = macro.weight.pair == "wordlines", ohmic = macro.device.iv.model == "ohmic";
  const bool floating = macro.array.sensing == "voltage", gating = macro.array.mux == "gating";
  v.rule(!floating || stacked, "array",
         "floating bitlines settle to ratios, whose pairs must share a bitline; use weight.pair: "
         "wordlines");
  v.rule(!floating || macro.compensation.kind == "none", "compensation",
         "floating bitlines settle to ratios, in which a common drift cancels; use kind: none");
  v.rule(ohmic || !stacked, "device",
         "nonlinear cells are not modelled with weight.pair: wordlines; use iv.model: ohmic");
  const bool solved_per_input =
      macro.array.topology == "gated" ? macro.array.source_line == "wordline" : !ohmic;
  v.rule(!gating || !solved_per_input, "array",
         "mux: gating is not modelled where a network is solved for every input (nonlinear cells, "
         "source lines along wordlines); use mux: hold");
  const bool solved = macro.array.ir_drop == "exact" || macro.fidelity == "circuit";
  v.rule(
      !gating || !solved || macro.array.topology == "gated" || !has_reference_column(macro.weight),
      "array",
      "the reference bitline conducts in every phase of mux: gating, each with a network of its "
      "own, which is not modelled; use mux: hold, or an encoding of pairs");
  v.rule(macro.device.noise.white == "none" || !drives_pulse_width(macro), "device",
         "white noise of cells that conduct as long as a pulse is not modelled; use noise.white: "
         "none, or an input encoding of amplitudes");
}

void check_adc(const MacroSpec& macro, Visitor& v) {
  const std::string problem = slicing_problem(macro.weight).empty()
                                  ? one_bit_problem(macro.adc, has_signed_sums(macro))
                                  : "";
  v.rule(problem.empty(), "adc", "bits " + problem);
}

void check_fidelity(const MacroSpec& macro, Visitor& v) {
  if (macro.fidelity == "fused" && slicing_problem(macro.weight).empty()) {
    for (const LinearCondition& condition : linear_conditions(macro)) {
      v.rule(condition.holds, "fidelity",
             fmt::format("fused needs that {}: {}; or use fidelity: sliced", condition.name,
                         condition.why));
    }
  }
  const bool gated = macro.array.topology == "gated", ohmic = macro.device.iv.model == "ohmic";
  v.rule(macro.fidelity != "circuit" || !gated || ohmic, "fidelity",
         "circuit has no nonlinear cells in gated arrays; use device.iv.model: ohmic, or topology: "
         "driven");
}

void check_array(const MacroSpec& macro, Visitor& v) {
  v.rule(macro.array.sensing == "current" || macro.array.topology != "gated", "array",
         "voltage sensing is modelled for driven rows, which load the bitlines at 0 V as well; use "
         "topology: driven");
  v.rule(
      is_ideal(macro.dac) || !drives_pulse_width(macro), "dac",
      "a DAC that errs drives amplitudes; here the value is the length of a pulse; use dac.kind: "
      "ideal");
  const Index needed = std::ssize(macro.weight.slice_bits) * bitlines_per_slice(macro.weight) +
                       (has_reference_column(macro.weight) ? 1 : 0);
  v.rule(needed <= macro.array.n_bitlines, "array",
         fmt::format("one weight takes {} bitlines and n_bitlines is {}; expected at least {}",
                     needed, macro.array.n_bitlines, needed));
}

void check_input(const MacroSpec& macro, Visitor& v) {
  const bool binary = macro.weight.encoding == "xnor";
  const bool planes = macro.input.encoding == "bit_planes";
  v.rule(binary ? macro.input.bits == 1 && !planes : macro.input.bits > 1 || planes, "input",
         "inputs of one bit, -1 or 1, go with weights of encoding xnor and with no others, but for "
         "input encoding bit_planes");
  v.rule(planes || macro.read.integration.si() == 0.0, "read",
         "integration belongs to input encoding bit_planes; leave it out");
}

/// Pairs on two wordlines, each driven with the opposite of the other.
void check_pairs(const MacroSpec& macro, Visitor& v) {
  const bool stacked = macro.weight.pair == "wordlines";
  v.rule(!stacked || !has_reference_column(macro.weight), "weight",
         "pair: wordlines needs an encoding with pairs, such as differential");
  v.rule(!stacked || macro.array.topology != "gated", "array",
         "pair: wordlines drives the cells of a bitline with opposite polarities; use topology: "
         "driven");
  v.rule(wordlines_per_input(macro.weight) == 1 ||
             (macro.array.n_wordlines % 2 == 0 && macro.array.rows_active % 2 == 0),
         "array", "an input takes two wordlines; n_wordlines and rows_active must be even");
}

void check_sensing(const MacroSpec& macro, Visitor& v) {
  const bool one_wire_model = macro.array.ir_drop == "report" || macro.array.ir_drop == "auto";
  v.rule(macro.array.sensing == "current" || (macro.fidelity != "circuit" && one_wire_model),
         "array", "voltage sensing is modelled with ideal wires; use ir_drop: report");
}

bool computes_integers(const MacroSpec& macro) {
  const bool exact_wires = macro.array.ir_drop == "exact" || macro.array.ir_drop == "gain";
  return macro.device.kind == "ideal" && macro.device.noise.white == "none" &&
         macro.adc.kind == "ideal" && is_ideal(macro.dac) && !exact_wires &&
         macro.fidelity == "sliced" && !macro.periphery.array.empty();
}

/// Parts that scale need a target that scaling is defined for.
void check_scaling(const MacroSpec& macro, Visitor& v) {
  bool scales = macro.engine.is_digital();
  for (const PartSpec& part : macro.parts) scales = scales || part.scaling == "logic";
  const std::string problem = scales ? technology_problem(macro.periphery.technology()) : "";
  v.rule(problem.empty(), "periphery", problem);
}

}  // namespace

void MacroSpec::visit(Visitor& v) {
  v.value(Field("source", "where the numbers come from"), source);
  v.value(Field("fidelity",
                "fused: one product per matrix, all errors referred to its outputs; sliced: every "
                "weight slice and input slice through its own ADC; circuit: wires and nonlinear "
                "cells solved as well")
              .one_of({"fused", "sliced", "circuit"}),
          fidelity);
  v.nested_component(Field("device", "the memory cell"), "device", device);
  v.nested(Field("array", "cells and wires"), array);
  v.nested(Field("weight", "from integers to cells"), weight);
  v.nested(Field("input", "from activations to row drive"), input);
  v.nested(Field("read", "one read step"), read);
  v.nested(Field("dac", "what drives a wordline with a value of several bits"), dac);
  v.nested(Field("adc", "the converter"), adc);
  v.nested(Field("compensation", "digital correction of the mean drift"), compensation);
  v.nested_component(Field("periphery", "drivers, sample and hold, shift-add, registers"),
                     "component", periphery);
  v.nested(Field("engine", "what computes the products"), engine);
  v.rule(!engine.is_digital() || computes_integers(*this), "engine",
         "a digital engine computes exact integers from a published memory; use a device of kind "
         "ideal without noise, adc.kind: ideal, an ideal DAC, ir_drop: report, and give "
         "periphery.array");
  v.nested_list(Field("parts", "published parts of one macro that no model computes"), parts);
  v.nested(Field("workload", "inputs, weights and outputs where no tensors exist"), workload);
  check_adc(*this, v);
  check_fidelity(*this, v);
  check_array(*this, v);
  check_input(*this, v);
  check_pairs(*this, v);
  check_sensing(*this, v);
  v.rule(!adc.common_step || !input.speculation.is_on(), "adc",
         "common_step with input.speculation is not modelled; leave one of them out");
  check_combinations(*this, v);
  check_scaling(*this, v);
}

}  // namespace ohm
