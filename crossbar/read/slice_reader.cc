// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/slice_reader.h"

#include <algorithm>
#include <cmath>

namespace ohm {
namespace {

constexpr double kExactFloat = 16777216.0;  // 2^24
constexpr Index kVectorsAtOnce = 96;        // whose sums stay in the first-level caches

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

void SliceReader::prepare(ColumnRange columns) {
  scratch_.sums.prepare(inputs_, entries(), rows_, columns);
  if (scales_.variance_scale.empty()) return;
  scratch_.variances.prepare(inputs_, read_.tile.cells.variances, rows_, columns, true);
}

/// The sums of some tokens.
StepSums SliceReader::sums_of(TokenRange tokens, Index width) {
  const Index first = tokens.first * n_steps_, count = tokens.tokens * n_steps_;
  const bool varied = !scales_.variance_scale.empty();
  return {scratch_.sums.of(first, count),
          varied ? scratch_.variances.of(first, count) : nullptr,
          nullptr,
          n_steps_,
          width,
          width};
}

/// One normal for each sum of token t where there is noise.
void SliceReader::add_noise(Index t, ColumnRange columns, StepSums& sums) {
  if (scales_.variance_floor.empty()) return;
  scratch_.normals.resize(static_cast<size_t>(n_steps_ * columns.columns));
  read_.draw.step_normals(at(t, 0), n_steps_, columns.first, scratch_.normals);
  sums.normals = scratch_.normals.data();
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

CodeCounts SliceReader::convert_some(TokenRange tokens, ColumnRange columns, MatrixView<double> y) {
  CodeCounts counts;
  const double* factor = scales_.factor.data() + columns.first;
  double* out = y.values + tokens.first * y.stride;
  StepSums sums = sums_of(tokens, columns.columns);
  if (in_fp32_ && scales_.variance_floor.empty()) {
    return {convert_ideally(columns, sums, {factor, out, tokens.tokens, y.stride}), 0};
  }
  for (Index t = 0; t < tokens.tokens; ++t, out += y.stride) {
    add_noise(tokens.first + t, columns, sums);
    if (in_fp32_) {
      counts += {convert_ideally(columns, sums, {factor, out, 1, y.stride}), 0};
    } else {
      counts += convert_by_bank(tokens.first + t, columns, sums);
      for (size_t j = 0; j < scratch_.wide_total.size(); ++j) {
        out[j] += factor[j] * scratch_.wide_total[j];
      }
    }
    sums.sums += n_steps_ * sums.stride;
    if (sums.variances != nullptr) sums.variances += n_steps_ * sums.stride;
  }
  return counts;
}

CodeCounts SliceReader::convert(ColumnRange columns, MatrixView<double> y) {
  CodeCounts counts;
  prepare(columns);
  const Index n_tokens = std::ssize(read_.tokens);
  Index at_once = std::max<Index>(1, kVectorsAtOnce / n_steps_);
  if (at_once > 3) at_once -= at_once % 3;  // whole triples of vectors
  for (Index first = 0; first < n_tokens; first += at_once) {
    counts += convert_some({first, std::min(at_once, n_tokens - first)}, columns, y);
  }
  return counts;
}

void SliceReader::add_linear(ColumnRange columns, MatrixView<double> y) {
  scratch_.sums.prepare(inputs_, entries(), rows_, columns);
  const double* factor = scales_.factor.data() + columns.first;
  const Index n_tokens = std::ssize(read_.tokens);
  const std::int32_t* sums = scratch_.sums.of(0, n_tokens);
  for (Index t = 0; t < n_tokens; ++t, sums += columns.columns) {
    double* out = y.values + t * y.stride;
    for (Index j = 0; j < columns.columns; ++j) {
      out[j] += factor[j] * static_cast<double>(sums[j]);
    }
  }
}

}  // namespace ohm
