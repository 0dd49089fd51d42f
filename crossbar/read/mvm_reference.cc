// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm_reference.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/read/cell_noise.h"
#include "crossbar/read/sum_block.h"

namespace ohm {
namespace {

/// Converts the sums of one tile row by row.
class RowReader {
 public:
  RowReader(const TileRead& read, NoiseDraw noise)
      : read_(read),
        noise_(noise),
        n_columns_(read.tile.converters->n_columns()),
        n_outputs_(outputs_of(read.macro, n_columns_)) {}

  void read(const SumBlock& block, MvmCounts& counts, Matrix<double>& y);

 private:
  Index slice_of(Index column) const { return column / n_outputs_; }
  void prepare_noise(const SumBlock& block);
  void draw_noise(const SumBlock& block, Index row, ConversionStep at);
  float steps(const SumBlock& block, Index row, Index column) const;
  Index convert_fp32(const SumBlock& block, Index row, ConversionStep at);
  Index convert_fp64(const SumBlock& block, Index row);
  void recombine(const SumBlock& block, const Matrix<double>& totals, Matrix<double>& y) const;

  const TileRead& read_;
  NoiseDraw noise_;
  Index n_columns_, n_outputs_;
  Matrix<double> variances_;  // of the read noise, in units
  std::optional<CellNoise> cells_;
  std::vector<float> normals_, cell_noise_;
  std::vector<double> codes_;
};

/// What the noise of this block needs: variance sums, or the noise of every cell.
void RowReader::prepare_noise(const SumBlock& block) {
  if (read_.tile.cells.variances.empty()) return;
  if (noise_ == NoiseDraw::per_cell) {
    cells_.emplace(read_.tile.cells.variances, block.range,
                   read_.plan.group(block.group).variance_scale);
    return;
  }
  Matrix<std::int32_t> squares = block.driven;
  for (std::int32_t& value : squares.values) value *= value;
  exact_product(squares, read_.tile.cells.variances, block.range, variances_);
}

void RowReader::draw_noise(const SumBlock& block, Index row, ConversionStep at) {
  const GroupScales& scales = read_.plan.group(block.group);
  if (scales.variance_floor.empty()) return;
  normals_.resize(static_cast<size_t>(n_columns_));
  read_.draw.normals(at, 0, normals_);
  if (noise_ == NoiseDraw::per_conversion || scales.variance_scale.empty()) return;
  cell_noise_.resize(static_cast<size_t>(n_columns_));
  cells_->add_up(read_.draw, at, block.driven.row(row), cell_noise_);
}

float RowReader::steps(const SumBlock& block, Index row, Index column) const {
  const GroupScales& scales = read_.plan.group(block.group);
  const double sum = block.sums(row, column);
  const float normal = normals_.empty() ? 0.0F : normals_[static_cast<size_t>(column)];
  if (!cell_noise_.empty()) {
    return in_steps(scales.from(0), column, sum, 0.0, normal) +
           cell_noise_[static_cast<size_t>(column)];
  }
  const double variance = variances_.size() > 0 ? variances_(row, column) : 0.0;
  return in_steps(scales.from(0), column, sum, variance, normal);
}

Index RowReader::convert_fp32(const SumBlock& block, Index row, ConversionStep at) {
  std::vector<float> sums(static_cast<size_t>(n_columns_)), uniforms;
  for (Index j = 0; j < n_columns_; ++j) sums[static_cast<size_t>(j)] = steps(block, row, j);
  if (read_.tile.converters->is_stochastic()) {
    uniforms.resize(sums.size());
    read_.draw.uniforms(at, 0, uniforms);
  }
  const Index clipped = read_.tile.converters->convert(sums, 0, uniforms);
  codes_.assign(sums.begin(), sums.end());
  return clipped;
}

/// Converters that do not round, or to more codes than fp32 tells apart.
Index RowReader::convert_fp64(const SumBlock& block, Index row) {
  const CodeRange codes = read_.tile.converters->codes();
  const bool rounds = !read_.tile.converters->is_identity();
  codes_.resize(static_cast<size_t>(n_columns_));
  Index clipped = 0;
  for (Index j = 0; j < n_columns_; ++j) {
    const auto at = static_cast<size_t>(j);
    const GroupScales& scales = read_.plan.group(block.group);
    double code = block.sums(row, j) * block.gain / read_.tile.step[at];
    if (!scales.variance_floor.empty()) {
      const double sum = variances_.size() > 0 ? variances_(row, j) : 0.0;
      const double unit =
          variances_.size() > 0 ? static_cast<double>(scales.variance_scale[at]) : 0.0;
      const double variance = sum * unit + static_cast<double>(scales.variance_floor[at]);
      code += std::sqrt(variance) * static_cast<double>(normals_[at]);
    }
    const double rounded = rounds ? std::nearbyint(code) : code;
    codes_[at] = rounds ? std::clamp(rounded, codes.low, codes.high) : code;
    clipped += codes_[at] != rounded ? 1 : 0;
  }
  return clipped;
}

/// y += Σ_s factor · totals of slice s.
void RowReader::recombine(const SumBlock& block, const Matrix<double>& totals,
                          Matrix<double>& y) const {
  const std::vector<double>& factor = read_.plan.group(block.group).factor;
  for (Index t = 0; t < block.tokens.tokens; ++t) {
    for (Index column = 0; column < n_columns_; ++column) {
      const Index output = column - slice_of(column) * y.cols;
      y(block.tokens.first + t, output) += factor[static_cast<size_t>(column)] * totals(t, column);
    }
  }
}

void RowReader::read(const SumBlock& block, MvmCounts& counts, Matrix<double>& y) {
  const Index n_steps = std::ssize(read_.macro.input_slices);
  Matrix<double> totals(block.tokens.tokens, n_columns_);
  prepare_noise(block);
  for (Index row = 0; row < block.sums.rows; ++row) {
    const Index token = row / n_steps, b = row % n_steps;
    const ConversionStep at{read_.tokens[static_cast<size_t>(block.tokens.first + token)],
                            block.group * n_steps + b};
    draw_noise(block, row, at);
    counts.clipped += read_.plan.in_fp64 ? convert_fp64(block, row) : convert_fp32(block, row, at);
    if (counts_codes(read_.macro.spec)) counts.half_codes += half_codes(codes_);
    const double weight = read_.macro.input_slices[static_cast<size_t>(b)].weight();
    for (Index j = 0; j < n_columns_; ++j) {
      totals(token, j) += weight * codes_[static_cast<size_t>(j)];
    }
  }
  recombine(block, totals, y);
}

}  // namespace

Matrix<double> read_tile(const TileRead& read, const IntegerRows& x, NoiseDraw noise,
                         MvmCounts& counts) {
  Matrix<double> y(x.rows, outputs_of(read.macro, read.tile.converters->n_columns()));
  RowReader reader(read, noise);
  for_each_sum_block(read.macro, read.tile, x,
                     [&](SumBlock& block) { reader.read(block, counts, y); });
  return y;
}

void add_contribution(const ProgrammedTile& tile, const Matrix<double>& contribution,
                      const Matrix<double>& sums, Index first, MatrixView<double> y) {
  const Recombination& digital = tile.recombination;
  for (Index t = 0; t < contribution.rows; ++t) {
    double* out = y.values + t * y.stride;
    add_row(contribution.row(t).data(), digital.constant, contribution.cols, out);
    for (Index g = 0; g < digital.input_sum.rows; ++g) {
      const double* factor = digital.input_sum.row(g).data() + first;
      for (Index j = 0; j < contribution.cols; ++j) out[j] += factor[j] * sums(t, g);
    }
  }
}

void apply_correction(const ProgrammedMatrix& matrix, Matrix<double>& y) {
  if (!matrix.correction.gain.empty()) apply(matrix.correction, y);
}

MvmResult mvm_reference(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
                        std::span<const std::uint32_t> tokens, NoiseDraw noise) {
  check_read(macro, matrix, x, tokens);
  const ReadPlan plan = plan_reads(macro, matrix, Fusing::never);
  MvmResult result{Matrix<double>(x.rows, matrix.columns), MvmCounts::none(macro, matrix.rows)};
  result.counts.mvms = x.rows;
  const TokenRange all{0, x.rows};
  for (size_t t = 0; t < matrix.tiles.size(); ++t) {
    const ProgrammedTile& tile = matrix.tiles[t];
    for (Index g = 0; g < row_groups(macro.spec, tile.rows.rows); ++g) {
      count_drive(macro, tile, g, drive_steps(macro, tile, g, x, all), result.counts);
      result.counts.conversions += x.rows * std::ssize(macro.input_slices) *
                                   tile.converters->n_columns() *
                                   conversions_per_slice(macro.spec.weight);
    }
    const TileRead read{macro, tile, plan.tiles[t], {matrix.draw, static_cast<Index>(t)}, tokens};
    add_contribution(tile, read_tile(read, x, noise, result.counts),
                     input_sums(macro, tile, x, all), 0, {result.y.values.data(), result.y.cols});
  }
  apply_correction(matrix, result.y);
  return result;
}

}  // namespace ohm
