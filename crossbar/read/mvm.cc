// SPDX-License-Identifier: Apache-2.0
#include "crossbar/read/mvm.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/parallel.h"
#include "crossbar/encoding/input_encoding.h"
#include "crossbar/geometry.h"
#include "crossbar/linearity.h"
#include "crossbar/product/byte_kernel.h"
#include "crossbar/product/dot_kernel.h"
#include "crossbar/read/drive.h"
#include "crossbar/read/slice_reader.h"

namespace ohm {
namespace {

// vectors of a block: tables of partial sums pay for themselves, columns are arranged once
constexpr Index kPlaneVectors = 2048, kDotBlock = 512, kDotBits = 4096;
constexpr Index kUnitSums = Index{1} << 16;  // 256 KiB of sums: what a second-level cache keeps
constexpr Index kFewestColumns = 64, kMostColumns = 512;
constexpr Index kThreadUnits = 2;   // of columns, so that a thread that lags behind hands one over
constexpr Index kDotUnit = 256;     // at least, where sums are converted as they are made
constexpr Index kWholeTokens = 32;  // per piece of work where tiles are read as a whole

/// What the inputs of one block of tokens mean to one tile.
struct TileInputs {
  std::vector<StepInputs> groups;  ///< steps on each row group; inputs where reads are linear
  StepInputs whole;                ///< inputs of the tile, for its fused outputs
  Matrix<double> sums;             ///< input_sums()
};

/// Rows [first, first + tokens) and columns [left, left + columns) of a matrix.
Matrix<double> block_of(const Matrix<double>& m, TokenRange rows, ColumnRange columns) {
  Matrix<double> block(rows.tokens, columns.columns);
  for (Index i = 0; i < rows.tokens; ++i) {
    std::copy_n(m.row(rows.first + i).data() + columns.first, columns.columns, block.row(i).data());
  }
  return block;
}

/// The positions of the outputs [range.first, range.first + range.columns) in an ascending list.
ColumnRange positions(const std::vector<Index>& outputs, ColumnRange range) {
  const auto begin = std::ranges::lower_bound(outputs, range.first);
  const auto end = std::ranges::lower_bound(outputs, range.first + range.columns);
  return {begin - outputs.begin(), end - begin};
}

/// One call of mvm().
class Reader {
 public:
  Reader(const Macro& macro, const ProgrammedMatrix& matrix, const ReadPlan& plan,
         const IntegerRows& x, std::span<const std::uint32_t> tokens);

  MvmResult read(int asked_threads);

 private:
  TileRead tile_read(size_t t, TokenRange range) const {
    const auto tokens =
        tokens_.subspan(static_cast<size_t>(range.first), static_cast<size_t>(range.tokens));
    return {
        macro_, matrix_.tiles[t], plan_.tiles[t], {matrix_.draw, static_cast<Index>(t)}, tokens};
  }
  bool uses_tables() const;
  Index block_tokens() const;
  Index unit_columns(int threads) const;
  bool reads_whole(size_t t) const;
  void read_whole_tile(size_t t, int threads);
  void prepare_tile(size_t t);
  void prepare_block(int threads);
  StepInputs group_inputs(size_t t, Index group);
  CodeCounts read_unit(ColumnRange outputs);
  CodeCounts set_contribution(size_t t, ColumnRange outputs, Matrix<double>& y) const;
  void add_fused(size_t t, ColumnRange outputs, Matrix<double>& y) const;
  CodeCounts convert(size_t t, ColumnRange run, MatrixView<double> y) const;
  bool adds_one_term(size_t t) const;
  CodeCounts add_sliced(size_t t, ColumnRange outputs, Matrix<double>& y) const;

