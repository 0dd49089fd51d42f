// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "core/random.h"
#include "crossbar/calibrate.h"
#include "crossbar/geometry.h"
#include "crossbar/purpose.h"

namespace ohm {
namespace {

StreamKey key_of(const ChipDraw& draw, Purpose purpose) {
  return {draw.seed, draw.chip, static_cast<std::uint8_t>(purpose)};
}

/// Where a cell's random numbers come from: the arrays of one row tile, one wordline of them.
struct WordlineDraw {
  ChipDraw draw;
  std::uint32_t strip, row;

  /// One number per output for cell `side` of slice `s`.
  Counter counter(Index s, Index side) const {
    return {strip, row, static_cast<std::uint32_t>(2 * s + side)};
  }
};

/// The cells of one wordline that hold one side of one slice, one per output.
struct CellRow {
  std::vector<double> g;    // S: targets, then what they became
  std::vector<char> tuned;  // whether the cell was tuned or left reset
};

/// Programming error and stuck cells.
void disturb(const DeviceSpec& device, const WordlineDraw& line, Index s, Index side,
             CellRow& cells) {
  std::vector<double>& g = cells.g;
  std::vector<float> draws(g.size());
  fill_normal(key_of(line.draw, Purpose::programming_error), line.counter(s, side), 0, draws);
  for (size_t j = 0; j < g.size(); ++j) {
    if (!cells.tuned[j] && !device.model->errs_at_rest()) continue;
    const double sigma = device.model->programming_sigma(Siemens(g[j]), device).si();
    g[j] = std::max(0.0, g[j] + sigma * static_cast<double>(draws[j]));
  }
  if (device.stuck_low + device.stuck_high == 0.0) return;
  fill_uniform(key_of(line.draw, Purpose::stuck_cell), line.counter(s, side), 0, draws);
  for (size_t j = 0; j < g.size(); ++j) {
    const double u = static_cast<double>(draws[j]);
    if (u < device.stuck_low) g[j] = device.g_min.si();
    if (u >= device.stuck_low && u < device.stuck_low + device.stuck_high) g[j] = device.g_max.si();
  }
}

/// Everything the cells of one tile are collected into before they are sealed.
struct Cells {
  Matrix<float> codes;
  Matrix<double> variances;  // codes²; empty without read noise
};

class TileProgrammer {
 public:
  TileProgrammer(const Macro& macro, const Matrix<std::int32_t>& weights, const ChipDraw& draw)
      : macro_(macro), weights_(weights), draw_(draw) {}

  ProgrammedTile program(RowTile rows, std::uint32_t strip) const;

 private:
  Index n_slices() const { return std::ssize(macro_.weight_slices); }
  void program_wordline(const WordlineDraw& line, Index i, Index row, Cells& cells,
                        ProgrammedTile& tile) const;
  void add_cells(const WordlineDraw& line, Index i, Index row, Index s, Index side, Cells& cells,
                 ProgrammedTile& tile) const;
  void subtract_reference(const WordlineDraw& line, Index i, Index s, Cells& cells,
                          ProgrammedTile& tile) const;
  void seal_variances(const Matrix<double>& variances, ProgrammedTile& tile) const;
  void draw_converters(std::uint32_t strip, ProgrammedTile& tile) const;

