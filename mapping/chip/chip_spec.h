// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "core/config/visitor.h"
#include "core/index.h"
#include "core/units.h"
#include "crossbar/macro_spec.h"
#include "mapping/attention/attention_spec.h"
#include "mapping/attention/kv_place_spec.h"
#include "mapping/chip/buffer_spec.h"
#include "mapping/chip/digital_spec.h"
#include "mapping/chip/dram_spec.h"
#include "mapping/chip/gating_spec.h"
#include "mapping/chip/map_spec.h"
#include "mapping/chip/noc_spec.h"
#include "mapping/macros/macro_kind_spec.h"
#include "mapping/system/die_spec.h"
#include "mapping/system/system_spec.h"
#include "mapping/thermal/thermal_spec.h"
#include "mapping/yield/yield_spec.h"

namespace ohm {

/// How many tiles the network on chip joins: columns × rows.
struct MeshSpec {
  Index columns = 1, rows = 1;

  void visit(Visitor& v);
};

/// Macros that share parts: ISAAC's in-situ multiply-accumulate unit, PUMA's core.
struct CoreSpec {
  Index macros = 1;
  std::vector<PartSpec> parts;  ///< once per core

  void visit(Visitor& v);
};

/// What a tile has beside its macros, buffer, digital unit and router.
struct TileSpec {
  std::vector<PartSpec> parts;  ///< once per tile

  void visit(Visitor& v);
};

/// A chip: a mesh of equal tiles, each with macros, a buffer, a digital unit and a router; and how
/// many such chips, each with its own DRAM, work as one.
struct ChipSpec {
  std::string name, source;
  MacroSpec macro;
  std::vector<MacroKindSpec> macros;  ///< further kinds, which map.matrices may choose
  MeshSpec mesh;
  Index macros_per_tile = 1;
  CoreSpec core;
  TileSpec tile;
  std::vector<PartSpec> parts;  ///< once per chip
  BufferSpec buffer;
  DigitalSpec digital;
  NocSpec noc;
  DramSpec dram;
  std::vector<Index> dram_at;     ///< chips that have it, row by row; empty: each
  SystemSpec system;              ///< empty: one chip
  std::vector<DieSpec> dies;      ///< chips of the system that hold no weights
  std::string head = "crossbar";  ///< where the output matrix lives: crossbar | digital (in DRAM)
  std::string row_split = "max";  ///< max: fill arrays row by row; equal: equal blocks
  MapSpec map;
  AttentionSpec attention;       ///< which engine multiplies queries with keys, and where they lie
  KvPlaceSpec kv;                ///< memories for keys and values beside the tiles
  std::string larger = "chips";  ///< networks that do not fit: chips | reprogram | refuse | auto
  Index kv_bits = 8;  ///< of one stored key or value; cost only: attention is scored in fp32
  WattsPerSquareMetre leakage{0.0};  ///< static power density of tiles that are switched on
  GatingSpec gating;                 ///< which tiles are switched off
  SquareMetres reticle{858e-6};      ///< largest die that one exposure prints
  ThermalSpec thermal;               ///< how it loses its heat; none: not computed
  YieldSpec yield;                   ///< how many dies are good; none: not computed

  /// Of one chip.
  Index n_tiles() const { return mesh.columns * mesh.rows; }
  Index cores_per_tile() const { return macros_per_tile / core.macros; }
  /// Kinds of macros: 0 is the chip's own, k the (k - 1)-th of `macros`.
  Index n_kinds() const { return 1 + std::ssize(macros); }
  /// Of a query's element: as wide as a key's, and no narrower than the digital unit's products.
  Index query_bits() const { return std::max<Index>(kv_bits, 8); }
  const MacroSpec& macro_of(Index kind) const {
    return kind == 0 ? macro : macros[static_cast<size_t>(kind - 1)].macro;
  }
  void visit(Visitor& v);
};

}  // namespace ohm
