// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"

namespace ohm {

/// Which engine multiplies queries with keys and probabilities with values in a tile.
///
/// digital: the multipliers of the tile's digital unit, keys and values in its buffer. The others
/// hold keys and values in `arrays` of their own in every tile, as matrices: a key is a column of
/// its arrays, a value a row, so that one product serves all stored positions at once.
/// sram_cim: digital compute-in-memory macros; rram_kv: macros as those of the chip, written with
/// the pulses that their cells need; gain_cell: analog attention in capacitors over a window
/// (Leroux et al., Nature Computational Science 5, 813 (2025)).
///
/// What of an encoder overlaps: tokens: scores wait for all keys and values, then token follows
/// token; turns: what follows attention waits for all tokens as well, so that crossbars and
/// attention work in turn; blocks: scores wait for the keys of one block at a time, and
/// probabilities are rescaled from block to block (sequence blocking, as in Sridharan et al.,
/// X-Former, IEEE TVLSI 31(8), 2023).
struct AttentionSpec {
  std::string name, source;
  std::string kind = "digital";    ///< digital | sram_cim | rram_kv | gain_cell
  std::string overlap = "tokens";  ///< of an encoder's attention: tokens | turns | blocks
  Index block = 64;                ///< positions of a block
  Index arrays = 0;                ///< of a tile
  Index window = 0;                ///< positions that a token attends to; 0: as the network says
  bool truncate = false;           ///< a window shorter than the network's attention is meant

  // sram_cim, gain_cell
  Index rows = 64, columns = 64;  ///< inputs and outputs of an array
  Index weight_bits = 8;          ///< of a stored element that energies and times are stated for
  Index input_bits = 8;           ///< of an input, likewise
  Seconds mvm_time{0.0};          ///< one product of an array
  Seconds write_time{0.0};        ///< sram_cim: one row; gain_cell: one vector
  Joules write_energy{0.0};       ///< one element
  Joules key_energy{0.0};         ///< one product of a query's with a key's element
  Joules value_energy{0.0};       ///< one product of a probability with a value's element
  Joules control_energy{0.0};     ///< of an array and product, beside its cells
  SquareMetres array_area{0.0};
  Watts array_leakage{0.0};

  // gain_cell
  Seconds retention{0.0};        ///< how long a cell keeps what was written
  std::string refresh = "none";  ///< none | rewrite: every cell once per retention

  // rram_kv
  Index parallel_cells = 0;  ///< of a tile, written at a time; 0: the device's, for each layer

  bool in_memory() const { return kind != "digital"; }
  void visit(Visitor& v);
};

}  // namespace ohm
