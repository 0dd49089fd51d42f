// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/error.h"
#include "mapping/chip/packed_arrays.h"
#include "mapping/macros/chips_for.h"
#include "mapping/macros/tile_filler.h"
#include "mapping/structure/alike_layers.h"
#include "mapping/structure/assumed_system.h"
#include "mapping/structure/bands.h"
#include "mapping/system/chip_dies.h"

namespace ohm {
namespace {

/// What asks for bands on its own account, and what it may say instead; none: nothing does.
std::optional<AskedKey> asked_for_bands(const MapSpec& map) {
  if (map.tensor_parallel > 1) {
    return AskedKey{fmt::format("map.tensor_parallel: {}", map.tensor_parallel), "auto"};
  }
  if (map.placement == "bands") return AskedKey{"map.placement: bands", "snake"};
  return {};
}

/// Nothing that bands cannot do beside what asks for them, and nothing that only a workload says.
void require_bands_alone(const ChipSpec& spec) {
  if (spec.map.tensor_parallel == MapSpec::kCheapest) {
    throw ConfigError(fmt::format(
        "chip {}: map.tensor_parallel: cheapest is found for a workload; expected auto, or the "
        "number that an estimate of the network and the chip prints",
        spec.name));
  }
  const auto key = beyond_bands(spec);
  const auto asked = asked_for_bands(spec.map);
  if (!key || !asked) return;
  throw ConfigError(fmt::format("chip {}: {} beside {}; expected {} there, or {} here", spec.name,
                                asked->key, key->key, key->expected, asked->expected));
}

Index layers_of(const Band& band, const Reduction* reduction) {
  return reduction == nullptr ? 1 : reduction->stands_for(band.layer);
}

Index sum_of(const std::vector<Index>& counts) {
  return std::accumulate(counts.begin(), counts.end(), Index{0});
}

/// Finds the layout of one network on one chip.
class Layouter {
 public:
  Layouter(const TransformerSpec& network, const ChipSpec& chip, const std::vector<Band>& bands,
           const Reduction* reduction)
      : network_(network),
        chip_(chip),
        reduction_(reduction),
        bands_(bands),
        runs_(runs_of(network, bands_, reduction)),
        is_asked_(chip.map.placement == "bands"),
        is_auto_(chip.map.placement == "auto"),
        parallel_(chip.map.tensor_parallel) {}

  /// `packed`: by kind of macro, the arrays of blocks that share them; none where none do.
  Layout run(std::vector<Index> packed) {
    layout_.arrays = std::move(packed);
    along_snake();
    const bool alone = layout_.chips == 1 && parallel_ <= 1;
    if (alone && wants_bands_alone() && has_own_rows()) {
      layout_.grid = own_grid();
      take_bands(1);
      layout_.holds = true;
    } else if (alone && !is_asked_) {
      leave_to_snake();
    } else {
      on_several_chips();
    }
    return std::move(layout_);
  }

 private:
  BandGrid own_grid() const { return {chip_.mesh.columns}; }
  Index own_rows() const { return own_grid().rows_of(runs_); }
  bool has_own_rows() const { return chip_.system.empty() && own_rows() <= chip_.mesh.rows; }
  bool is_large() const { return sum_of(layout_.arrays) > kMostLaidOut; }
  bool wants_bands_alone() const {
    return is_asked_ || (is_auto_ && is_large() && !beyond_bands(chip_));
  }

  bool are_mapped(Index chips) const { return chips <= kMostSystemTiles / chip_.n_tiles(); }

  /// Every array behind the one before it, as many chips as that takes.
  void along_snake() {
    if (layout_.arrays.empty()) {
      layout_.arrays.assign(static_cast<size_t>(chip_.n_kinds()), 0);
      for (const Band& band : bands_) add(band.arrays_of_kind, band, layout_.arrays);
    }
    for (size_t k = 0; k < layout_.arrays.size(); ++k) {
      const Index each = of_kind(chip_, static_cast<Index>(k)).macros_per_tile;
      layout_.tiles.push_back(tiles_for({layout_.arrays[k]}, {each}));
    }
    layout_.fewest_tiles = sum_of(layout_.tiles);
    layout_.chips = std::max<Index>(1, chips_for(chip_, layout_.tiles));
    const Index taken = n_chips(sized(chip_.system, layout_.chips));
    layout_.holds = are_mapped(taken) && layout_.chips <= taken - dies_without_weights(chip_);
    layout_.joined = alike(chip_);
    layout_.joined.system.clear();
  }

  void add(const std::vector<Index>& of_band, const Band& band, std::vector<Index>& sums) const {
    for (size_t k = 0; k < sums.size(); ++k) sums[k] += layers_of(band, reduction_) * of_band[k];
  }

  void take_bands(Index chips) {
    layout_.bands = true;
    layout_.chips = chips;
    layout_.rows = layout_.grid.rows_of(runs_);
    layout_.tiles.assign(layout_.tiles.size(), 0);
    for (const Band& band : bands_) add(band.tiles_of_kind, band, layout_.tiles);
  }

  /// One chip, along the snake: layers of more than can be laid out one by one stand otherwise.
  void leave_to_snake() {
    if (!is_large()) return;
    layout_.apart = beyond_bands(chip_);
    if (!layout_.apart) layout_.apart = AskedKey{"mesh", fmt::format("{} rows", own_rows())};
  }

