// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/estimate_structure.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "core/error.h"
#include "mapping/attention/engine_request.h"
#include "mapping/estimate/assumptions.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/kv_result.h"
#include "mapping/estimate/operator_energy.h"
#include "mapping/estimate/phases.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/network/parameter_count.h"
#include "mapping/schedule/append.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/alike_layers.h"
#include "mapping/structure/assumed_system.h"
#include "mapping/structure/bands.h"
#include "mapping/structure/gated_layers.h"
#include "mapping/structure/require_bands.h"

namespace ohm {
namespace {

/// Periods of layers to keep: all of what is small enough, else three of each kind, the last two of
/// which are compared.
Index periods_kept(const TransformerSpec& spec, const Request& request, Fidelity fidelity) {
  constexpr double kMostSteps = 5e5, kMostWeights = 2e9, kStepsOfALayer = 30.0;
  const double steps = static_cast<double>(request.tokens()) *
                       static_cast<double>(request.batch * spec.n_layers) * kStepsOfALayer;
  const bool small = fidelity == Fidelity::automatic && steps <= kMostSteps &&
                     static_cast<double>(parameter_count(spec)) <= kMostWeights;
  return small ? std::max<Index>(2, spec.n_layers) : 3;
}

/// The chip with the system that joins as many as the network needs; alone where one holds it.
ChipSpec joined(const Network& few, const Reduction& reduction, ChipSpec chip) {
  chip.dram_at.clear();
  if (!chip.system.empty()) return chip;
  const BandGrid grid = band_grid(chip, chip.n_tiles());
  const Index tiles = tiles_of(bands_on(few, chip, grid), reduction);
  if (tiles > chip.n_tiles()) chip.system = assumed_system(chip);
  return chip;
}

class Scaled {
 public:
  Scaled(const TransformerSpec& spec, const ChipSpec& chip, const Workload& workload,
         Fidelity fidelity)
      : spec_(spec), chip_(chip), workload_(workload), fidelity_(fidelity) {
    result_.request = resolve_on(chip, spec, workload);
    const Reduction two = keep_layers(spec, 2);
    const Network few = build_network(two.spec);
    joined_ = joined(few, two, chip);
    grid_ = band_grid(joined_, tiles_of_layers(few, joined_));
    const Index most = periods_kept(spec, result_.request, fidelity);
    reduction_ = keep_layers(spec, most, periods_of(few, joined_, grid_));
    reduction_.one_memory = joined_.system.empty();
    const Network network = build_network(reduction_.spec);
    require_alike_layers(network, reduction_, joined_);
    mapped_ = map_in_bands(network, joined_, grid_);
  }

  Estimate run() {
    Mapping& mapping = mapped_.mapping;
    count_memory();
    Ledger reduced;
    std::optional<GatedLayers> gates;
    if (chip_.gating.gates_idle_tiles()) gates.emplace(mapping, mapped_.bands, reduction_);
    for (const Request& pass : passes_of(result_.request)) {
      const TokenPlan plan = plan_tokens(mapping, pass);
      add_times(plan, pass);
      if (gates) gates->add(plan, pass);
      book_energy(mapping, pass, with_activity(workload_, mapping), reduced);
      book_busy(mapping, plan, pass, reduced);
      for (const Index v : mapping.network.order) {
        result_.macs += layers_of(v) * operator_macs(mapping, v, pass);
      }
    }
    repeat_layers(reduced);
    if (gates) result_.schedule.gated = gates->over(result_.schedule.makespan);
    take_all_chips();
    fill_times(result_);
    fill_kv_lifetime(mapping, fullest_, result_);
    fill_static();
    fill_energy(result_);
    describe();
    return std::move(result_);
  }

 private:
  Index layers_of(Index vertex) const {
    return reduction_.stands_for(mapped_.mapping.network.op(vertex).layer);
  }

  void count_memory() {
    const Mapping& mapping = mapped_.mapping;
    if (result_.request.decoder) {
      result_.kv_bytes_per_token = spec_.caching_layers() * kv_bytes_per_position(mapping);
    }
    require_engine(mapping, result_.request);
    fill_kv_place(mapping.chip.spec, result_,
                  [&](const Request& request) { return fullest_keys(request); });
    result_.kv_bytes_in_dram = kv_bytes(result_.request);
    fullest_ = fullest_keys(result_.request);
    const bool shared = result_.request.kv_memory < 0;
    const double weights = shared ? digital_weights() : 0.0;
    require_memory(mapping, {result_.kv_bytes_in_dram, fullest_ + weights, fullest_},
                   result_.request);
  }

  /// Keys and values beyond the tiles.
  std::int64_t kv_bytes(const Request& request) const {
    std::int64_t bytes = 0;
    for (const Index v : mapped_.mapping.network.order) {
      bytes += layers_of(v) * kv_in_dram(mapped_.mapping, v, request);
    }
    return bytes;
  }

