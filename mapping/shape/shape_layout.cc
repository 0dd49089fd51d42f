// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/error.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/duplicate.h"
#include "mapping/schedule/picoseconds.h"
#include "mapping/schedule/step_builder.h"
#include "mapping/shape/shape_bands.h"
#include "mapping/shape/short_division.h"

namespace ohm {
namespace {

const std::string kAction = "mvm";

MatrixArrays arrays_of(const ShapeMatrix& matrix, const ChipSpec& chip, MacroFigures& figures,
                       const InputStatistics& activity) {
  MatrixArrays made;
  const BlockShape& shape = figures.shape();
  const Widths widths{figures.macro().input.bits, figures.macro().weight.bits};
  const TileGrid grid = tile_grid(matrix.rows, matrix.columns, shape);
  made.blocks = {grid, shape.columns, matrix.columns - (grid.column_tiles - 1) * shape.columns,
                 widths.partial_sum_bits(matrix.rows)};
  made.steps = TileSteps(grid.row_tiles, chip.macros_per_tile);
  const bool equal = row_split_of(chip) == "equal";
  made.rows = equal ? (matrix.rows - 1) / grid.row_tiles + 1 : std::min(matrix.rows, shape.rows);
  const BlockFigures& block =
      figures.of(made.rows, std::min(matrix.columns, shape.columns), activity);
  made.largest = &block;
  const auto inputs = static_cast<double>(2 * bytes_of(matrix.rows, widths.input_bits));
  made.filling = Bytes(inputs) / chip.buffer.bandwidth;
  made.load = picoseconds(made.filling, kAction);
  made.interval = picoseconds(block.timing.interval, kAction);
  made.latency = picoseconds(block.timing.latency, kAction);
  return made;
}

/// Finds how often each matrix is stored.
///
/// For throughput, layers of one kind are one stage: equal stages tie, so that all or none of them
/// get one more copy.
class Copies {
 public:
  Copies(const ShapeNetwork& network, const ChipSpec& chip, const BlockShape& shape,
         ShapeLayout& layout)
      : network_(network),
        chip_(chip),
        shape_(shape),
        layout_(layout),
        layers_(network.kinds.size(), 0) {
    for (const LayerUse& use : network.layers) ++layers_[use.kind];
  }

  /// Arrays of one copy of each.
  Index single() const {
    Index arrays = 0;
    for (size_t k = 0; k < layers_.size(); ++k) {
      const LayerKind& kind = network_.kinds[k];
      Index one = arrays_of(kind.behind, shape_);
      for (size_t m = 0; m < kind.matrices.size(); ++m) {
        one += arrays_of(kind.matrices[m].before, shape_) + size_of(k, m);
      }
      arrays += layers_[k] * one;
    }
    return arrays;
  }

  void choose(Index tiles) {
    const bool latency = chip_.map.duplication == "latency";
    const Index budget = budget_in_arrays(tiles), single = this->single();
    if (single > budget) {
      throw ConfigError(fmt::format(
          "chip {}: map.budget: {:g} of {} tiles holds {} arrays; expected at least the {} that "
          "one copy of each matrix of {} takes: raise the budget",
          chip_.name, chip_.map.budget, tiles, budget, single, network_.spec.name));
    }
    std::vector<DuplicationStage> stages;
    std::vector<size_t> first(layers_.size(), 0);  // by kind
    for (size_t l = 0; l < network_.layers.size(); ++l) {
      const size_t k = network_.layers[l].kind;
      if (!latency && is_known(l)) continue;
      first[k] = stages.size();
      add_stages(k, latency ? 1 : layers_[k], stages);
    }
    const auto copies = latency ? duplicate_for_latency(stages, budget).copies
                                : duplicate_for_throughput(stages, budget).copies;
    size_t next = 0;
    for (size_t l = 0; l < network_.layers.size(); ++l) {
      const size_t k = network_.layers[l].kind;
      if (!latency) next = first[k];
      const size_t matrices = network_.kinds[k].matrices.size();
      for (size_t m = 0; m < matrices; ++m) layout_.copies[layout_.first[l] + m] = copies[next++];
      if (latency && skipped_[k] > 0) ++next;
    }
  }

