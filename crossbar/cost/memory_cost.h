// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/index.h"
#include "core/units.h"
#include "crossbar/technology.h"

namespace ohm {

/// A memory on the chip: what it holds, how wide one access is, and how many it serves per cycle.
struct MemoryShape {
  Bytes capacity;
  Index width_bits = 64;
  Index ports = 1;
};

/// Energy of one access of width_bits, and what the memory costs without any.
struct MemoryCost {
  Joules read, write;
  SquareMetres area;
  Watts leakage;  ///< refresh included
  std::string source;
};

/// Static memory at `target`.
///
/// Model: E_read = width (e0 + e1 √C), C in bits, through 10 pJ for 64 bits of 8 KB and 100 pJ for
/// 64 bits of 1 MB at 45 nm, 0.9 V (M. Horowitz, ISSCC 2014); write = 1.15 read (assumption);
/// scaled as static logic (Stillmaker and Baas 2017). Area = C × 6T cell / 0.6 (array efficiency:
/// assumption), cells as announced by Intel from 180 to 14 nm and by TSMC at 10 and 7 nm, straight
/// in ln(node) between. Every further port lengthens both sides of a cell, and so the lines of e1,
/// by 0.4 (assumption). Leakage: 30 pA per cell (assumption: low-power process, 300 K).
/// Throws ArgumentError where technology_problem() finds one, and for an empty shape.
MemoryCost sram_cost(const MemoryShape& shape, const Technology& target);

/// Embedded DRAM at `target`: ISAAC's 64 KB, of which an access of 256 bits takes 20.45 pJ and
/// which covers 83000 µm² at 32 nm (Shafiee et al., ISCA 2016, as tabulated by Accelergy).
///
/// Other capacities and ports: the ratio of the lines of sram_cost(). Energy and area scale as
/// logic (assumption: a storage capacitor shrinks less). Write = read. Leakage and refresh: 381 µW
/// per Mb (gain cells in 16 nm, as tabulated by Accelergy), not scaled.
MemoryCost edram_cost(const MemoryShape& shape, const Technology& target);

}  // namespace ohm