  const Macro& macro_;
  const Matrix<std::int32_t>& weights_;
  ChipDraw draw_;
};

constexpr double kLargestCode = 8388608.0;  // 2^23: a pair of them is still exact in fp32

/// Adds one cell per output, `sign` +1 or -1, to the codes of slice s on wordline i.
void collect(const Macro& macro, Index s, double sign, const std::vector<double>& g, Index i,
             Cells& cells) {
  const double g_min = macro.spec.device.g_min.si();
  const double unit = macro.code_conductance(s).si();
  const double noise = macro.spec.device.read_noise / unit;
  const size_t first = static_cast<size_t>(s) * g.size();
  for (size_t j = 0; j < g.size(); ++j) {
    const double code = std::nearbyint((g[j] - g_min) / unit);
    if (std::abs(code) >= kLargestCode) {
      throw ArgumentError(fmt::format(
          "device: a cell at {} S lies {:.3g} times its whole range away; expected programming "
          "errors "
          "that are smaller than the range, g_max - g_min = {} S",
          g[j], (g[j] - g_min) / macro.spec.device.range().si(), macro.spec.device.range().si()));
    }
    cells.codes.row(i)[first + j] += static_cast<float>(sign * code);
    if (cells.variances.rows > 0) {
      cells.variances.row(i)[first + j] += (noise * g[j]) * (noise * g[j]);
    }
  }
}

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum;
}

void TileProgrammer::add_cells(const WordlineDraw& line, Index i, Index row, Index s, Index side,
                               Cells& cells, ProgrammedTile& tile) const {
  const DeviceSpec& device = macro_.spec.device;
  const WeightSlice& slice = macro_.weight_slices[static_cast<size_t>(s)];
  const double spacing = device.range().si() / static_cast<double>(slice.top);
  CellRow wordline;
  for (const std::int32_t weight : weights_.row(row)) {
    const Index level = slice.level(stored_magnitude(macro_.spec.weight, weight, side == 1));
    wordline.g.push_back(level == slice.top
                             ? device.g_max.si()
                             : device.g_min.si() + static_cast<double>(level) * spacing);
    wordline.tuned.push_back(is_tuned(macro_.spec.weight, weight, side == 1) ? 1 : 0);
  }
  disturb(device, line, s, side, wordline);
  collect(macro_, s, side == 0 ? 1.0 : -1.0, wordline.g, i, cells);
  tile.row_conductance[static_cast<size_t>(i)] += sum_of(wordline.g);
}

/// The reference column: one cell at g_min per wordline and array; each column of that array is
/// sensed against it.
void TileProgrammer::subtract_reference(const WordlineDraw& line, Index i, Index s, Cells& cells,
                                        ProgrammedTile& tile) const {
  const Index width = weight_columns(macro_.spec);
  const Index n_arrays = (weights_.cols + width - 1) / width;
  CellRow reference{
      std::vector<double>(static_cast<size_t>(n_arrays), macro_.spec.device.g_min.si()),
      std::vector<char>(static_cast<size_t>(n_arrays), 0)};
  disturb(macro_.spec.device, line, n_slices(), 1, reference);
  std::vector<double> spread(static_cast<size_t>(weights_.cols));
  for (size_t j = 0; j < spread.size(); ++j) {
    spread[j] = reference.g[j / static_cast<size_t>(width)];
  }
  collect(macro_, s, -1.0, spread, i, cells);
  if (s == 0) tile.row_conductance[static_cast<size_t>(i)] += sum_of(reference.g);
}

void TileProgrammer::program_wordline(const WordlineDraw& line, Index i, Index row, Cells& cells,
                                      ProgrammedTile& tile) const {
  for (Index s = 0; s < n_slices(); ++s) {
    for (Index side = 0; side < cells_per_slice(macro_.spec.weight); ++side) {
      add_cells(line, i, row, s, side, cells, tile);
    }
    if (macro_.spec.weight.encoding == "offset_column") {
      subtract_reference(line, i, s, cells, tile);
    }
  }
}

/// Variances go onto a 16-bit grid of the largest one, so that their sums are exact as well.
void TileProgrammer::seal_variances(const Matrix<double>& variances, ProgrammedTile& tile) const {
  double largest = 0.0;
  for (const double value : variances.values) largest = std::max(largest, value);
  if (largest == 0.0) return;
  tile.variance_unit = largest / 65535.0;
  Matrix<float> codes(variances.rows, variances.cols);
  for (size_t k = 0; k < codes.values.size(); ++k) {
    codes.values[k] = static_cast<float>(std::nearbyint(variances.values[k] / tile.variance_unit));
  }
  const Index top = macro_.max_input();
  tile.variances = make_exact(std::move(codes), top * top);
}

/// Gain and offset of the converter that each column is wired to.
void TileProgrammer::draw_converters(std::uint32_t strip, ProgrammedTile& tile) const {
  const AdcSpec& adc = macro_.spec.adc;
  if (adc.offset == 0.0 && adc.gain_error == 0.0) return;
  const Index width = weight_columns(macro_.spec), n_outputs = weights_.cols;
  const Index pair = cells_per_slice(macro_.spec.weight);
  for (Index column = 0; column < n_slices() * n_outputs; ++column) {
    const Index s = column / n_outputs, j = column % n_outputs;
    const Index bitline = ((j % width) * n_slices() + s) * pair;
    const Index converter = bitline / macro_.spec.array.columns_per_adc;
    const Counter counter{strip, static_cast<std::uint32_t>(j / width), 0};
    const float gain = normal_at(key_of(draw_, Purpose::adc_gain), counter, converter);
    const float offset = normal_at(key_of(draw_, Purpose::adc_offset), counter, converter);
    tile.adc_gain.push_back(static_cast<float>(adc.gain_error) * gain);
    tile.adc_offset.push_back(static_cast<float>(adc.offset) * offset);
  }
}

ProgrammedTile TileProgrammer::program(RowTile rows, std::uint32_t strip) const {
  ProgrammedTile tile;
  tile.rows = rows;
  tile.row_conductance.assign(static_cast<size_t>(rows.rows), 0.0);
  const Index n_columns = n_slices() * weights_.cols;
  Cells cells{Matrix<float>(rows.rows, n_columns), {}};
  if (macro_.spec.device.read_noise > 0.0) cells.variances = Matrix<double>(rows.rows, n_columns);
  for (Index i = 0; i < rows.rows; ++i) {
    const WordlineDraw line{draw_, strip, static_cast<std::uint32_t>(i)};
    program_wordline(line, i, rows.first + i, cells, tile);
  }
  const Index n_cells = rows.rows * n_columns * cells_per_slice(macro_.spec.weight);
  tile.mean_conductance =
      Siemens(n_cells > 0 ? sum_of(tile.row_conductance) / static_cast<double>(n_cells) : 0.0);
  seal_variances(cells.variances, tile);
  tile.cells = make_exact(std::move(cells.codes), macro_.max_input());
  draw_converters(strip, tile);
  return tile;
}

void check_weights(const Macro& macro, const Matrix<std::int32_t>& weights) {
  const WeightRange range = weight_range(macro.spec.weight);
  for (const std::int32_t w : weights.values) {
    if (w >= range.low && w <= range.high) continue;
    throw ArgumentError(
        fmt::format("weights: {} found; expected {}-bit signed integers in [{}, {}]", w,
                    macro.spec.weight.bits, range.low, range.high));
  }
}

void check_tiles(const Macro& macro, Index rows, std::span<const RowTile> tiles) {
  Index next = 0;
  for (const RowTile& tile : tiles) {
    if (tile.first != next || tile.rows < 1 || tile.rows > macro.spec.array.n_wordlines) {
      throw ArgumentError(fmt::format(
          "row tiles: rows [{}, {}) found; expected one that starts at {} and has 1 to {} rows",
          tile.first, tile.first + tile.rows, next, macro.spec.array.n_wordlines));
    }
    next += tile.rows;
  }
  if (next != rows) {
    throw ArgumentError(fmt::format("row tiles: they cover {} rows; expected {}", next, rows));
  }
}

}  // namespace

std::vector<RowTile> full_row_tiles(Index rows, Index n_wordlines) {
  std::vector<RowTile> tiles;
  for (Index first = 0; first < rows; first += n_wordlines) {
    tiles.push_back({first, std::min(n_wordlines, rows - first)});
  }
  return tiles;
}

ProgrammedMatrix program(const Macro& macro, const Matrix<std::int32_t>& weights,
                         std::span<const RowTile> tiles, const ChipDraw& draw) {
  check_weights(macro, weights);
  check_tiles(macro, weights.rows, tiles);
  if (draw.matrix > 0xFFFF || tiles.size() > 0xFFFF) {
    throw ArgumentError(
        fmt::format("matrix number {} with {} row tiles; expected at most 65535 of "
                    "each, the width of the random counters",
                    draw.matrix, tiles.size()));
  }
  ProgrammedMatrix matrix{weights.rows, weights.cols, draw, {}, false};
  const TileProgrammer programmer(macro, weights, draw);
  for (size_t t = 0; t < tiles.size(); ++t) {
    matrix.tiles.push_back(
        programmer.program(tiles[t], draw.matrix << 16 | static_cast<std::uint32_t>(t)));
  }
  set_default_ranges(macro, matrix);
  return matrix;
}

}  // namespace ohm