 private:
  Index size_of(size_t k, size_t m) const {
    const MatrixArrays& matrix = layout_.matrices[k][m];
    return matrix.stored() ? matrix.blocks.grid.size() : 0;
  }

  /// Whether an earlier layer is of the same kind.
  bool is_known(size_t layer) const {
    for (size_t l = 0; l < layer; ++l) {
      if (network_.layers[l].kind == network_.layers[layer].kind) return true;
    }
    return false;
  }

  void add_stages(size_t k, Index layers, std::vector<DuplicationStage>& stages) {
    skipped_.resize(layers_.size(), 0);
    const LayerKind& kind = network_.kinds[k];
    skipped_[k] = arrays_of(kind.behind, shape_);
    for (size_t m = 0; m < kind.matrices.size(); ++m) {
      skipped_[k] += arrays_of(kind.matrices[m].before, shape_);
      stages.push_back(stage_of(k, m, layers));
    }
    // as long as those that stand for them
    if (skipped_[k] > 0) stages.push_back({0, layers * skipped_[k], 1});
  }

  DuplicationStage stage_of(size_t k, size_t m, Index layers) const {
    constexpr double kLongest = 1000;  // seconds, as in arrange()
    const ShapeMatrix& matrix = network_.kinds[k].matrices[m];
    const MatrixArrays& made = layout_.matrices[k][m];
    double longer = 0.0;
    if (made.stored() && !matrix.once) {
      longer = std::min(std::max(made.filling, made.largest->timing.interval).si(), kLongest);
    }
    const bool copied = made.stored() && !matrix.once && !matrix.routed;
    return {static_cast<std::int64_t>(std::round(longer * matrix.share * 1e12)),
            layers * size_of(k, m), copied ? DuplicationStage::kMostCopies : 1};
  }

  Index budget_in_arrays(Index tiles) const {
    const auto all = static_cast<double>(tiles);
    const double budget = chip_.map.budget;
    const double taken = std::floor(std::min(budget <= 1 ? budget * all : budget, all));
    return static_cast<Index>(taken) * chip_.macros_per_tile;
  }

  const ShapeNetwork& network_;
  const ChipSpec& chip_;
  const BlockShape& shape_;
  ShapeLayout& layout_;
  std::vector<Index> layers_, skipped_;  // by kind
};

/// Walks along the snake.
class Walk {
 public:
  Walk(const ShapeNetwork& network, const ChipSpec& chip, const BlockShape& shape,
       const LayoutRules& rules)
      : network_(network),
        macros_(chip.macros_per_tile),
        shape_(shape),
        rules_(rules),
        heads_(network.spec, chip) {}

  void run(ShapeLayout& layout) {
    for (size_t l = 0; l < network_.layers.size(); ++l) {
      const LayerKind& kind = network_.kinds[network_.layers[l].kind];
      if (rules_.fresh_tiles) open_tile();
      ranges_.clear();
      begin(layout, l);
      for (size_t m = 0; m < kind.matrices.size(); ++m) pass(layout, l, m);
      array_ += arrays_of(kind.behind, shape_);
      if (!kind.attends) continue;
      layout.attention.push_back(heads_.spread(ranges_));
      layout.attention.back().window = kind.window;
    }
    layout.arrays = array_ - left_empty_;
    layout.tiles = array_ == 0 ? 0 : (array_ - 1) / macros_ + 1;
  }

 private:
  void open_tile() {
    const Index next = (array_ + macros_ - 1) / macros_ * macros_;
    left_empty_ += next - array_;
    array_ = next;
  }

  /// Layers of one kind that begin at the same place of a tile, and have the same copies.
  void begin(ShapeLayout& layout, size_t l) {
    const Index place = remainder(array_, macros_);
    const size_t kind = network_.layers[l].kind;
    const size_t matrices = network_.kinds[kind].matrices.size();
    for (const Begin& known : begins_) {
      if (known.place != place || network_.layers[known.layer].kind != kind) continue;
      const Index* copies = layout.copies_of(l);
      if (!std::equal(copies, copies + matrices, layout.copies_of(known.layer))) continue;
      layout.like.push_back(known.layer);
      shift_ = quotient(array_ - known.array, macros_);
      return;
    }
    begins_.push_back({place, array_, l});
    layout.like.push_back(l);
    shift_ = 0;
  }

