// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/chip_spec.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "core/spelling.h"

namespace ohm {

void MeshSpec::visit(Visitor& v) {
  v.value(Field("columns", "tiles in a row of the mesh").must().between(1, 4096), columns);
  v.value(Field("rows", "rows of tiles").must().between(1, 4096), rows);
  v.rule(columns * rows <= 65536, "columns",
         fmt::format("{} × {} = {} tiles; expected at most 65536 in a mesh: lower columns or rows",
                     columns, rows, columns * rows));
}

namespace {

/// Actions are those of a macro.
void check_parts(const std::vector<PartSpec>& parts, Visitor& v) {
  for (const PartSpec& part : parts) {
    v.rule(part.energy.si() == 0.0, "parts",
           fmt::format("{}: energy per {}, which only macros count; give its power, or list it "
                       "under macro.parts",
                       part.name, part.per));
  }
}

/// Of a system that grows, only the first chip is certain.
void check_dram_at(const ChipSpec& chip, Visitor& v) {
  const Index chips = grows(chip.system) ? 1 : n_chips(chip.system);
  for (const Index at : chip.dram_at) {
    v.rule(at < chips, "dram_at",
           fmt::format("chip {}; expected chips 0 to {}{}", at, chips - 1,
                       grows(chip.system) ? ", as the number of chips is auto" : ""));
    v.rule(std::count(chip.dram_at.begin(), chip.dram_at.end(), at) == 1, "dram_at",
           fmt::format("chip {} twice; expected each chip once: give channels to dram", at));
  }
}

/// Kinds of macros have names of their own and tiles on the chip; rules name kinds that there are.
void check_kinds(const ChipSpec& chip, Visitor& v) {
  std::vector<std::string> names{"chip"};
  Index tiles = 0;
  for (const MacroKindSpec& kind : chip.macros) {
    v.rule(std::find(names.begin(), names.end(), kind.name) == names.end(), "macros",
           fmt::format("'{}' twice; expected a name of its own for each kind, other than chip",
                       kind.name));
    names.push_back(kind.name);
    tiles += kind.tiles;
    v.rule(kind.macros_per_tile % chip.core.macros == 0, "macros",
           fmt::format("{}: {} macros in cores of {}; expected a multiple of core.macros",
                       kind.name, kind.macros_per_tile, chip.core.macros));
  }
  v.rule(tiles <= chip.n_tiles(), "macros",
         fmt::format("{} tiles of further kinds on a chip of {}; expected at most all of them",
                     tiles, chip.n_tiles()));
  for (const MatrixRule& rule : chip.map.matrices) {
    v.rule(std::find(names.begin(), names.end(), rule.macro) != names.end(), "map",
           fmt::format("matrices: '{}': macro '{}' is none of the chip's; expected one of: {}{}",
                       rule.match, rule.macro, fmt::join(names, ", "),
                       did_you_mean(rule.macro, names)));
  }
}

/// Dies without weights stand at places of a sized system, each at its own, and leave some chips.
void visit_dies(ChipSpec& chip, Visitor& v) {
  v.list(Field("dies", "chips of the system that hold no weights"), std::ssize(chip.dies),
         [&](Visitor& inside, Index i) {
           if (i >= std::ssize(chip.dies)) chip.dies.emplace_back().leakage = chip.leakage;
           chip.dies[static_cast<size_t>(i)].visit(inside);
         });
  if (chip.dies.empty()) return;
  v.rule(chip.map.placement != "anneal", "dies",
         "with map.placement: anneal, which moves tiles to any chip; expected snake");
  v.rule(!chip.system.empty() && !grows(chip.system), "dies",
         "in a system without a given number of chips; expected columns and rows at all levels of "
         "system");
  const Index chips = grows(chip.system) ? 0 : n_chips(chip.system);
  std::vector<Index> taken;
  for (const DieSpec& die : chip.dies) {
    for (const Index at : die.at) {
      v.rule(at < chips, "dies",
             fmt::format("{}: at chip {}; expected chips 0 to {}", die.name, at, chips - 1));
      v.rule(std::find(taken.begin(), taken.end(), at) == taken.end(), "dies",
             fmt::format("{}: at chip {}, which another die takes", die.name, at));
      taken.push_back(at);
    }
  }
  v.rule(std::ssize(taken) < chips, "dies",
         fmt::format("all {} chips are dies without weights; expected at least one that holds them",
                     chips));
}

/// Layers are spread over whole units of the last level, as many as stand in a row.
void check_spread(const ChipSpec& chip, Visitor& v) {
  const Index chips = chip.map.tensor_parallel;
  if (chips <= 0 || chip.system.empty()) return;
  const Index unit = columns_of_unit(chip.system), given = chip.system.back().columns;
  if (unit == LevelSpec::kAuto) return;  // which check_system() reports
  v.rule(chips % unit == 0, "map",
         fmt::format("tensor_parallel: {} over units of {} chips in a row; expected a multiple",
                     chips, unit));
  v.rule(given == LevelSpec::kAuto || given * unit == chips, "map",
         fmt::format("tensor_parallel: {} in a system of {} chips in a row; expected {} or auto, "
                     "or columns: auto at the last level of system",
                     chips, given * unit, given * unit));
}

/// What chips, their memories and the mapping say of one system.
void check_chips(const ChipSpec& chip, Visitor& v) {
  check_system(chip.system, chip.n_tiles(), v);
  check_dram_at(chip, v);
  check_spread(chip, v);
}

}  // namespace

void CoreSpec::visit(Visitor& v) {
  v.value(Field("macros", "macros that share the parts of a core").between(1, 1 << 20), macros);
  v.nested_list(Field("parts", "published parts of one core"), parts);
  check_parts(parts, v);
}

void TileSpec::visit(Visitor& v) {
  v.nested_list(Field("parts", "published parts of one tile"), parts);
  check_parts(parts, v);
}

void ChipSpec::visit(Visitor& v) {
  v.value(Field("source", "where the figures come from"), source);
  v.nested_component(Field("macro", "the macro of every tile").must(), "macro", macro);
  v.rule(macro.weight.bits >= 2, "macro",
         "networks are quantised to weights of at least 2 bits; one-bit macros (xnor) are for "
         "single matrices");
  visit_kinds(v, macro, macros);
  v.nested(Field("mesh", "tiles of the chip"), mesh);
  v.value(Field("macros_per_tile", "macros in a tile").must().between(1, 1 << 20), macros_per_tile);
  v.nested(Field("core", "macros that share parts"), core);
  v.nested(Field("tile", "what a tile has beside macros, buffer, digital unit and router"), tile);
  v.nested_list(Field("parts", "published parts of the chip, such as links"), parts);
  check_parts(parts, v);
  v.nested(Field("buffer", "memory of a tile"), buffer);
  v.nested_component(Field("digital", "digital unit of a tile").must(), "component", digital);
  v.nested_component(Field("noc", "network on chip").must(), "component", noc);
  v.nested_component(Field("dram", "memory beside the chip").must(), "component", dram);
  v.nested_list(Field("system",
                      "chips that work as one: a grid of chips and their link, then a grid "
                      "of such groups, …"),
                system);
  v.value(Field("dram_at",
                "chips with a DRAM beside them, numbered from 0 row by row; empty: each "
                "chip has one")
              .between(0, kMostSystemTiles),
          dram_at);
  v.value(Field("head", "where the output matrix lives").one_of({"crossbar", "digital"}), head);
  v.value(Field("row_split", "how rows are split over arrays").one_of({"max", "equal"}), row_split);
  v.nested(Field("map", "how networks are mapped"), map);
  check_chips(*this, v);
  v.nested_component(Field("attention", "engine of queries, keys and values"), "component",
                     attention);
  v.nested(Field("kv", "where keys and values lie"), kv);
  v.value(Field("larger",
                "networks that do not fit: chips (as many as it takes), reprogram (rewrite the "
                "weights in every pass), refuse, auto (whichever takes less energy per token)")
              .one_of({"chips", "reprogram", "refuse", "auto"}),
          larger);
  v.rule(larger == "chips" || !grows(system), "larger",
         fmt::format("{} beside a system whose last level is auto: it grows until every network "
                     "fits; expected chips, or the number of columns and rows that there are",
                     larger));
  check_kinds(*this, v);
  v.rule(macros_per_tile % core.macros == 0, "macros_per_tile",
         fmt::format("{} macros in cores of {}; expected a multiple of core.macros",
                     macros_per_tile, core.macros));
  v.value(Field("kv_bits",
                "bits of a stored key or value; queries have at least 8; changes cost, not the "
                "score: accuracy computes attention in fp32")
              .between(2, 16),
          kv_bits);
  v.value(Field("leakage", "static power per area of tiles that are on").at_least(0), leakage);
  v.nested(Field("gating", "which tiles are off, and what switching them costs")
               .one_of({"none", "unused_tiles", "idle_tiles"}),
           gating);
  v.value(Field("reticle", "largest die of one exposure").positive(), reticle);
  v.nested(Field("thermal", "how the chip loses its heat").one_of({"none", "network"}), thermal);
  v.nested(Field("yield", "how many dies and packages are good"), yield);
  visit_dies(*this, v);
}

}  // namespace ohm
