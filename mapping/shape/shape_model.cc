// SPDX-License-Identifier: Apache-2.0
#include "mapping/shape/shape_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "mapping/chip/chip.h"
#include "mapping/chip/transfers.h"
#include "mapping/estimate/estimate_steps.h"

namespace ohm {
namespace {

Seconds seconds(Picoseconds time) {
  return Seconds(static_cast<double>(time) * 1e-12);
}

Index chips_along_snake(const ChipSpec& chip, Index tiles) {
  return std::max<Index>(1, (tiles - 1) / chip.n_tiles() + 1);
}

/// Chips and their mesh; where the description has too few, as many side by side as it takes.
ShapeChips chips_for(const ChipSpec& chip, const SystemSpec& system, Index wanted) {
  ShapeChips chips;
  chips.columns = chip.mesh.columns;
  chips.rows = chip.mesh.rows;
  for (const LevelSpec& level : system) {
    chips.columns *= level.columns;
    chips.rows *= level.rows;
    chips.chips *= level.columns * level.rows;
  }
  if (chips.chips < wanted) {
    chips.rows = (wanted * chip.n_tiles() - 1) / chips.columns + 1;
    chips.chips = wanted;
  }
  return chips;
}

ShapeChips chips_for(const BandChips& bands) {
  ShapeChips chips;
  chips.columns = bands.columns;
  chips.rows = bands.rows;
  chips.chips = bands.chips;
  return chips;
}

/// Areas of the chips, and what depends on them.
struct Areas {
  SquareMetres tile, links;
};

Areas areas_of(const ChipSpec& chip, const MacroFigures& figures, const SystemSpec& system,
               ShapeChips& chips) {
  Areas areas;
  areas.tile = static_cast<double>(chip.macros_per_tile) * figures.area() + chip.buffer.area +
               (chip.digital.area + chip.noc.router_area) +
               static_cast<double>(chip.cores_per_tile()) * figures.core().area +
               figures.tile().area;
  chips.link_length = Metres(std::sqrt(areas.tile.si()));
  if (system.empty()) return areas;
  std::vector<LinkGrid> levels;
  for (const LevelSpec& level : system) levels.push_back(level.grid());
  const Mesh mesh(LinkGrid{chip.mesh.columns, chip.mesh.rows}, levels);
  for (size_t k = 0; k < system.size(); ++k) {
    const auto n =
        static_cast<double>(mesh.edges(static_cast<Index>(k)) * system[k].links_per_edge);
    areas.links += 2.0 * n * system[k].link.area;
    chips.idle_links += n * system[k].link.static_power;
  }
  return areas;
}

/// What passes that follow each other add up to.
struct Passes {
  Picoseconds time = 0, most_work = 0;
  ShapeTraffic traffic;
  double worked = 0.0;
};

/// Adds a pass behind those that there are. A prompt is through when its last token is, and when
/// its work is done; of several sequences one after the other is. A second stack begins when the
/// first has finished for all of them.
void add_pass(const ShapeTimes& times, Passes& passes, ShapeEstimate& result) {
  const Picoseconds mean = (result.request.batch + 1) * times.work.sequence / 2;
  if (times.work.all >= passes.most_work) result.busiest = times.work.kind;
  passes.most_work = std::max(passes.most_work, times.work.all);
  result.prefill.path += seconds(times.prompt_path);
  result.prefill.work += seconds(times.work.sequence);
  result.decode = {seconds(times.generated_path), seconds(times.work.decode)};
  result.ttft = seconds(passes.time + std::max(times.prompt_path, mean));
  passes.time += std::max(times.prompt_path + times.generated_path, times.work.all);
  passes.traffic += times.traffic;
  passes.worked += times.worked;
}

void fill_rates(ShapeEstimate& result) {
  const Request& request = result.request;
  const Index generated = request.decoder ? request.generate - 1 : 0;
  if (generated > 0) result.tpot = result.decode.bound() / static_cast<double>(generated);
  const Index tokens = request.batch * (request.decoder ? request.generate : request.prompt);
  result.tokens_per_s = static_cast<double>(tokens) / result.makespan.si();
}

void fill_energy(ShapeEstimate& result) {
  const Request& request = result.request;
  const Index tokens = request.batch * (request.decoder ? request.generate : request.prompt);
  const double energy = result.energy.total();
  result.macs = result.energy.macs;
  result.kv_bytes_in_dram = result.energy.kv_bytes_in_dram;
  result.tokens_per_j = static_cast<double>(tokens) / energy;
  result.power = Joules(energy) / result.makespan;
}

void fill_sizes(const ShapeCase& c, const Areas& areas, ShapeEstimate& result) {
  const ShapeLayout& layout = c.layout;
  std::int64_t weights = 0;
  for (size_t l = 0; l < c.network.layers.size(); ++l) {
    const LayerKind& kind = c.network.kinds[c.network.layers[l].kind];
    for (size_t m = 0; m < kind.matrices.size(); ++m) {
      const ShapeMatrix& matrix = kind.matrices[m];
      if (matrix.stored) weights += layout.copies_of(l)[m] * matrix.rows * matrix.columns;
      for (const SkippedMatrices& s : matrix.before) weights += s.count * s.rows * s.columns;
    }
    for (const SkippedMatrices& s : kind.behind) weights += s.count * s.rows * s.columns;
  }
  result.cells = weights * c.figures.cells_per_weight();
  result.arrays = layout.arrays;
  result.tiles = layout.tiles;
  result.chips = c.chips.chips;
  const auto chips = static_cast<double>(result.chips);
  result.area =
      static_cast<double>(layout.tiles) * areas.tile + chips * c.figures.chip().area + areas.links;
  result.chip_area = static_cast<double>(c.chip.n_tiles()) * areas.tile + c.figures.chip().area +
                     areas.links / chips;
  if (layout.arrays == 0) return;
  result.utilisation = static_cast<double>(result.cells) / (static_cast<double>(layout.arrays) *
                                                            static_cast<double>(c.figures.cells()));
}

/// Of the matrices that a plan lists.
std::int64_t weights_in_dram(const ShapeCase& c) {
  std::int64_t bytes = 0;
  for (const LayerUse& use : c.network.layers) {
    for (const ShapeMatrix& matrix : c.network.kinds[use.kind].matrices) {
      if (matrix.stored) continue;
      bytes += bytes_of(matrix.rows * matrix.columns, c.figures.macro().weight.bits);
    }
  }
  return bytes;
}

/// Closed forms know chips of one kind of macro whose tiles make attention's products digitally.
void require_plain(const ChipSpec& chip) {
  const auto refuse = [&](const std::string& key, const std::string& found,
                          const std::string& expected) {
    throw ArgumentError(fmt::format(
        "shape: chip {}: {} is {}, which no closed form describes; expected {}, or estimate()",
        chip.name, key, found, expected));
  };
  if (!chip.macros.empty()) refuse("macros", "given", "one kind of macro");
  if (!chip.dies.empty()) refuse("dies", "given", "chips that all hold weights");
  if (chip.attention.kind != "digital") refuse("attention.kind", chip.attention.kind, "digital");
  if (chip.attention.overlap != "tokens") {
    refuse("attention.overlap", chip.attention.overlap, "tokens");
  }
  if (chip.kv.place != "tiles") refuse("kv.place", chip.kv.place, "tiles");
  if (chip.larger != "chips") refuse("larger", chip.larger, "chips");
  if (chip.thermal.given()) refuse("thermal", "given", "none");
  for (const MatrixRule& rule : chip.map.matrices) {
    if (rule.redundancy > 1) refuse("map.matrices.redundancy", "above 1", "1");
  }
}

/// Beyond what all memories hold together no placement helps.
void require_memory(const ShapeCase& c, const ShapeEstimate& result) {
  const double held = static_cast<double>(c.chips.drams) * c.chip.dram.capacity.si();
  const auto wanted = static_cast<double>(result.kv_bytes_in_dram + weights_in_dram(c));
  if (wanted <= held) return;
  throw ArgumentError(fmt::format(
      "workload of {}: {:.3g} GB of digital matrices, and of keys and values beyond the buffers; "
      "the memory of chip {} holds {:.3g} GB: lower batch, prompt or kv_bits",
      c.network.spec.name, wanted / 1e9, c.chip.name, held / 1e9));
}

}  // namespace

std::map<std::string, double> ShapeEstimate::energy_by_component(
    const MacroFigures& figures) const {
  std::map<std::string, double> sums;
  for (size_t i = 0; i < energy.macros.size(); ++i) {
    sums[figures.components()[i]] += energy.macros[i];
  }
  for (size_t p = 0; p < kShapeParts; ++p) {
    const auto part = static_cast<ShapePart>(p);
    if (energy[part] != 0.0) sums[to_string(part)] += energy[part];
  }
  return sums;
}

ShapeModel::ShapeModel(Network network) : network_(std::move(network)) {}

const ShapeNetwork& ShapeModel::layers_on(const ChipSpec& chip) {
  const bool has_rules = !chip.map.matrices.empty();
  const bool known = !layers_.layers.empty() && head_ == chip.head;
  if (known && !has_rules && !has_rules_) return layers_;
  std::vector<bool> stored;
  for (const StaticMatmul& matmul : network_.matmuls) stored.push_back(in_crossbars(matmul, chip));
  if (layers_.layers.empty() || stored != stored_) {
    layers_ = shape_network(network_, [&](const StaticMatmul& matmul) {
      return stored[static_cast<size_t>(matmul.id)];
    });
    bands_ = {};
  }
  stored_ = std::move(stored);
  head_ = chip.head;
  has_rules_ = has_rules;
  return layers_;
}

ShapeEstimate ShapeModel::evaluate(const ChipSpec& chip, MacroFigures& figures,
                                   const Workload& workload) {
  require_units(chip);
  require_plain(chip);
  if (workload.activity.size() > 1) {
    throw ArgumentError(
        "activity: given matrix by matrix, which only estimate() of a mapping takes; expected one "
        "entry for all or none");
  }
  ShapeEstimate result;
  result.request = resolve(network_.spec, workload);
  const ShapeNetwork& layers = layers_on(chip);
  const InputStatistics activity =
      workload.activity.empty() ? assumed_statistics(figures.macro()) : workload.activity.front();
  const std::optional<BandChips>& bands = bands_.of(layers, chip, figures.shape());
  const ShapeLayout layout =
      shape_layout(layers, chip, figures, {result.request.batch, activity, {bands.has_value()}});
  const Index wanted = chips_along_snake(chip, layout.tiles);
  const SystemSpec system = bands ? bands->system : sized(chip.system, wanted);
  ShapeChips chips = bands ? chips_for(*bands) : chips_for(chip, system, wanted);
  chips.drams = chip.dram_at.empty() ? chips.chips : std::ssize(chip.dram_at);
  const Areas areas = areas_of(chip, figures, system, chips);
  Passes passes;
  for (const Request& pass : passes_of(result.request)) {
    const ShapeCase of_pass{layers, chip, figures, layout, chips, pass};
    add_pass(shape_times(of_pass), passes, result);
    result.energy += shape_energy(of_pass, figures, activity);
  }
  result.makespan = seconds(passes.time);
  fill_rates(result);
  const ShapeCase c{layers, chip, figures, layout, chips, result.request};
  add_traffic_energy(c, passes.traffic, result.energy);
  add_static_energy(c, result.makespan, passes.worked, result.energy);
  fill_energy(result);
  fill_sizes(c, areas, result);
  require_memory(c, result);
  return result;
}

ShapeEstimate ShapeModel::evaluate(const ChipSpec& chip, const Workload& workload) {
  MacroFigures figures(chip);
  return evaluate(chip, figures, workload);
}

}  // namespace ohm