  void on_several_chips() {
    const bool holds = layout_.holds;
    layout_.apart = beyond_bands(chip_);
    if (layout_.apart) return;
    ChipSpec& joined = layout_.joined;
    joined.system = chip_.system.empty() ? assumed_system(chip_) : chip_.system;
    if (parallel_ > 0) {
      require_wide_layers();
      joined.system = spread(joined.system, parallel_);
    }
    const BandGrid grid = band_grid(joined, runs_);
    const Index rows = grid.rows_of(runs_);
    const Index chips = chips_on(chip_.system.empty() ? joined : chip_, grid, rows);
    const bool has_room = has_rows(joined, grid, rows);
    if (is_auto_ && parallel_ == MapSpec::kAuto && !has_room && holds) {
      layout_.apart = {"system", fmt::format("{} chips for whole rows of tiles", chips)};
      return;
    }
    layout_.grid = grid;
    take_bands(chips);
    if (is_large() && chip_.dram_at.size() > 1) layout_.apart = {"dram_at", "one chip at most"};
    layout_.holds = !chip_.system.empty() && has_room && are_mapped(chips);
    const bool enough = chip_.system.empty() ? has_own_rows() && parallel_ <= 1 : has_room;
    if (holds && !enough) say_what_is_lacking();
  }

  /// One row of the last level more until bands have room: columns that are auto follow the rows.
  ChipSpec with_enough_rows(ChipSpec joined) const {
    for (;;) {
      const BandGrid grid = band_grid(joined, runs_);
      if (has_rows(joined, grid, grid.rows_of(runs_))) return joined;
      ++joined.system.back().rows;
    }
  }

  /// Layers that do not reach the last unit of a row are not spread over all of them.
  void require_wide_layers() const {
    Index largest = 1;
    for (const BandRun& run : runs_) {
      if (!run.once) largest = std::max(largest, run.tiles);
    }
    const Index unit = columns_of_unit(chip_.system);
    const Index reached = ((largest - 1) / (unit * chip_.mesh.columns) + 1) * unit;
    const bool is_given = !chip_.system.empty() && chip_.system.back().columns != LevelSpec::kAuto;
    if (parallel_ <= reached || is_given) return;
    throw ConfigError(fmt::format(
        "chip {}: map.tensor_parallel: {}: the largest layer of network {} is {} tiles, a row of "
        "which reaches over {} chip{} of {} columns; expected at most {}",
        chip_.name, parallel_, network_.name, largest, reached, reached == 1 ? "" : "s",
        chip_.mesh.columns, reached));
  }

  void say_what_is_lacking() {
    if (parallel_ > 1 && chip_.system.empty()) {
      layout_.lacking = fmt::format(
          "chip {}: map.tensor_parallel: {}: nothing says what joins the chips; expected 1, or "
          "chips joined by system: [{{link: link_ucie_standard}}]",
          chip_.name, parallel_);
      return;
    }
    const bool alone = chip_.system.empty();
    const Index of_unit = alone ? 1 : chip_.mesh.rows * rows_of_group(chip_.system);
    const Index there = alone ? chip_.mesh.rows : chip_.system.back().rows * of_unit;
    const ChipSpec enough = alone ? chip_ : with_enough_rows(layout_.joined);
    const Index needed = alone ? own_rows() : band_grid(enough, runs_).rows_of(runs_);
    const std::string mend =
        alone ? fmt::format(
                    "give mesh {} rows, take as many chips as it needs with system: "
                    "[{{link: link_ucie_standard}}],",
                    needed)
              : fmt::format("give the last level of system {} rows (or auto),",
                            enough.system.back().rows);
    const AskedKey asked =
        asked_for_bands(chip_.map).value_or(AskedKey{"map.placement: bands", "snake"});
    layout_.lacking = fmt::format(
        "chip {}: {}: network {} needs {} rows of tiles, so that every layer has its own, and "
        "there are {}, {} too few: {} or say {}",
        chip_.name, asked.key, network_.name, needed, there, needed - there, mend, asked.expected);
  }

  const TransformerSpec& network_;
  const ChipSpec& chip_;
  const Reduction* reduction_;
  const std::vector<Band>& bands_;
  const std::vector<BandRun> runs_;
  const bool is_asked_, is_auto_;
  const Index parallel_;  // chips over which layers are spread; 0: as the grid wants
  Layout layout_;
};

}  // namespace

Layout layout_of(const Network& network, const ChipSpec& chip, const Reduction* reduction) {
  require_matches(network, chip, reduction);
  require_bands_alone(chip);
  const MapSpec& map = chip.map;
  std::vector<Index> packed;  // copies are dealt out before they are packed
  if (map.packing != "none" && map.duplication == "none" && reduction == nullptr) {
    packed = packed_arrays(network, compile_chip(chip));
  }
  const std::vector<Band> bands = bands_of(network, chip);
  return Layouter(network.spec, chip, bands, reduction).run(std::move(packed));
}

CountedLayout count_layout(const TransformerSpec& network, const ChipSpec& chip) {
  const Reduction two = keep_layers(network, 2);
  Network few = build_network(two.spec);
  const bool alike = chip.map.packing == "none" && are_alike_layers(few, two, chip);
  Network counted = alike ? std::move(few) : build_network(network);
  Layout layout = layout_of(counted, chip, alike ? &two : nullptr);
  return {std::move(counted), std::move(layout)};
}

Layout layout_of(const TransformerSpec& network, const ChipSpec& chip) {
  return count_layout(network, chip).layout;
}

Layout layout_of(const TransformerSpec& network, const ChipSpec& chip,
                 const std::vector<Band>& bands) {
  require_bands_alone(chip);
  return Layouter(network, chip, bands, nullptr).run({});
}

}  // namespace ohm
