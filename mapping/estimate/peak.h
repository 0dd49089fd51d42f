// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/ledger.h"
#include "crossbar/cost/mvm_activity.h"
#include "mapping/chip/chip.h"

namespace ohm {

/// What one component adds to a block at full load.
struct PeakPart {
  std::string component;
  Watts power, power_low, power_high;
  SquareMetres area, area_low, area_high;
  std::string source;
};

/// A block of the chip at full load: every macro computes one MVM after another, buffers run at
/// their bandwidth, every router port passes a flit per cycle, lanes and multipliers never wait.
///
/// 1 MAC = 2 operations of (input_bits, weight_bits, output_bits); digital MACs are not counted.
struct PeakLevel {
  std::string name;     ///< macro, core, tile, chip, system
  Index count = 1;      ///< in the system
  double macros = 1.0;  ///< in the block
  double ops_per_s = 0.0;
  Bytes weights;  ///< what the cells hold
  std::vector<PeakPart> parts;

  Watts power() const;
  SquareMetres area() const;
  /// Sums over the parts, ranges included; the energy of the Cost is that of one second.
  Cost total() const;
};

/// Peak of a chip, from one macro to the system with its memory.
struct Peak {
  Index input_bits = 0, weight_bits = 0, output_bits = 0;
  std::int64_t macs_per_mvm = 0;  ///< of one full macro
  MacroTiming timing;             ///< of one full macro
  Cost mvm;                       ///< energy of one MVM of a full macro
  std::vector<PeakLevel> levels;
};

/// Throughput, power and area of one macro in full use.
///
/// Energies are those of mvm_energy() for the expected activity over macro_timing().interval, plus
/// leakage. output_bits are those of the ADC where one conversion gives the result, else those of
/// the accumulator.
Peak peak(const MacroSpec& macro, const InputStatistics& statistics);

/// The same for the inputs and weights that macro.workload assumes.
Peak peak(const MacroSpec& macro);

/// The same of a chip, level by level: every level holds the parts of those below and its own.
Peak peak(const Chip& chip, const InputStatistics& statistics);
Peak peak(const Chip& chip);

}  // namespace ohm
