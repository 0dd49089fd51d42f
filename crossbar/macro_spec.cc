// SPDX-License-Identifier: Apache-2.0
#include "crossbar/macro_spec.h"

#include <fmt/format.h>

#include <numeric>

#include "crossbar/weight_encoding.h"

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
  v.value(Field("r_wordline", "wordline resistance per cell").between(0, 1e9), r_wordline);
  v.value(Field("r_bitline", "bitline resistance per cell").between(0, 1e9), r_bitline);
  v.value(Field("r_sourceline", "source line resistance per cell").between(0, 1e9), r_sourceline);
  v.value(Field("r_driver", "output resistance of a wordline driver").between(0, 1e9), r_driver);
  v.value(Field("r_sense", "input resistance of a sense amplifier").between(0, 1e9), r_sense);
  v.value(Field("ir_drop", "report: state the mean loss; gain: scale every sum by it as well")
              .one_of({"report", "gain"})
              .later({"exact", "norton"}),
          ir_drop);
  v.rule(
      rows_active <= n_wordlines, "rows_active",
      fmt::format("{} exceeds n_wordlines, {}; expected at most that", rows_active, n_wordlines));
  v.rule(
      columns_per_adc <= n_bitlines, "columns_per_adc",
      fmt::format("{} exceeds n_bitlines, {}; expected at most that", columns_per_adc, n_bitlines));
}

void WeightSpec::visit(Visitor& v) {
  v.value(Field("bits", "signed integer weight, sign included").between(2, 16), bits);
  v.value(Field("encoding",
                "differential: a pair of cells per slice; offset_column: one cell per "
                "slice and a reference column")
              .one_of({"differential", "offset_column"})
              .later({"differential_two_sided", "twos_complement", "isaac_flip", "centre_offset",
                      "xnor"}),
          encoding);
  v.value(Field("slice_bits", "bits per cell of each weight slice, most significant first")
              .between(1, 16),
          slice_bits);
  v.value(
      Field("scale", "one scale per output column, or one per matrix").one_of({"column", "tensor"}),
      scale);
  const std::string problem = slicing_problem(*this);
  v.rule(problem.empty(), "slice_bits", problem);
}

void InputSpec::visit(Visitor& v) {
  v.value(Field("bits", "signed integer input, sign included").between(2, 16), bits);
  v.value(Field("slice_bits", "bits that one step drives").between(1, 8), slice_bits);
  v.value(Field("encoding",
                "bit_serial: two's complement, one polarity; bipolar: the sign selects "
                "the polarity of the drive")
              .one_of({"bit_serial", "bipolar"})
              .later({"pwm", "split_pwm"}),
          encoding);
  v.value(Field("range",
                "dynamic: each token's own maximum; max, percentile, mse: one static range "
                "from the calibration inputs")
              .one_of({"dynamic", "max", "percentile", "mse"})
              .later({"learned"}),
          range);
  v.value(Field("percentile", "of |input| for range percentile, %").between(50, 100), percentile);
  v.rule(slice_bits <= bits, "slice_bits",
         fmt::format("{} bits per step exceed the {} bits of the input", slice_bits, bits));
}

void ReadSpec::visit(Visitor& v) {
  v.value(Field("voltage", "read voltage of a full-scale input").between(1e-6, 100.0), voltage);
  v.value(Field("time", "integration time of one step").between(1e-13, 1.0), time);
}

void MacroSpec::visit(Visitor& v) {
  v.value(Field("source", "where the numbers come from"), source);
  v.nested_component(Field("device", "the memory cell"), "device", device);
  v.nested(Field("array", "cells and wires"), array);
  v.nested(Field("weight", "from integers to cells"), weight);
  v.nested(Field("input", "from activations to row drive"), input);
  v.nested(Field("read", "one read step"), read);
  v.nested(Field("adc", "the converter"), adc);
  v.nested_component(Field("periphery", "drivers, sample and hold, shift-add, registers"),
                     "component", periphery);
  const Index needed = static_cast<Index>(weight.slice_bits.size()) * cells_per_slice(weight) +
                       (weight.encoding == "offset_column" ? 1 : 0);
  v.rule(needed <= array.n_bitlines, "array",
         fmt::format("one weight takes {} bitlines and n_bitlines is {}; expected at least {}",
                     needed, array.n_bitlines, needed));
}

}  // namespace ohm
