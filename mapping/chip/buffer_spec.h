// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/technology.h"

namespace ohm {

/// The memory of a tile: activations on their way, and the keys and values of the tile's heads.
///
/// Kind given states its figures. Kinds sram and edram derive them from sram_cost() and
/// edram_cost() at `node` and `vdd`: energy per byte is the mean of reading and writing, bandwidth
/// = width × ports × clock.
struct BufferSpec {
  std::string kind = "given";  ///< given | sram | edram
  Bytes capacity{65536.0};
  double kv_share = 0.0;  ///< share of the capacity that may hold keys and values
  /// What steps do that leave more in it than it has room for: wait, or go on as if it had.
  std::string when_full = "grow";

  // kind given: stated; else derived
  JoulesPerByte energy{0.0};      ///< per byte read or written
  BytesPerSecond bandwidth{1.0};  ///< reads and writes together
  SquareMetres area{0.0};
  Watts leakage{0.0};  ///< static power, refresh included
  std::string source;

  // kinds sram and edram
  Metres node{22e-9};
  Volts vdd{0.85};
  Index width = 256;  ///< bits of one access
  Index ports = 1;    ///< accesses per cycle
  Hertz clock{1e9};

  void visit(Visitor& v);
};

/// The buffer with the figures of its kind filled in; as it is where they are stated. Throws
/// ArgumentError where sram_cost() does.
BufferSpec with_figures(const BufferSpec& spec);

}  // namespace ohm
