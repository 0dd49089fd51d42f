// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/macro_spec.h"

namespace ohm {

/// How many tiles the network on chip joins: columns × rows.
struct MeshSpec {
  Index columns = 1, rows = 1;

  void visit(Visitor& v);
};

/// The memory of a tile: activations on their way, and the keys and values of the tile's heads.
struct BufferSpec {
  Bytes capacity{65536.0};
  JoulesPerByte energy{0.0};      ///< per byte read or written
  BytesPerSecond bandwidth{1.0};  ///< reads and writes together
  SquareMetres area{0.0};
  Watts leakage{0.0};     ///< static power, refresh included
  double kv_share = 0.0;  ///< share of the capacity that may hold keys and values

  void visit(Visitor& v);
};

/// Energy of one element of a digital operator, and the cycles that one lane needs for it.
struct ElementSpec {
  Joules energy{0.0};
  Index cycles = 1;

  void visit(Visitor& v);
};

/// The digital unit of a tile: vector lanes for what is not a matrix product, and
/// multiply-accumulate units for the products of activations with activations.
struct DigitalSpec {
  std::string name, source;
  Index lanes = 64;
  Hertz clock{1e9};
  ElementSpec softmax, norm, activation, residual, quantise, dequantise, accumulate;
  Index attention_macs = 64;  ///< multiply-accumulates per cycle
  Joules attention_mac_energy{0.0};
  Index activation_bits = 16;  ///< of an element between two digital operators
  SquareMetres area{0.0};

  void visit(Visitor& v);
};

/// Routers and links of the mesh; wormhole switching, dimension order (first along the row).
struct NocSpec {
  std::string name, source;
  Index flit_bits = 256;
  Hertz clock{1e9};
  Index router_cycles = 2, link_cycles = 1;
  JoulesPerByte router_energy{0.0};     ///< per router passed
  JoulesPerByteMetre link_energy{0.0};  ///< per length of link
  SquareMetres router_area{0.0};

  void visit(Visitor& v);
};

/// Memory beside the chip: embedding tables, inputs, and keys and values that the buffers cannot
/// hold.
struct DramSpec {
  std::string name, source;
  BytesPerSecond bandwidth{1.0};  ///< sustained
  JoulesPerByte energy{0.0};
  Seconds latency{0.0};
  Bytes capacity{0.0};

  void visit(Visitor& v);
};

/// A chip: a mesh of equal tiles, each with macros, a buffer, a digital unit and a router.
struct ChipSpec {
  std::string name, source;
  MacroSpec macro;
  MeshSpec mesh;
  Index macros_per_tile = 1;
  BufferSpec buffer;
  DigitalSpec digital;
  NocSpec noc;
  DramSpec dram;
  std::string head = "crossbar";  ///< where the output matrix lives: crossbar | digital (in DRAM)
  std::string row_split = "max";  ///< max: fill arrays row by row; equal: equal blocks
  Index kv_bits = 8;  ///< of one stored key or value; cost only: attention is scored in fp32
  WattsPerSquareMetre leakage{0.0};     ///< static power density of tiles that are switched on
  std::string gating = "unused_tiles";  ///< tiles without weights are off; none: all are on
  SquareMetres reticle{858e-6};         ///< largest die that one exposure prints

  Index n_tiles() const { return mesh.columns * mesh.rows; }
  void visit(Visitor& v);
};

}  // namespace ohm
