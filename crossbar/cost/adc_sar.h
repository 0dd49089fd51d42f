// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/index.h"
#include "core/units.h"
#include "crossbar/cost/unit_cost.h"
#include "crossbar/technology.h"

namespace ohm {

/// Energy per conversion and area of a bare converter of `kind`, from its comparator, its logic and
/// its capacitors; the supply is the full scale V.
///
/// Model: E = n E_cmp + E_logic + E_cap. A decision of the comparator costs C V² with C the larger
/// of 20 fF at 22 nm (in proportion to the node) and of what keeps its noise below that of the
/// quantiser, 2 · 12 kT 4^bits / V². A SAR takes n = bits decisions and switches 2^bits units of
/// 0.5 fF, or of what keeps kT/C below the quantiser's noise, with 1/4 of their C V² (monotonic
/// switching: C.-C. Liu et al., IEEE JSSC 45, 731 (2010)); its logic is four registers per bit
/// (Shao et al., Aladdin, ISCA 2014, 40 nm), scaled as static CMOS. A flash has n = 2^bits - 1
/// comparators and no capacitors; a ramp or a counter decides and toggles two registers once per
/// count, n = 2^bits, and only the count at the crossing must be quiet. Other kinds are costed as a
/// SAR. Area: 2.3 fF/µm² (CiMLoop, Andrulis et al., ISPASS 2024), 1.25 µm² per fF of comparator,
/// the registers, and as much again for switches, clock and routing; conversions faster than
/// conversion_steps() of 93 ps at 32 nm (Kull et al., ISSCC 2013: 8 bits at 1.2 GS/s) need
/// interleaved cores. All constants without a paper are assumptions. References, buffers and clock
/// are not counted, so the figures are low. Valid: 1 to 20 bits. Throws ArgumentError outside and
/// where technology_problem() finds one.
UnitCost adc_sar(const std::string& kind, Index bits, const Technology& target, Hertz rate);

/// A known converter of `from` bits at `to` bits: its figures times the ratio of two bare SARs of
/// 32 nm and 0.9 V at the same steps per second; the source says so.
UnitCost adc_resized(const UnitCost& known, Index from, Index to);

/// The same for a converter of another kind or process.
UnitCost adc_resized(const UnitCost& known, Index from, Index to, const std::string& kind,
                     const Technology& target);

}  // namespace ohm
