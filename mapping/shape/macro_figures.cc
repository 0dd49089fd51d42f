// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/macro_figures.h"

#include <fmt/format.h>

#include <tuple>

#include "core/error.h"
#include "crossbar/cost/macro_area.h"
#include "crossbar/cost/mvm_energy.h"
#include "crossbar/cost/part_cost.h"
#include "crossbar/geometry.h"
#include "mapping/chip/chip.h"

namespace ohm {
namespace {

constexpr Index kMvms = 1'000'000;  // so many that counts which round to whole hardly do

PartFigures figures_of(const std::vector<PartSpec>& parts, const Technology& at) {
  PartFigures figures;
  for (const ComponentCost& part : part_area(parts, at)) figures.area += part.cost.area;
  for (const ComponentCost& part : part_power(parts, at)) {
    figures.power += part.cost.energy / Seconds(1.0);
  }
  return figures;
}

bool same(const InputStatistics& a, const InputStatistics& b) {
  const auto fields = [](const InputStatistics& s) {
    return std::tie(s.bit_density, s.cell_level, s.active_share, s.drive_share, s.code_share,
                    s.recovery);
  };
  return fields(a) == fields(b);
}

}  // namespace

MacroFigures::MacroFigures(const ChipSpec& chip) : macro_(chip.macro), shape_(block_shape(chip)) {
  cells_per_weight_ = bitlines_per_weight(macro_.weight);
  if (shape_.columns < 1) {
    throw ConfigError(
        fmt::format("chip {}: macro.array.n_bitlines: {} bitlines hold no weight of {}; expected "
                    "at least that many",
                    chip.name, macro_.array.n_bitlines, cells_per_weight_));
  }
  SquareMetres powered;
  const bool digital = macro_.engine.is_digital();
  for (const ComponentCost& part : macro_area(macro_)) {
    area_ += part.cost.area;
    const bool cells = part.component == "cells";
    if (!cells || digital) powered += part.cost.area;
    if (cells && digital) weight_leakage_ = part.cost.area * macro_.periphery.leakage;
  }
  leakage_ = powered * macro_.periphery.leakage;
  const Technology at = macro_.periphery.technology();
  core_ = figures_of(chip.core.parts, at);
  tile_ = figures_of(chip.tile.parts, at);
  chip_ = figures_of(chip.parts, at);
}

const BlockFigures& MacroFigures::of(Index rows, Index columns, const InputStatistics& activity) {
  if (!same(activity, activity_)) {
    blocks_.clear();
    activity_ = activity;
  }
  for (const BlockFigures& block : blocks_) {
    if (block.rows == rows && block.columns == columns) return block;
  }
  blocks_.push_back(find(rows, columns, activity));
  return blocks_.back();
}

BlockFigures MacroFigures::find(Index rows, Index columns, const InputStatistics& activity) {
  BlockFigures found{rows, columns, macro_timing(macro_, rows, columns), {}};
  const MvmBlock block{rows, columns, kMvms};
  const auto parts = mvm_energy(macro_, block, expected_activity(macro_, block, activity));
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i == components_.size()) components_.push_back(parts[i].component);
    found.energy.push_back(parts[i].cost.energy.si() / static_cast<double>(kMvms));
  }
  return found;
}

}  // namespace ohm
