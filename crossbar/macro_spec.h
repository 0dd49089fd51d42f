// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/adc/adc_spec.h"
#include "crossbar/dac/dac.h"
#include "crossbar/device/compensation.h"
#include "crossbar/device/device.h"
#include "crossbar/engine_spec.h"
#include "crossbar/part_spec.h"
#include "crossbar/periphery_spec.h"

namespace ohm {

/// Wordlines × bitlines of cells, and how they are driven and sensed.
struct ArraySpec {
  Index n_wordlines = 128, n_bitlines = 128;
  std::string topology =
      "gated";  ///< gated: inputs switch the cells' gates; driven: inputs are row voltages
  Index rows_active = 128;          ///< wordlines that conduct in one step
  Index columns_per_adc = 8;        ///< bitlines that take turns on one ADC
  std::string mux = "hold";         ///< hold | gating | sensing: what the waiting bitlines do
  std::string sensing = "current";  ///< current: into a virtual ground; voltage: floating bitlines
  std::string source_line = "bitline";  ///< what the source lines of a gated array run along
  std::string source_feed = "near";     ///< near: at row 0; far: at the sensed end; both
  std::string drive = "one_end";        ///< wordlines of a driven array
  std::string sense = "one_end";        ///< bitlines
  Ohms r_wordline{0.0}, r_bitline{0.0}, r_sourceline{0.0};  ///< one segment of wire, per cell
  Ohms r_driver{0.0}, r_sense{0.0};
  std::string ir_drop = "auto";  ///< auto | exact | gain | report
  std::string wire_cache;        ///< folder that keeps solved networks between runs; empty: none

  void visit(Visitor& v);
};

/// How a signed integer weight becomes cells.
struct WeightSpec {
  Index bits = 8;
  std::string encoding = "differential";
  std::vector<Index> slice_bits{2, 2, 2, 2};  ///< most significant first
  std::string pair = "bitlines";  ///< the two cells of a pair: side by side, or on two wordlines
  std::string scale = "column";   ///< one scale per output column, or per tensor
  std::string subtraction = "analog";  ///< analog: before the conversion; digital: of two codes

  void visit(Visitor& v);
};

/// Wide input slices that are tried before the narrow ones: a column whose wide sums all stay
/// within the converter's range needs no conversion of the narrow ones.
///
/// Ref: Andrulis et al., RAELLA, ISCA 2023 (dynamic input slicing). A converter that reads a sum in
/// its own units and clips loses nothing in a sum that fits, so speculation changes what a product
/// costs, not its value: numbers are those of the narrow slices.
struct SpeculationSpec {
  std::vector<Index> slice_bits;  ///< most significant first; empty: no speculation
  double recovery = 0.02;         ///< share of the narrow slices' conversions that are made

  bool is_on() const { return !slice_bits.empty(); }
  void visit(Visitor& v);
};

/// How a signed integer input becomes steps of row drive, and how activations become integers.
struct InputSpec {
  Index bits = 8;
  Index slice_bits = 1;
  std::string encoding = "bit_serial";
  std::string range = "dynamic";
  double percentile = 99.9;
  Index split_above = 0;  ///< bits of |x| beyond which split encodings take two phases
  SpeculationSpec speculation{};

  void visit(Visitor& v);
};

/// Amplitude and duration of one read step.
struct ReadSpec {
  Volts voltage{0.2};
  Seconds time{10e-9};
  Seconds integration{0.0};  ///< bit_planes: to sample and integrate the charge of a pulse once
  std::string pipeline = "asynchronous";  ///< of read, convert, shift-add; synchronous; none
  bool overlap = true;                    ///< an MVM starts before the one before has ended

  void visit(Visitor& v);
};

/// What is assumed of inputs, weights and outputs where no tensors exist.
struct WorkloadSpec {
  double bit_density = 0.5;
  double cell_level = 0.25;
  double code_share = 0.2;

  void visit(Visitor& v);
};

/// One macro: array, DAC, sample and hold, ADC, shift-add; the unit that is programmed and read.
struct MacroSpec {
  std::string name;
  std::string source;
  std::string fidelity = "sliced";  ///< fused | sliced | circuit
  DeviceSpec device;
  ArraySpec array;
  WeightSpec weight;
  InputSpec input;
  ReadSpec read;
  DacSpec dac;
  AdcSpec adc;
  CompensationSpec compensation;
  PeripherySpec periphery;
  EngineSpec engine;
  std::vector<PartSpec> parts;  ///< what its table lists beside all that
  WorkloadSpec workload;

  void visit(Visitor& v);
};

}  // namespace ohm
