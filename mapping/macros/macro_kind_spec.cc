// SPDX-License-Identifier: Apache-2.0
#include "mapping/macros/macro_kind_spec.h"

#include "core/config/variation.h"

namespace ohm {
namespace {

/// The chip's macro with what is given in its place; a name (or path) stands for a macro of its
/// own.
void visit_variation(Visitor& v, MacroSpec& macro) {
  const Variation::Resets resets{{"device", [&] { macro.device = {}; }},
                                 {"periphery", [&] { macro.periphery = {}; }},
                                 {"parts", [&] { macro.parts.clear(); }},
                                 {"points", [&] { macro.device.retention.points.clear(); }},
                                 {"published", [&] { macro.adc.published.clear(); }},
                                 {"mac", [&] { macro.engine.mac.clear(); }}};
  std::string name;
  v.component(Field("macro", "what differs from the chip's macro, or a macro by name"), "macro",
              name, [&](Visitor& inside) {
                const bool varies = name.empty() || name == "inline";
                if (!varies) {
                  macro = {};
                  return macro.visit(inside);
                }
                Variation varied(inside, resets);
                macro.visit(varied);
              });
  if (!name.empty()) macro.name = name;
}

void visit_rest(Visitor& v, MacroKindSpec& kind) {
  v.value(Field("macros_per_tile", "macros in a tile of this kind; auto: as the chip's other tiles")
              .between(1, 1 << 20)
              .word("auto", MacroKindSpec::kAuto),
          kind.macros_per_tile);
  v.value(Field("tiles", "of each chip that are of this kind; auto: as many as a network takes")
              .between(1, 65536)
              .word("auto", MacroKindSpec::kAuto),
          kind.tiles);
  v.rule(kind.macro.weight.bits >= 2, "macro",
         "networks are quantised to weights of at least 2 bits; one-bit macros (xnor) are for "
         "single matrices");
}

Field name_field() {
  return Field("name", "how rules of map.matrices call it").must();
}

}  // namespace

void MacroKindSpec::visit(Visitor& v) {
  v.value(name_field(), name);
  v.nested_component(Field("macro", "the macro of these tiles"), "macro", macro);
  visit_rest(v, *this);
}

void visit_kinds(Visitor& v, const MacroSpec& base, std::vector<MacroKindSpec>& kinds) {
  const Field field("macros", "further kinds of macros, each in tiles of its own");
  v.list(field, std::ssize(kinds), [&](Visitor& inside, Index i) {
    const auto k = static_cast<size_t>(i);
    if (k < kinds.size()) return kinds[k].visit(inside);
    MacroKindSpec& kind = kinds.emplace_back();
    kind.macro = base;
    inside.value(name_field(), kind.name);
    visit_variation(inside, kind.macro);
    visit_rest(inside, kind);
  });
}

}  // namespace ohm
