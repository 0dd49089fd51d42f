// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "mapping/chip/dram_spec.h"

namespace ohm {

/// A memory beside every chip that holds keys and values and nothing else.
struct KvMemorySpec {
  DramSpec memory;

  void visit(Visitor& v);
};

/// Where keys and values lie that no engine's arrays hold.
///
/// tiles: in the buffers (SRAM or eDRAM, as `buffer` says) while they have room, beyond them in the
/// chip's DRAM. A name of `memories`: all of them there. auto: in the buffers if they hold all,
/// else in the first of `memories` that does, else as tiles.
struct KvPlaceSpec {
  std::string place = "tiles";
  std::vector<KvMemorySpec> memories;
  // how cells wear out that writing wears out
  std::string levelling =
      "ring";           ///< ring: all positions take turns | none: see fill_kv_lifetime()
  Hertz requests{0.0};  ///< per second, of one sequence; 0: back to back, as the workload runs

  void visit(Visitor& v);
};

}  // namespace ohm
