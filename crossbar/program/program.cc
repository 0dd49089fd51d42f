// SPDX-License-Identifier: Apache-2.0
#include "crossbar/program/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "core/error.h"
#include "crossbar/encoding/weight_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/program/array_layout.h"
#include "crossbar/program/drift_compensation.h"
#include "crossbar/program/voltage_sensing.h"
#include "crossbar/read/calibrate.h"

namespace ohm {
namespace {

/// The converters of the arrays of one row tile, and which of them each column is wired to.
std::shared_ptr<const ConverterBank> wire_converters(const Macro& macro, const ChipDraw& draw,
                                                     std::uint32_t strip, Index outputs) {
  const Index width = weight_columns(macro.spec), each = adcs_per_macro(macro.spec);
  std::vector<AdcDraw> converters;
  for (Index k = 0; k < arrays_across(macro, outputs) * each; ++k) {
    converters.push_back({draw.seed, draw.chip, strip, static_cast<std::uint32_t>(k / each),
                          static_cast<std::uint32_t>(k % each)});
  }
  std::vector<Index> wired;
  for (Index s = 0; s < std::ssize(macro.weight_slices); ++s) {
    for (Index j = 0; j < outputs; ++j) {
      wired.push_back(j / width * each + converter_of(macro.spec, j % width, s));
    }
  }
  return std::make_shared<const ConverterBank>(*macro.adc, converters, wired, macro.signed_sums);
}

/// The DACs of the wordlines, which the arrays side by side share; empty where they are ideal.
Matrix<float> draw_dacs(const Macro& macro, const ChipDraw& draw, std::uint32_t strip,
                        Index wordlines) {
  if (is_ideal(macro.spec.dac)) return {};
  const auto bits =
      static_cast<Index>(std::bit_width(static_cast<std::uint64_t>(macro.max_input())));
  return dac_bank(macro.spec.dac, bits, {draw.seed, draw.chip, strip, 0, 0}, wordlines);
}

/// Sum of each wordline over the cells of all its arrays, reference cells included.
std::vector<double> row_conductance(const TileCells& cells) {
  std::vector<double> sums(static_cast<size_t>(cells.side[0].rows), 0.0);
  for (const Matrix<double>* part : {&cells.side[0], &cells.side[1], &cells.reference}) {
    for (Index i = 0; i < part->rows; ++i) {
      for (const double g : part->row(i)) sums[static_cast<size_t>(i)] += g;
    }
  }
  return sums;
}

Siemens mean_conductance(const TileCells& cells, const std::vector<double>& row_sums) {
  const Index n = cells.n_sides() * cells.side[0].size() + cells.reference.size();
  double sum = 0.0;
  for (const double g : row_sums) sum += g;
  return Siemens(n > 0 ? sum / static_cast<double>(n) : 0.0);
}

ProgrammedTile program_tile(const Macro& macro, const Matrix<std::int32_t>& weights, RowTile rows,
                            const ChipDraw& draw, std::uint32_t strip) {
  ProgrammedTile tile;
  tile.rows = rows;
  EncodedTile encoded = encode(macro, weights, rows);
  const TileCells cells = realise_cells(macro, encoded, draw, strip);
  tile.compensation = drift_compensation(macro, encoded, cells, draw, strip);
  TileCells seen = cells;
  if (macro.spec.array.sensing == "voltage") {
    encoded.recombination.column_gain =
        apply_voltage_sensing(macro, target_cells(macro, encoded), seen);
  }
  tile.recombination = std::move(encoded.recombination);
  const WireModel wires = wire_model(macro);
  if (wires == WireModel::matrix) apply_driven_wires(macro, seen);
  if (wires == WireModel::ladders) tile.ladders = tile_ladders(macro, cells);
  if (wires == WireModel::networks) tile.conductances = std::make_shared<const TileCells>(cells);
  tile.cells = seal_cells(macro, seen, cells);
  tile.row_conductance = row_conductance(cells);
  tile.mean_conductance = mean_conductance(cells, tile.row_conductance);
  tile.dac_levels = draw_dacs(macro, draw, strip, std::ssize(tile.row_conductance));
  tile.converters = wire_converters(macro, draw, strip, weights.cols);
  tile.programming = cells.programming;
  return tile;
}

void check_weights(const Macro& macro, const Matrix<std::int32_t>& weights) {
  const WeightRange range = weight_range(macro.spec.weight);
  const bool binary = macro.spec.weight.bits == 1;
  for (const std::int32_t w : weights.values) {
    if (w >= range.low && w <= range.high && (!binary || w != 0)) continue;
    throw ArgumentError(fmt::format(
        "weights: {} found; expected {}-bit signed integers {}", w, macro.spec.weight.bits,
        binary ? "-1 or 1" : fmt::format("in [{}, {}]", range.low, range.high)));
  }
}

void check_tiles(const Macro& macro, Index rows, std::span<const RowTile> tiles) {
  const Index most = inputs_per_array(macro.spec);
  Index next = 0;
  for (const RowTile& tile : tiles) {
    if (tile.first != next || tile.rows < 1 || tile.rows > most) {
      throw ArgumentError(fmt::format(
          "row tiles: rows [{}, {}) found; expected one that starts at {} and has 1 to {} rows",
          tile.first, tile.first + tile.rows, next, most));
    }
    next += tile.rows;
  }
  if (next != rows) {
    throw ArgumentError(fmt::format("row tiles: they cover {} rows; expected {}", next, rows));
  }
}

}  // namespace

std::vector<RowTile> full_row_tiles(Index rows, Index height) {
  if (height < 1) {
    throw ArgumentError(fmt::format("row tiles: height {} found; expected at least 1", height));
  }
  std::vector<RowTile> tiles;
  for (Index first = 0; first < rows; first += height) {
    tiles.push_back({first, std::min(height, rows - first)});
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
  ProgrammedMatrix matrix{weights.rows, weights.cols, draw, {}, false, {}, {}};
  for (size_t t = 0; t < tiles.size(); ++t) {
    const std::uint32_t strip = draw.matrix << 16 | static_cast<std::uint32_t>(t);
    matrix.tiles.push_back(program_tile(macro, weights, tiles[t], draw, strip));
    matrix.programming += matrix.tiles.back().programming;
  }
  matrix.programming.seconds = programming_time(macro.spec.device.programming, matrix.programming);
  set_default_ranges(macro, matrix);
  return matrix;
}

}  // namespace ohm
