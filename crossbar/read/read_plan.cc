// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/read_plan.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "crossbar/encoding/half_range.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/program/wire_effects.h"
#include "crossbar/read/column_reach.h"
#include "crossbar/read/drive.h"
#include "crossbar/read/mvm_counts.h"
#include "crossbar/read/wire_sums.h"
#include "crossbar/wires/mean_loss.h"

namespace ohm {
namespace {

constexpr double kInt32 = 2147483647.0;
constexpr double kFloatCodes = 1048576.0;     // 2^20: rounding in fp32 is exact up to twice that
constexpr double kFusedEntries = 16777216.0;  // 2^24

class TilePlanner {
 public:
  TilePlanner(const Macro& macro, const ProgrammedTile& tile)
      : macro_(macro),
        tile_(tile),
        n_slices_(std::ssize(macro.weight_slices)),
        n_outputs_(outputs_of(macro, tile.converters->n_columns())),
        n_groups_(row_groups(macro.spec, tile.rows.rows)) {}

  TilePlan plan(Fusing fusing) const;

 private:
  Index slice_of(Index column) const { return column / n_outputs_; }
  bool is_silent() const {
    return tile_.cells.variances.empty() && tile_.cells.noise_floor.empty() &&
           macro_.spec.adc.noise == 0.0;
  }
  double gain(Index g) const { return wire_gain(macro_, tile_, group_rows(macro_, tile_, g).rows); }
  double sign(Index g, Index column) const {
    const Matrix<float>& all = tile_.recombination.sign;
    return all.rows > 0 ? static_cast<double>(all(g, column)) : 1.0;
  }
  double factor(Index g, Index column) const;
  bool groups_agree() const;
  bool fits_int32() const;
  bool is_linear() const;
  TilePlan::Way way(bool in_fp64) const;
  GroupScales scales(Index g, const std::vector<Index>& columns) const;
  std::vector<Index> columns_of(const std::vector<Index>& outputs) const;
  bool has_plain_steps() const;
  double largest_input() const { return static_cast<double>(half_range(macro_.spec.input.bits)); }
  bool may_fuse() const;
  bool never_clips(Index column) const;
  bool converts_exactly(Index output) const;
  bool is_fusable(Index output) const;
  double fused_entry(Index input, Index output) const;
  void fuse(TilePlan& plan) const;
  bool is_mapped(const TilePlan& plan) const;