  /// Those in the memory of the fullest chip.
  double fullest_keys(const Request& request) const {
    if (reduction_.one_memory) return static_cast<double>(kv_bytes(request));
    return kv_in_dram(mapped_.mapping, request).keys;
  }

  /// Bytes of matrices that are not in crossbars, those of layers left out as well; one memory
  /// holds them, at worst the fullest one.
  double digital_weights() const {
    const Mapping& mapping = mapped_.mapping;
    double sum = 0.0;
    for (const StaticMatmul& matmul : mapping.network.matmuls) {
      if (in_crossbars(matmul, chip_)) continue;
      const Index bits = mapping.chip.widths.of(matmul.id).weight_bits;
      sum += static_cast<double>(reduction_.stands_for(matmul.layer)) *
             static_cast<double>(bytes_of(matmul.weights(), bits));
    }
    return sum;
  }

  void add_times(const TokenPlan& plan, const Request& pass) {
    ComposedTimes times = compose_times(mapped_.mapping, plan, reduction_, pass, fidelity_);
    Schedule s;
    s.makespan = times.makespan;
    s.outputs = std::move(times.outputs);
    const auto batch = static_cast<double>(pass.batch);
    double first = 0.0, between = 0.0;
    for (size_t i = 0; i < static_cast<size_t>(pass.batch); ++i) {
      const auto last = s.outputs.size() - static_cast<size_t>(pass.batch) + i;
      first += static_cast<double>(s.outputs[i]);
      between += static_cast<double>(s.outputs[last] - s.outputs[i]);
    }
    s.ttft = static_cast<Picoseconds>(first / batch);
    if (pass.generate > 1) s.tpot = between / batch / static_cast<double>(pass.generate - 1);
    add_work(plan, pass, s);
    s.bounds.critical_path = times.critical_path;
    result_.exact = result_.exact && times.exact;
    result_.fidelity = times.fidelity;
    append(std::move(s), result_.schedule);
  }

  /// Work of every resource, that of macros and DRAM for all layers that they stand for.
  void add_work(const TokenPlan& plan, const Request& pass, Schedule& s) const {
    s.resources = plan.resources;
    s.busy = resource_work(plan, pass);
    std::map<Index, Picoseconds> more;  // by resource
    for (const Step& step : plan.steps) add_repeats(plan, step, pass, more);
    for (size_t r = 0; r < s.busy.size(); ++r) {
      const auto at = more.find(static_cast<Index>(r));
      const Picoseconds repeated = at == more.end() ? 0 : at->second;
      const bool dram = reduction_.one_memory && plan.resources[r].kind == ResourceKind::dram;
      if (s.busy[r] + (dram ? repeated : 0) > s.bounds.busiest) {
        s.bounds.busiest = s.busy[r] + (dram ? repeated : 0);
        s.bounds.busiest_resource = plan.resources[r].name();
      }
      s.busy[r] += repeated;
    }
  }

  /// What layers that the step's stands for work on its macros and DRAM.
  void add_repeats(const TokenPlan& plan, const Step& step, const Request& pass,
                   std::map<Index, Picoseconds>& more) const {
    const Index layers = layers_of(step.vertex) - 1;
    if (layers == 0) return;
    std::vector<Claim> claims;
    std::vector<Resource> resources;
    std::vector<Index> numbers;
    for (const Claim& claim : step.claims) {
      const Resource& resource = plan.resources[static_cast<size_t>(claim.resource)];
      if (resource.kind != ResourceKind::dram && resource.kind != ResourceKind::macros) continue;
      claims.push_back({std::ssize(numbers), claim.offset, claim.busy});
      numbers.push_back(claim.resource);
      resources.push_back(resource);
    }
    if (claims.empty()) return;
    Step own;
    own.claims = std::move(claims);
    own.growth = step.growth;
    own.tokens = step.tokens;
    own.turns = step.turns;
    own.turn = step.turn;
    const auto work = resource_work({std::move(resources), {std::move(own)}}, pass);
    for (size_t c = 0; c < work.size(); ++c) more[numbers[c]] += layers * work[c];
  }

  void repeat_layers(const Ledger& reduced) {
    for (const auto& [leaf, cost] : reduced.leaves()) {
      const std::string old = fmt::format("h.{}.", leaf.layer);
      for (const int layer : reduction_.layers_of(leaf.layer)) {
        Leaf one = leaf;
        one.layer = layer;
        if (layer >= 0) one.op = fmt::format("h.{}.{}", layer, leaf.op.substr(old.size()));
        result_.ledger.book(one, cost);
      }
    }
  }

