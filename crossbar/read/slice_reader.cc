// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/slice_reader.h"

#include <cmath>

namespace ohm {
namespace {

constexpr double kExactFloat = 16777216.0;  // 2^24

std::span<float> part(std::vector<float>& values, Index first, Index count) {
  return std::span(values).subspan(static_cast<size_t>(first), static_cast<size_t>(count));
}

}  // namespace

SliceReader::SliceReader(const TileRead& read, Index group, const StepInputs& inputs,
                         ReadScratch& scratch)
    : read_(read),
      group_(group),
      inputs_(inputs),
      scratch_(scratch),
      scales_(read.plan.group(group)),
      rows_(group_rows(read.macro, read.tile, group)),
      n_steps_(std::ssize(read.macro.input_slices)) {
  double reach = 0.0;
  for (const InputSlice& slice : read.macro.input_slices) {
    weights_.push_back(static_cast<float>(slice.weight()));
    reach += std::abs(slice.weight()) * read.tile.converters->codes().high;
  }
  in_fp32_ = clips_and_rounds(*read.tile.converters) && reach < kExactFloat &&
             !counts_codes(read.macro.spec);
}

void SliceReader::add_up(ColumnRange columns) {
  const auto size = static_cast<size_t>((inputs_.n_vectors + 1) * columns.columns);
  if (scratch_.sums.size() < size) scratch_.sums.resize(size);
  column_sums(inputs_, entries(), rows_, columns, scratch_.products, scratch_.sums);
  if (scales_.variance_scale.empty()) return;
  if (scratch_.variances.size() < size) scratch_.variances.resize(size);
  column_square_sums(inputs_, read_.tile.cells.variances, rows_, columns, scratch_.products,
                     scratch_.variances);
}

/// The sums of token t, and one normal for each where there is noise.
StepSums SliceReader::sums_of(Index t, ColumnRange columns) {
  const Index width = columns.columns, first = t * n_steps_ * width;
  if (!scales_.variance_floor.empty()) {
    scratch_.normals.resize(static_cast<size_t>(n_steps_ * width));
    read_.draw.step_normals(at(t, 0), n_steps_, columns.first, scratch_.normals);
  }
  const bool summed = !scales_.variance_scale.empty();
  return {scratch_.sums.data() + first,
          summed ? scratch_.variances.data() + first : nullptr,
          scratch_.normals.data(),
          n_steps_,
          width,
          width};
}

/// Leaves Σ weight · code in wide_total.
CodeCounts SliceReader::convert_by_bank(Index t, ColumnRange columns, const StepSums& sums) {
  const Index width = columns.columns;
  const ConverterBank& bank = *read_.tile.converters;
  scratch_.steps.resize(static_cast<size_t>(n_steps_ * width));
  scratch_.wide_total.assign(static_cast<size_t>(width), 0.0);
  to_steps(scales_.from(columns.first), sums, scratch_.steps.data());
  scratch_.uniforms.resize(bank.is_stochastic() ? static_cast<size_t>(width) : 0);
  const bool counting = counts_codes(read_.macro.spec);
  CodeCounts counts;
  for (Index b = 0; b < n_steps_; ++b) {
    if (bank.is_stochastic()) read_.draw.uniforms(at(t, b), columns.first, scratch_.uniforms);
    const std::span<float> codes = part(scratch_.steps, b * width, width);
    counts.clipped += bank.convert(codes, columns.first, scratch_.uniforms);
    if (counting) counts.half_codes += half_codes(codes);
    const double weight = static_cast<double>(weights_[static_cast<size_t>(b)]);
    for (size_t j = 0; j < codes.size(); ++j) {
      scratch_.wide_total[j] += weight * static_cast<double>(codes[j]);
    }
  }
  return counts;
}

Index SliceReader::convert_ideally(ColumnRange columns, const StepSums& sums,
                                   const CodeOutputs& out) const {
  const CodeRange range = read_.tile.converters->codes();
  const IdealCodes codes{static_cast<float>(range.low), static_cast<float>(range.high),
                         weights_.data()};
  return add_ideal_codes(scales_.from(columns.first), sums, codes, out);
}

CodeCounts SliceReader::convert(ColumnRange columns, MatrixView<double> y) {
  CodeCounts counts;
  const double* factor = scales_.factor.data() + columns.first;
  const Index n_tokens = std::ssize(read_.tokens);
  add_up(columns);
  if (in_fp32_ && scales_.variance_floor.empty() && n_tokens > 0) {
    const CodeOutputs all{factor, y.values, n_tokens, y.stride};
    return {convert_ideally(columns, sums_of(0, columns), all), 0};
  }
  for (Index t = 0; t < n_tokens; ++t) {
    double* out = y.values + t * y.stride;
    const StepSums sums = sums_of(t, columns);
    if (in_fp32_) {
      counts += {convert_ideally(columns, sums, {factor, out, 1, y.stride}), 0};
      continue;
    }
    counts += convert_by_bank(t, columns, sums);
    for (size_t j = 0; j < scratch_.wide_total.size(); ++j) {
      out[j] += factor[j] * scratch_.wide_total[j];
    }
  }
  return counts;
}

void SliceReader::add_linear(ColumnRange columns, MatrixView<double> y) {
  add_up(columns);
  const double* factor = scales_.factor.data() + columns.first;
  for (Index t = 0; t < std::ssize(read_.tokens); ++t) {
    const std::int32_t* sums = scratch_.sums.data() + t * columns.columns;
    double* out = y.values + t * y.stride;
    for (Index j = 0; j < columns.columns; ++j) {
      out[j] += factor[j] * static_cast<double>(sums[j]);
    }
  }
}

}  // namespace ohm