  const Macro& macro_;
  const ProgrammedMatrix& matrix_;
  const ReadPlan& plan_;
  IntegerRows x_;
  std::span<const std::uint32_t> tokens_;
  Index n_steps_;
  bool drives_bits_;
  std::vector<Matrix<double>> whole_;  // per tile: sliced outputs that are read at once, or empty
  TokenRange block_;
  std::vector<TileInputs> inputs_;  // of the block, per tile
  MvmResult result_;
};

Reader::Reader(const Macro& macro, const ProgrammedMatrix& matrix, const ReadPlan& plan,
               const IntegerRows& x, std::span<const std::uint32_t> tokens)
    : macro_(macro),
      matrix_(matrix),
      plan_(plan),
      x_(x),
      tokens_(tokens),
      n_steps_(std::ssize(macro.input_slices)),
      drives_bits_(drives_bits(macro)),
      whole_(matrix.tiles.size()),
      result_{Matrix<double>(x.rows, matrix.columns), MvmCounts::none(macro, matrix.rows)} {}

/// Whether the sums of one-bit steps come from tables.
bool Reader::uses_tables() const {
  const auto small = [](const ProgrammedTile& tile) { return sums_fit_int8(tile.cells.entries); };
  return !has_dot_products() || (!uses_tiles() && std::ranges::any_of(matrix_.tiles, small));
}

/// Tokens whose steps fill a block.
Index Reader::block_tokens() const {
  const Index of_bits = uses_tables() ? kPlaneVectors : kDotBits;
  return std::max<Index>(1, (drives_bits_ ? of_bits : kDotBlock) / n_steps_);
}

/// Columns of a unit of work: few enough for the caches, and for every thread to get some units
/// where there are columns enough.
Index Reader::unit_columns(int threads) const {
  const Index fitting = kUnitSums / std::max<Index>(1, block_.tokens * n_steps_);
  const Index fewest = drives_bits_ && uses_tables() ? kFewestColumns : kDotUnit;
  const Index most = std::clamp(fitting, fewest, kMostColumns);
  const Index wanted = threads > 1 ? threads * kThreadUnits : 1;
  const Index n_units = std::max((matrix_.columns + most - 1) / most, wanted);
  const Index each = (matrix_.columns + n_units - 1) / n_units;
  return std::max(kFewestColumns, round_up(each, kFewestColumns));
}

/// Whether all sliced outputs of a tile are read at once, before the blocks: by the twin or as a
/// map.
bool Reader::reads_whole(size_t t) const {
  const TilePlan& plan = plan_.tiles[t];
  const bool whole = plan.way == TilePlan::Way::slow || plan.way == TilePlan::Way::mapped;
  return whole && !plan.sliced_outputs.empty();
}

void Reader::read_whole_tile(size_t t, int threads) {
  const TilePlan& plan = plan_.tiles[t];
  Matrix<double>& y = whole_[t];
  y = Matrix<double>(x_.rows, std::ssize(plan.sliced_outputs));
  const Index n_pieces = (x_.rows + kWholeTokens - 1) / kWholeTokens;
  std::vector<MvmCounts> counts(static_cast<size_t>(n_pieces));
  parallel_for(threads, n_pieces, [&](Index k) {
    const TokenRange tokens{k * kWholeTokens, std::min(kWholeTokens, x_.rows - k * kWholeTokens)};
    const TileRead read = tile_read(t, tokens);
    const IntegerRows x = rows_of(x_, tokens, {0, x_.cols});
    const Matrix<double> part =
        plan.way == TilePlan::Way::mapped
            ? read_outputs(read, plan.map, x)
            : read_tile(read, x, NoiseDraw::per_conversion, counts[static_cast<size_t>(k)]);
    std::ranges::copy(part.values, y.row(tokens.first).data());
  });
  for (const MvmCounts& piece : counts) result_.counts.add({piece.clipped, piece.half_codes});
}

/// The steps of the block on one row group, counted; its inputs where reads are linear.
StepInputs Reader::group_inputs(size_t t, Index group) {
  const ProgrammedTile& tile = matrix_.tiles[t];
  const TilePlan& plan = plan_.tiles[t];
  const bool is_unread = plan.sliced_outputs.empty() || reads_whole(t);
  const bool is_linear = plan.way == TilePlan::Way::linear;
  const ExactOperand* entries = plan.sliced ? &*plan.sliced : &tile.cells.entries;
  const bool noisy = !tile.cells.variances.empty();
  const SummedOperands operands{entries, noisy ? &tile.cells.variances : nullptr};
  if (drives_bits_) {
    ByteInputs bits = drive_bits(macro_, tile, group, x_, block_);
    count_drive(macro_, tile, group, bits, result_.counts);
    if (is_unread) return {};
    if (!is_linear) return make_bit_inputs(std::move(bits), operands);
  } else {
    Matrix<std::int32_t> room;
    const IntegerRows driven = driven_rows(macro_, tile, group, x_, block_, room);
    count_drive(macro_, tile, group, driven, result_.counts);
    if (is_unread) return {};
    if (!is_linear) return make_step_inputs(driven, operands);
  }
  const RowRange rows = group_rows(macro_, tile, group);
  const IntegerRows inputs = rows_of(x_, block_, {tile.rows.first + rows.first, rows.rows});
  return make_step_inputs(inputs, {entries, nullptr});
}

/// The block as one tile sees it.
void Reader::prepare_tile(size_t t) {
  const ProgrammedTile& tile = matrix_.tiles[t];
  TileInputs& inputs = inputs_[t];
  for (Index g = 0; g < row_groups(macro_.spec, tile.rows.rows); ++g) {
    inputs.groups.push_back(group_inputs(t, g));
  }
  inputs.sums = input_sums(macro_, tile, x_, block_);
  const TilePlan& plan = plan_.tiles[t];
  if (plan.fused_outputs.empty()) return;
  const IntegerRows x = rows_of(x_, block_, {tile.rows.first, tile.rows.rows});
  inputs.whole = make_step_inputs(x, {&plan.fused, nullptr});
}

void Reader::prepare_block(int threads) {
  inputs_.assign(matrix_.tiles.size(), {});
  // tiles count on wordlines of their own
  parallel_for(threads, std::ssize(inputs_),
               [&](Index t) { prepare_tile(static_cast<size_t>(t)); });
  for (size_t t = 0; t < inputs_.size(); ++t) {
    const TilePlan& plan = plan_.tiles[t];
    const Index conversions = block_.tokens * n_steps_ * std::ssize(inputs_[t].groups) *
                              std::ssize(macro_.weight_slices) *
                              conversions_per_slice(macro_.spec.weight);
    result_.counts.conversions += conversions * matrix_.columns;
    const bool all = plan.way == TilePlan::Way::mapped;
    result_.counts.fused += conversions * (all ? matrix_.columns : std::ssize(plan.fused_outputs));
  }
}

/// Adds the fused ones among some outputs.
void Reader::add_fused(size_t t, ColumnRange outputs, Matrix<double>& y) const {
  const TilePlan& plan = plan_.tiles[t];
  const ColumnRange run = positions(plan.fused_outputs, outputs);
  if (run.columns == 0) return;
  thread_local ColumnSums product;
  product.prepare(inputs_[t].whole, plan.fused, {0, plan.fused.rows}, run);
  const std::int32_t* sums = product.of(0, y.rows);
  for (Index i = 0; i < y.rows; ++i) {
    for (Index k = 0; k < run.columns; ++k) {
      const Index output = plan.fused_outputs[static_cast<size_t>(run.first + k)];
      y(i, output - outputs.first) += static_cast<double>(sums[i * run.columns + k]);
    }
  }
}

/// y += some of the sliced outputs, at the positions `run`; returns what conversions returned.
CodeCounts Reader::convert(size_t t, ColumnRange run, MatrixView<double> y) const {
  thread_local ReadScratch scratch;
  const TilePlan& plan = plan_.tiles[t];
  const TileRead read = tile_read(t, block_);
  CodeCounts counts;
  for (Index g = 0; g < std::ssize(inputs_[t].groups); ++g) {
    SliceReader reader(read, g, inputs_[t].groups[static_cast<size_t>(g)], scratch);
    for (Index s = 0; s < std::ssize(macro_.weight_slices); ++s) {
      const ColumnRange columns{s * std::ssize(plan.sliced_outputs) + run.first, run.columns};
      if (plan.way == TilePlan::Way::linear) {
        reader.add_linear(columns, y);
      } else {
        counts += reader.convert(columns, y);
      }
    }
  }
  return counts;
}

/// Adds those of some outputs that are converted; returns what conversions returned.
CodeCounts Reader::add_sliced(size_t t, ColumnRange outputs, Matrix<double>& y) const {
  const TilePlan& plan = plan_.tiles[t];
  const ColumnRange run = positions(plan.sliced_outputs, outputs);
  if (run.columns == 0) return {};
  if (!reads_whole(t) && run.columns == outputs.columns)
    return convert(t, run, {y.values.data(), y.cols});
  Matrix<double> part;
  CodeCounts counts;
  if (reads_whole(t)) {
    part = block_of(whole_[t], block_, run);
  } else {
    part = Matrix<double>(y.rows, run.columns);
    counts = convert(t, run, {part.values.data(), part.cols});
  }
  for (Index i = 0; i < y.rows; ++i) {
    for (Index k = 0; k < run.columns; ++k) {
      const Index output = plan.sliced_outputs[static_cast<size_t>(run.first + k)];
      y(i, output - outputs.first) = part(i, k);
    }
  }
  return counts;
}

/// y = what tile t adds to some outputs of the block; returns what conversions returned.
CodeCounts Reader::set_contribution(size_t t, ColumnRange outputs, Matrix<double>& y) const {
  y.rows = block_.tokens, y.cols = outputs.columns;
  y.values.assign(static_cast<size_t>(y.rows * y.cols), 0.0);
  add_fused(t, outputs, y);
  return add_sliced(t, outputs, y);
}

/// Whether a tile adds a single product to every output, so that it can be added at once.
bool Reader::adds_one_term(size_t t) const {
  const Recombination& digital = matrix_.tiles[t].recombination;
  return !reads_whole(t) && plan_.tiles[t].fused_outputs.empty() && inputs_[t].groups.size() == 1 &&
         macro_.weight_slices.size() == 1 && digital.constant == 0.0 && digital.input_sum.rows == 0;
}

/// Some outputs of the block through all tiles, in their order; returns what conversions returned.
/// They are added up side by side: rows of the result lie so far apart that caches keep few of
/// them.
CodeCounts Reader::read_unit(ColumnRange outputs) {
  thread_local Matrix<double> contribution;
  thread_local std::vector<double> total;
  total.assign(static_cast<size_t>(block_.tokens * outputs.columns), 0.0);
  const MatrixView<double> y{total.data(), outputs.columns};
  CodeCounts counts;
  for (size_t t = 0; t < inputs_.size(); ++t) {
    if (adds_one_term(t)) {
      counts += convert(t, outputs, y);
      continue;
    }
    counts += set_contribution(t, outputs, contribution);
    add_contribution(matrix_.tiles[t], contribution, inputs_[t].sums, outputs.first, y);
  }
  for (Index i = 0; i < block_.tokens; ++i) {
    std::copy_n(y.values + i * y.stride, outputs.columns,
                result_.y.row(block_.first + i).data() + outputs.first);
  }
  return counts;
}

MvmResult Reader::read(int asked_threads) {
  const int threads = granted_threads(asked_threads);
  result_.counts.mvms = x_.rows;
  for (size_t t = 0; t < whole_.size(); ++t) {
    if (reads_whole(t)) read_whole_tile(t, threads);
  }
  const Index per_block = block_tokens();
  for (Index first = 0; first < x_.rows; first += per_block) {
    block_ = {first, std::min(per_block, x_.rows - first)};
    prepare_block(threads);
    const Index width = unit_columns(threads), n_units = (matrix_.columns + width - 1) / width;
    std::vector<CodeCounts> codes(static_cast<size_t>(n_units));
    parallel_for(threads, n_units, [&](Index u) {
      const Index left = u * width;
      codes[static_cast<size_t>(u)] = read_unit({left, std::min(width, matrix_.columns - left)});
    });
    for (const CodeCounts& each : codes) result_.counts.add(each);
  }
  apply_correction(matrix_, result_.y);
  return std::move(result_);
}

}  // namespace

void check_inputs(const Macro& macro, const IntegerRows& x) {
  const InputRange range = input_range(macro.spec.input);
  const bool binary = macro.spec.input.bits == 1;
  const IntegerRange found = range_of(x);
  if (!binary && found.low >= range.low && found.high <= range.high) return;
  for (Index t = 0; t < x.rows; ++t) {
    for (const std::int32_t value : x.row(t)) {
      if (value >= range.low && value <= range.high && (!binary || value != 0)) continue;
      throw ArgumentError(fmt::format(
          "inputs: {} found; expected {}-bit signed integers {}", value, macro.spec.input.bits,
          binary ? "-1 or 1" : fmt::format("in [{}, {}]", range.low, range.high)));
    }
  }
}

void check_read(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
                std::span<const std::uint32_t> tokens) {
  if (x.cols != matrix.rows) {
    throw ArgumentError(
        fmt::format("inputs: shape ({}, {}) found; expected (tokens, {}), one value for each row "
                    "of the programmed matrix",
                    x.rows, x.cols, matrix.rows));
  }
  if (std::ssize(tokens) != x.rows) {
    throw ArgumentError(fmt::format("inputs: {} tokens and {} numbers for them; expected one each",
                                    x.rows, tokens.size()));
  }
  if (!matrix.calibrated) {
    throw ArgumentError(fmt::format("adc.range is {}: calibrate on inputs before the first read",
                                    macro.spec.adc.range));
  }
  if (matrix.plan && matrix.plan->spread < kDitheringSpread) {
    throw ArgumentError(
        fmt::format("fidelity: fused found sums that spread over {:.3g} steps of their converters; "
                    "expected at least {}, below which rounding is not noise; use fidelity: "
                    "sliced, more adc.bits, or a range that is calibrated",
                    matrix.plan->spread, kDitheringSpread));
  }
  check_inputs(macro, x);
}

MvmResult mvm(const Macro& macro, const ProgrammedMatrix& matrix, const IntegerRows& x,
              std::span<const std::uint32_t> tokens, int threads) {
  check_read(macro, matrix, x, tokens);
  if (matrix.plan) return Reader(macro, matrix, *matrix.plan, x, tokens).read(threads);
  const ReadPlan plan = plan_reads(macro, matrix);
  return Reader(macro, matrix, plan, x, tokens).read(threads);
}

}  // namespace ohm