  /// From here on the mapping has the chips of all layers: only static costs are taken from it.
  void take_all_chips() {
    mapped_.mapping.placement.tiles_used = tiles_of(mapped_.bands, reduction_);
    Chip& chip = mapped_.mapping.chip;
    const Widths widths = chip.widths;
    chip = compile_chip(reduction_.one_memory
                            ? chip_
                            : on_grid(joined_, grid_, rows_of(mapped_.bands, reduction_, grid_)));
    chip.widths = widths;
    auto& of_kind = mapped_.mapping.placement.tiles_of_kind;
    of_kind = by_kind(mapped_.bands, reduction_, &Band::tiles_of_kind);
    for (size_t k = 1; k < chip.kinds.size(); ++k) chip.kinds[k].tiles = of_kind[k];
    result_.chips = chip.mesh.n_chips();
  }

  void fill_static() {
    const Mapping& mapping = mapped_.mapping;
    const Schedule worked = with_all_experts(mapping, result_.request, result_.schedule);
    book_static(mapping, worked, result_);
    fill_gating(mapping, result_);
    const Index arrays = arrays_of(mapped_.bands, reduction_);
    result_.temporal_utilisation = temporal_utilisation(mapping, worked, arrays);
    double cells = 0.0, cells_of_arrays = 0.0;
    for (const StaticMatmul& matmul : mapping.network.matmuls) {
      if (!in_crossbars(matmul, mapping.chip.spec)) continue;
      cells +=
          static_cast<double>(cells_of(matmul, mapping.chip) * reduction_.stands_for(matmul.layer));
    }
    const auto of_kind = by_kind(mapped_.bands, reduction_, &Band::arrays_of_kind);
    for (size_t k = 0; k < of_kind.size(); ++k) {
      cells_of_arrays += static_cast<double>(of_kind[k]) *
                         static_cast<double>(mapping.chip.kinds[k].cells_per_macro);
    }
    result_.spatial_utilisation = cells / cells_of_arrays;
  }

  void describe() {
    const Chip& chip = mapped_.mapping.chip;
    result_.chip_area = chip.area();
    result_.reticles = result_.chip_area / chip.spec.reticle;
    result_.experts_touched = distinct_experts(spec_, static_cast<double>(result_.request.batch));
    result_.assumptions = assumptions_of(mapped_.mapping, result_.request);
    if (chip.spec.yield.given()) result_.package = good_package(chip.spec, result_.chip_area);
    describe_bands();
    if (result_.fidelity == "shape") {
      result_.assumptions.push_back(
          result_.exact ? "times are closed forms, equal to those of events"
                        : "times are closed forms: no later than those of events, where steps "
                          "that share a resource wait for each other");
    } else if (!result_.exact) {
      result_.assumptions.push_back(
          "layers left out add what the last simulated one adds, which differs from the one "
          "before");
    }
  }

  void describe_bands() {
    const SystemSpec& system = mapped_.mapping.chip.spec.system;
    if (!system.empty() && chip_.system.empty()) {
      result_.assumptions.push_back(fmt::format(
          "the chip does not say what joins several: {} links of {} per edge between neighbours "
          "in a grid",
          system.front().links_per_edge, system.front().link.name));
    }
    if (!chip_.dram_at.empty()) {
      result_.assumptions.push_back("every chip has its DRAM, whatever dram_at says");
    }
    result_.assumptions.push_back(
        "every layer begins on fresh tiles and, beyond half a chip, on fresh chips");
    if (chip_.gating.gates_idle_tiles()) {
      result_.assumptions.emplace_back(
          "tiles of layers left out wake as often, and for as long, as those simulated");
    }
  }

  const TransformerSpec& spec_;
  const ChipSpec& chip_;
  const Workload& workload_;
  const Fidelity fidelity_;
  ChipSpec joined_;
  BandGrid grid_;
  Reduction reduction_;
  double fullest_ = 0.0;  // bytes of keys and values in the memory of a chip
  BandMapping mapped_{{{}, compile_chip(one_tile(chip_)), {}, {}, {}, {}, {}, {}, {}}, {}};
  Estimate result_;

  static ChipSpec one_tile(ChipSpec chip) {
    chip.mesh = {1, 1};
    chip.system.clear();
    chip.dram_at.clear();
    return chip;
  }
};

}  // namespace

Estimate estimate_structure(const TransformerSpec& network, const ChipSpec& chip,
                            const Workload& workload, Fidelity fidelity) {
  require_units(chip);
  require_bands(chip);
  if (workload.activity.size() > 1) {
    throw ArgumentError(
        "activity: given matrix by matrix, which only estimate() of a mapping takes; expected one "
        "entry for all or none");
  }
  return Scaled(network, chip, workload, fidelity).run();
}

}  // namespace ohm
