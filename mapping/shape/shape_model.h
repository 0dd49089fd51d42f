// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mapping/schedule/workload.h"
#include "mapping/shape/macro_figures.h"
#include "mapping/shape/shape_bands.h"
#include "mapping/shape/shape_energy.h"
#include "mapping/shape/shape_network.h"

namespace ohm {

/// A time that no schedule beats: the way of one token after the other, and the work of the
/// resource that has most of it.
struct ShapeBound {
  Seconds path, work;

  Seconds bound() const { return std::max(path, work); }
};

/// What a workload takes at least, in closed form: nothing is placed.
///
/// ttft, makespan and energy are never above those of all events on the same tiles, tokens per
/// second and per joule never below; so is tpot where there is one sequence. Of more sequences it
/// is that of a steady state, in which all of them generate at once.
struct ShapeEstimate {
  Request request;
  std::int64_t cells = 0;  ///< that hold weights, copies included
  Index arrays = 0, tiles = 0, chips = 1;
  SquareMetres area;         ///< tiles that hold weights, what chips have once, links between chips
  SquareMetres chip_area;    ///< all tiles of one chip
  double utilisation = 0.0;  ///< cells that hold weights / cells of the arrays
  ShapeBound prefill;        ///< the prompt of a sequence; of an encoder its whole input; of two
                             ///< stacks the source and the first token behind it
  ShapeBound decode;         ///< all further tokens of all sequences; nothing of an encoder
  Seconds ttft, tpot, makespan;
  ResourceKind busiest = ResourceKind::macros;  ///< kind of the resource with most work
  double tokens_per_s = 0.0;
  std::int64_t macs = 0, kv_bytes_in_dram = 0;
  ShapeEnergy energy;
  double tokens_per_j = 0.0;
  Watts power;  ///< energy / makespan

  /// Joules by component, those of the macro by its own names.
  std::map<std::string, double> energy_by_component(const MacroFigures& figures) const;
};

/// A network whose costs on one chip after another are wanted.
///
/// What depends on the network alone is found once. Model of the chip: matrices fill tiles one
/// after the other, along the snake or layer by layer, and take as many chips as layout_of() says;
/// these are one mesh, whether or not there are so many. Temperature and yield are left to
/// estimate(). Throws what resolve() throws; ArgumentError for what no closed form
/// describes (map.packing, chips without digital unit or memory), and where keys and values exceed
/// the memory.
class ShapeModel {
 public:
  explicit ShapeModel(Network network);

  /// `figures`: of the chip's macro, its split of rows and its parts; they may be those of earlier
  /// chips that have the same. Activity: one entry of the workload for all matrices, or none.
  ShapeEstimate evaluate(const ChipSpec& chip, MacroFigures& figures,
                         const Workload& workload = {});
  ShapeEstimate evaluate(const ChipSpec& chip, const Workload& workload = {});

  const Network& network() const { return network_; }

 private:
  const ShapeNetwork& layers_on(const ChipSpec& chip);

  const Network network_;
  std::vector<bool> stored_;  // by matrix, of layers_
  std::string head_;          // of the chip that stored_ is for
  bool has_rules_ = false;
  ShapeNetwork layers_;
  KnownBands bands_;
};

}  // namespace ohm
