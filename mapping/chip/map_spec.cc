// SPDX-License-Identifier: Apache-2.0
#include "mapping/chip/map_spec.h"

#include <fmt/format.h>

namespace ohm {

void MatrixRule::visit(Visitor& v) {
  v.value(Field("match", "the matrices' names, such as h.*.ffn.*; * is any text").must(), match);
  v.value(Field("macro", "chip, or a further kind of the chip's macros: bits, slices and device"),
          macro);
  v.value(Field("redundancy", "times that they are programmed; the results are averaged")
              .between(1, 64),
          redundancy);
  // a rule that says nothing else moves them out of the arrays
  if (on.empty()) on = macro.empty() && redundancy == 0 ? "digital" : "crossbar";
  if (macro.empty()) macro = "chip";
  if (redundancy == 0) redundancy = 1;
  v.value(Field("on", "where they live: in arrays, or in DRAM and multiplied digitally")
              .one_of({"crossbar", "digital"}),
          on);
  v.rule(on == "crossbar" || redundancy == 1, "redundancy",
         fmt::format("{} of a digital matrix, whose products are exact; expected 1", redundancy));
}

void MapSpec::visit(Visitor& v) {
  v.value(Field("split",
                "how rows are split over arrays; accuracy: equal, and so few that the ADC tells "
                "all sums apart; chip: as row_split says")
              .one_of({"chip", "max", "equal", "accuracy"}),
          split);
  v.value(Field("packing", "edge_blocks: blocks that fill no array share one, in turn")
              .one_of({"none", "edge_blocks"}),
          packing);
  v.value(Field("duplication",
                "copies for a short interval between tokens, or for a short sum of all matrices' "
                "times")
              .one_of({"none", "throughput", "latency"}),
          duplication);
  v.value(Field("budget", "tiles that copies may take: up to 1 a share of the chip, above tiles")
              .positive(),
          budget);
  v.value(Field("placement",
                "tiles along the snake, annealed from there, or layers in bands of whole rows; "
                "auto: bands on several chips where nothing speaks against them, else the snake")
              .one_of({"auto", "snake", "bands", "anneal"}),
          placement);
  v.value(Field("tensor_parallel",
                "chips side by side over which each layer is spread; 1: a pipeline of chips; auto: "
                "few chips and square layers; cheapest: least energy times delay of the workload")
              .between(1, 65536)
              .word("auto", kAuto)
              .word("cheapest", kCheapest),
          tensor_parallel);
  v.rule(tensor_parallel == kAuto || placement == "auto" || placement == "bands", "tensor_parallel",
         fmt::format("beside placement: {}, which fills chip after chip; expected placement: auto "
                     "or bands",
                     placement));
  v.value(Field("moves", "of the annealing; auto: 1000 for each tile in use")
              .between(0, 1e10)
              .word("auto", 0),
          moves);
  v.value(Field("seed", "of the annealing").between(0, 4294967295.0), seed);
  v.value(Field("attention_tiles",
                "tiles that the positions of a head are dealt out to; auto: few that answer "
                "hardly later than the quickest number")
              .between(0, 1e6)
              .word("auto", 0),
          attention_tiles);
  v.value(Field("context",
                "positions for which auto counts; a network's own context where that is shorter")
              .between(1, 1e9),
          context);
  v.nested_list(Field("matrices", "rules for matrices by name"), matrices);
}

bool matches(const std::string& pattern, const std::string& name) {
  // Greedy with one point of return: the last star takes one more character at each misfit.
  size_t p = 0, n = 0, star = std::string::npos, taken = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++taken;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace ohm