  /// Where arrays begin at the same place of a tile, only the tiles are others.
  MatrixSpread spread(const ShapeLayout& layout, const MatrixArrays& made, size_t l,
                      size_t m) const {
    const size_t like = layout.like[l];
    if (like == l) {
      return least_spread(made.blocks, layout.copies_of(l)[m], array_, made.steps);
    }
    MatrixSpread shifted = layout.spreads_of(like)[m];
    shifted.first_tile += shift_;
    shifted.last_tile += shift_;
    return shifted;
  }

  void pass(ShapeLayout& layout, size_t l, size_t m) {
    const size_t k = network_.layers[l].kind;
    const ShapeMatrix& matrix = network_.kinds[k].matrices[m];
    const MatrixArrays& made = layout.matrices[k][m];
    array_ += arrays_of(matrix.before, shape_);
    if (!made.stored()) return;
    const size_t at = layout.first[l] + m;
    const Index copies = layout.copies[at], arrays = made.blocks.grid.size();
    layout.spreads[at] = spread(layout, made, l, m);
    // attention stands on the tiles of the first copy, and so does the owner
    layout.homes[at] = {quotient(array_, macros_), quotient(array_ + arrays - 1, macros_)};
    if (!matrix.routed) ranges_.push_back(layout.homes[at]);
    array_ += copies * arrays;
  }

  const ShapeNetwork& network_;
  const Index macros_;
  const BlockShape& shape_;
  const LayoutRules& rules_;
  AttentionSpreader heads_;
  struct Begin {
    Index place, array;
    size_t layer;
  };

  std::vector<TileRange> ranges_;
  std::vector<Begin> begins_;
  Index array_ = 0, left_empty_ = 0;
  Index shift_ = 0;  // tiles between the layer at hand and the one that it is like
};

/// Tiles of all chips; where their number grows with the network, of as many as it takes.
Index tiles_for(const ChipSpec& chip, Index arrays) {
  const Index tiles = arrays == 0 ? 0 : (arrays - 1) / chip.macros_per_tile + 1;
  const Index chips = tiles == 0 ? 1 : (tiles - 1) / chip.n_tiles() + 1;
  return n_chips(sized(chip.system, chips)) * chip.n_tiles();
}

}  // namespace

ShapeLayout shape_layout(const ShapeNetwork& network, const ChipSpec& chip, MacroFigures& figures,
                         const LayoutTerms& terms) {
  if (chip.map.packing != "none") {
    throw ArgumentError(fmt::format(
        "shape: chip {} packs blocks (map.packing: {}), which no closed form describes; expected "
        "packing: none",
        chip.name, chip.map.packing));
  }
  ShapeLayout layout;
  for (const LayerKind& kind : network.kinds) {
    auto& matrices = layout.matrices.emplace_back();
    for (const ShapeMatrix& matrix : kind.matrices) {
      matrices.push_back(matrix.stored ? arrays_of(matrix, chip, figures, terms.activity)
                                       : MatrixArrays{});
    }
  }
  for (const LayerUse& use : network.layers) {
    layout.first.push_back(layout.copies.size());
    layout.copies.resize(layout.copies.size() + network.kinds[use.kind].matrices.size(), 1);
  }
  layout.spreads.resize(layout.copies.size());
  layout.homes.resize(layout.copies.size(), {0, 0});
  Copies copies(network, chip, figures.shape(), layout);
  if (chip.map.duplication != "none" && !terms.rules.fresh_tiles) {
    copies.choose(tiles_for(chip, copies.single()));
  }
  Walk(network, chip, figures.shape(), terms.rules).run(layout);
  share_buffers(network.spec, chip, terms.batch, layout.attention);
  return layout;
}

}  // namespace ohm