  const Macro& macro_;
  const ProgrammedTile& tile_;
  Index n_slices_, n_outputs_, n_groups_;
};

/// gains · scale · step / (codes per digit): divided last, so that a lossless step is exact.
double TilePlanner::factor(Index g, Index column) const {
  const auto s = static_cast<size_t>(slice_of(column));
  const WeightSlice& slice = macro_.weight_slices[s];
  const auto per_digit =
      static_cast<double>(slice.levels_per_digit * tile_.cells.codes_per_level[s]);
  const double step = tile_.step[static_cast<size_t>(column)];
  const auto& gains = tile_.compensation;
  double gain = gains.empty() ? 1.0 : gains[static_cast<size_t>(column % n_outputs_)];
  const auto& column_gains = tile_.recombination.column_gain;
  if (!column_gains.empty()) gain *= column_gains[static_cast<size_t>(column)];
  return sign(g, column) * tile_.recombination.gain * gain * slice.scale * step / per_digit;
}

bool TilePlanner::groups_agree() const {
  for (Index g = 1; g < n_groups_; ++g) {
    if (gain(g) != gain(0)) return false;
  }
  return n_groups_ == 1 || tile_.recombination.sign.rows == 0;
}

bool TilePlanner::fits_int32() const {
  const auto top = static_cast<double>(macro_.max_input());
  return top * static_cast<double>(tile_.cells.entries.column_limit) <= kInt32 &&
         top * top * static_cast<double>(tile_.cells.variances.column_limit) <= kInt32;
}

/// Whether the steps add up to the inputs and nothing happens to their sums.
bool TilePlanner::is_linear() const {
  const double reach = largest_input() * static_cast<double>(tile_.cells.entries.column_limit);
  return has_plain_steps() && is_silent() && tile_.converters->is_identity() && reach <= kInt32;
}

TilePlan::Way TilePlanner::way(bool in_fp64) const {
  if (is_linear()) return TilePlan::Way::linear;
  return in_fp64 || solves_wires(tile_) || tile_.dac_levels.size() > 0 || !fits_int32()
             ? TilePlan::Way::slow
             : TilePlan::Way::kernels;
}

GroupScales TilePlanner::scales(Index g, const std::vector<Index>& columns) const {
  GroupScales scales;
  const double converter = macro_.spec.adc.noise * macro_.spec.adc.noise;
  for (const Index column : columns) {
    const auto at = static_cast<size_t>(column);
    const double step = tile_.step[at], square = step * step;
    scales.scale.push_back(static_cast<float>(gain(g) / step));
    scales.factor.push_back(factor(g, column));
    if (is_silent()) continue;
    const auto& floors = tile_.cells.noise_floor;
    const double floor = floors.empty() ? 0.0 : static_cast<double>(floors[at]) / square;
    scales.variance_floor.push_back(static_cast<float>(floor + converter));
    if (tile_.cells.variances.empty()) continue;
    const double unit = tile_.cells.variance_unit[static_cast<size_t>(slice_of(column))];
    scales.variance_scale.push_back(static_cast<float>(unit / square));
  }
  return scales;
}

std::vector<Index> TilePlanner::columns_of(const std::vector<Index>& outputs) const {
  std::vector<Index> columns;
  for (Index s = 0; s < n_slices_; ++s) {
    for (const Index output : outputs) columns.push_back(s * n_outputs_ + output);
  }
  return columns;
}

/// Whether Σ weight · value over the steps is the input, on every wordline, and wires lose nothing.
bool TilePlanner::has_plain_steps() const {
  return !solves_wires(tile_) && tile_.dac_levels.size() == 0 &&
         terms_per_input(macro_.spec.weight) == 1 && macro_.spec.input.bits > 1 && gain(0) == 1.0 &&
         gain(n_groups_ - 1) == 1.0;
}

bool TilePlanner::may_fuse() const {
  return has_plain_steps() && is_silent() && clips_and_rounds(*tile_.converters) &&
         !counts_codes(macro_.spec);
}

/// Whether every entry is a whole number of steps and no sum of them can leave the codes.
bool TilePlanner::never_clips(Index column) const {
  const double step = tile_.step[static_cast<size_t>(column)];
  const CodeRange codes = tile_.converters->codes();
  const auto top = static_cast<double>(macro_.max_input());
  for (Index i = 0; i < operand_rows(tile_.cells.entries); ++i) {
    const double steps = operand_entry(tile_.cells.entries, i, column) / step;
    if (steps != std::nearbyint(steps)) return false;
  }
  for (Index g = 0; g < n_groups_; ++g) {
    const ColumnReach reach = column_reach(macro_, tile_, g, column);
    const double up = std::nearbyint(reach.up / step), down = std::nearbyint(reach.down / step);
    if (top * up > codes.high || -top * down < codes.low) return false;
  }
  return true;
}

double TilePlanner::fused_entry(Index input, Index output) const {
  const Index g = input / inputs_per_group(macro_.spec);
  double sum = 0.0;
  for (Index s = 0; s < n_slices_; ++s) {
    const Index column = s * n_outputs_ + output;
    const auto entry = static_cast<double>(tile_.cells.entries.entry(input, column));
    sum += factor(g, column) * (entry / tile_.step[static_cast<size_t>(column)]);
  }
  return sum;
}

/// Whether no conversion of an output rounds or clips.
bool TilePlanner::converts_exactly(Index output) const {
  for (Index s = 0; s < n_slices_; ++s) {
    if (!never_clips(s * n_outputs_ + output)) return false;
  }
  return true;
}

bool TilePlanner::is_fusable(Index output) const {
  if (!converts_exactly(output)) return false;
  for (Index i = 0; i < tile_.rows.rows; ++i) {
    const double entry = fused_entry(i, output);
    if (entry != std::nearbyint(entry) || std::abs(entry) >= kFusedEntries) return false;
  }
  return true;
}

/// Moves the outputs that qualify from the sliced to the fused ones.
void TilePlanner::fuse(TilePlan& plan) const {
  std::vector<Index> fused, sliced;
  for (const Index output : plan.sliced_outputs) {
    (is_fusable(output) ? fused : sliced).push_back(output);
  }
  if (fused.empty() || (plan.way == TilePlan::Way::slow && !sliced.empty())) return;
  Matrix<float> entries(tile_.rows.rows, std::ssize(fused));
  for (Index i = 0; i < entries.rows; ++i) {
    for (Index k = 0; k < entries.cols; ++k) {
      entries(i, k) = static_cast<float>(fused_entry(i, fused[static_cast<size_t>(k)]));
    }
  }
  ExactOperand operand = make_exact(entries, static_cast<Index>(largest_input()));
  if (largest_input() * static_cast<double>(operand.column_limit) > kInt32) return;
  plan.fused = std::move(operand);
  plan.fused_outputs = std::move(fused);
  plan.sliced = select_columns(tile_.cells.entries, columns_of(sliced));
  plan.sliced_outputs = std::move(sliced);
}

/// Whether the conversions that are left are referred to the outputs.
bool TilePlanner::is_mapped(const TilePlan& plan) const {
  if (macro_.spec.fidelity != "fused" || plan.way == TilePlan::Way::linear) return false;
  const bool all_exact = is_silent() && std::ranges::all_of(plan.sliced_outputs, [&](Index output) {
                           return converts_exactly(output);
                         });
  if (all_exact) return false;
  if (!tile_.converters->is_identity() && !clips_and_rounds(*tile_.converters)) {
    throw ArgumentError("fidelity: fused needs converters that do no more than round; use sliced");
  }
  return true;
}

TilePlan TilePlanner::plan(Fusing fusing) const {
  TilePlan plan;
  const ConverterBank& bank = *tile_.converters;
  const bool many_codes = clips_and_rounds(bank) && bank.codes().high > kFloatCodes;
  plan.in_fp64 = many_codes || (bank.is_identity() && is_silent());
  for (Index j = 0; j < n_outputs_; ++j) plan.sliced_outputs.push_back(j);
  if (fusing == Fusing::where_exact) {
    plan.way = way(plan.in_fp64);
    if (may_fuse()) fuse(plan);
  }
  const std::vector<Index> columns = columns_of(plan.sliced_outputs);
  for (Index g = 0; g < (groups_agree() ? 1 : n_groups_); ++g) {
    plan.groups.push_back(scales(g, columns));
  }
  if (fusing == Fusing::never || !is_mapped(plan)) return plan;
  plan.way = TilePlan::Way::mapped;
  plan.map = refer_to_outputs(macro_, tile_, plan);
  return plan;
}

}  // namespace

ColumnScales GroupScales::from(Index first) const {
  return {scale.data() + first, variance_scale.empty() ? nullptr : variance_scale.data() + first,
          variance_floor.empty() ? nullptr : variance_floor.data() + first};
}

bool clips_and_rounds(const ConverterBank& converters) {
  const double high = converters.codes().high;
  return converters.is_ideal_quantiser() && high == std::nearbyint(high);
}

double wire_gain(const Macro& macro, const ProgrammedTile& tile, Index rows) {
  if (wire_model(macro) != WireModel::gain) return 1.0;
  const Index conducting = rows / terms_per_input(macro.spec.weight);
  return 1.0 - mean_wire_loss(macro.spec.array, array_load(macro, conducting, tile.rows.rows,
                                                           tile.mean_conductance, 0.5));
}

ReadPlan plan_reads(const Macro& macro, const ProgrammedMatrix& matrix, Fusing fusing) {
  ReadPlan plan;
  for (const ProgrammedTile& tile : matrix.tiles) {
    plan.tiles.push_back(TilePlanner(macro, tile).plan(fusing));
  }
  return plan;
}

}  // namespace ohm
