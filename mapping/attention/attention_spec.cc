// SPDX-License-Identifier: Apache-2.0
#include "mapping/attention/attention_spec.h"

#include <fmt/format.h>

namespace ohm {
namespace {

void visit_published(AttentionSpec& spec, Visitor& v) {
  v.value(Field("rows", "inputs of an array").between(1, 65536), spec.rows);
  v.value(Field("columns", "outputs of an array").between(1, 65536), spec.columns);
  v.value(Field("weight_bits", "of a stored element that energies and times are stated for")
              .between(1, 16),
          spec.weight_bits);
  v.value(Field("input_bits", "of an input that energies and times are stated for").between(1, 16),
          spec.input_bits);
  v.value(Field("mvm_time", "one product of an array").between(0, 1), spec.mvm_time);
  v.value(Field("write_time",
                "sram_cim: one row of an array; gain_cell: one key or value, all its rows at once")
              .between(0, 1),
          spec.write_time);
  v.value(Field("write_energy", "one element written").at_least(0), spec.write_energy);
  v.value(Field("key_energy", "one element of a query times one of a key").at_least(0),
          spec.key_energy);
  v.value(Field("value_energy", "one probability times one element of a value").at_least(0),
          spec.value_energy);
  v.value(Field("control_energy", "one product of an array, beside its cells").at_least(0),
          spec.control_energy);
  v.value(Field("array_area", "one array with its periphery").at_least(0), spec.array_area);
  v.value(Field("array_leakage", "static power of one array").at_least(0), spec.array_leakage);
}

void visit_gain_cell(AttentionSpec& spec, Visitor& v) {
  v.value(Field("retention", "how long a cell keeps what was written").positive(), spec.retention);
  v.value(
      Field("refresh", "none, or rewrite: every cell is read and written anew once per retention")
          .one_of({"none", "rewrite"}),
      spec.refresh);
}

void visit_resistive(AttentionSpec& spec, Visitor& v) {
  v.value(
      Field("parallel_cells",
            "cells of a tile that are written at a time; 0: the device's, for all tiles of a layer")
          .between(0, 1e12),
      spec.parallel_cells);
}

}  // namespace

void AttentionSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.value(Field("kind",
                "digital: multipliers and buffer of the tile; else keys and values are written "
                "into arrays that multiply: sram_cim, rram_kv (the chip's macro), gain_cell")
              .one_of({"digital", "sram_cim", "rram_kv", "gain_cell"}),
          kind);
  v.value(Field("overlap",
                "an encoder's attention: tokens: one by one once all keys are there; turns: "
                "everything behind it waits for all tokens; blocks: block of keys by block")
              .one_of({"tokens", "turns", "blocks"}),
          overlap);
  v.value(Field("block", "positions of a block").between(1, 1 << 20), block);
  v.rule(!in_memory() || overlap != "blocks", "overlap",
         "blocks of keys stream through the digital engine; expected kind digital, or tokens");
  if (!in_memory()) return;
  v.value(Field("arrays", "of a tile, for keys and values").must().between(1, 1 << 20), arrays);
  v.value(
      Field("window", "positions that a token attends to; 0: as the network says").between(0, 1e9),
      window);
  v.value(Field("truncate", "a window shorter than the network's attention is meant"), truncate);
  if (kind == "rram_kv") return visit_resistive(*this, v);
  visit_published(*this, v);
  if (kind == "gain_cell") visit_gain_cell(*this, v);
  v.rule(mvm_time.si() > 0.0, "mvm_time", "0 s; expected the time of one product of an array");
}

}  // namespace ohm
