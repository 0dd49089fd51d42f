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
#include "mapping/estimate/power_density.h"
#include "mapping/macros/matrix_kind.h"
#include "mapping/network/experts.h"
#include "mapping/schedule/append.h"
#include "mapping/schedule/plan_attention.h"
#include "mapping/schedule/plan_tokens.h"
#include "mapping/structure/alike_layers.h"
#include "mapping/structure/event_work.h"
#include "mapping/structure/gated_layers.h"
#include "mapping/structure/laid_layers.h"
#include "mapping/structure/repeat_layers.h"
#include "mapping/structure/structure_assumptions.h"

namespace ohm {
namespace {

class Scaled {
 public:
  Scaled(const TransformerSpec& spec, const ChipSpec& chip, const Workload& workload,
         Fidelity fidelity, LaidLayers& layers)
      : spec_(spec),
        chip_(chip),
        workload_(workload),
        fidelity_(fidelity),
        joined_(layers.joined),
        all_chips_(layers.all_chips),
        reduction_(layers.reduction),
        mapped_(layers.mapped),
        restored_(layers.mapped.mapping) {
    result_.request = resolve_on(chip, spec, workload);
  }

  /// Only what follows on prompts in the cache, and on so many tokens of a second stack's answers.
  Estimate run_decoding(Index answered) {
    decoding_ = true;
    result_.request.prompt += answered;
    return run();
  }

  Estimate run() {
    Mapping& mapping = mapped_.mapping;
    count_memory();
    Ledger reduced;
    std::optional<GatedLayers> gates;
    if (chip_.gating.gates_idle_tiles()) gates.emplace(mapping, mapped_.bands, reduction_);
    for (const Request& pass : passes_of(result_.request)) {
      if (decoding_ && pass.first_stack) continue;
      const TokenPlan plan = plan_tokens(mapping, pass);
      require_alike_memory(mapping, plan, reduction_);
      add_times(plan, pass, gates);
      book_energy(mapping, pass, with_activity(workload_, mapping), reduced);
      book_busy(mapping, plan, pass, reduced);
      book_spills(mapping, plan, pass, reduced);
      result_.macs += macs_of(pass) - (decoding_ ? macs_of(before(pass)) : 0);
    }
    repeat_layers(
        reduced, reduction_,
        [this](const Leaf& leaf) { return !decoding_ || leaf.phase == "decode"; }, result_.ledger);
    if (gates) result_.schedule.gated = gates->over(result_.schedule.makespan);
    const double written = written_per_token();  // of the bands, which all chips need not hold
    take_all_chips();
    fill_times(result_);
    fill_kv_lifetime(mapping, written, result_);
    fill_static();
    fill_energy(result_);
    describe();
    return std::move(result_);
  }

  /// Tokens that the memory of keys and values holds.
  Index capacity() {
    Chip& chip = mapped_.mapping.chip;
    fill_kv_place(chip.spec, result_,
                  [&](const Request& request) { return fullest_keys(request); });
    chip.spec.dram = kv_memory(chip_, result_.request);
    const Index kept = ohm::kv_capacity(mapped_.mapping);
    if (!reduction_.one_memory || chip.attention) return kept;
    return kept * reduction_.spec.caching_layers() / spec_.caching_layers();
  }

 private:
  Index layers_of(Index vertex) const {
    return reduction_.stands_for(mapped_.mapping.network.op(vertex).layer);
  }

  /// What is in the cache when decoding begins, and the first output of it.
  static Request before(Request pass) {
    pass.generate = 1;
    return pass;
  }

  std::int64_t macs_of(const Request& pass) const {
    std::int64_t macs = 0;
    for (const Index v : mapped_.mapping.network.order) {
      macs += layers_of(v) * operator_macs(mapped_.mapping, v, pass);
    }
    return macs;
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

  /// What a token writes into the memory of the chip that is written most.
  double written_per_token() const {
    const Mapping& mapping = mapped_.mapping;
    if (!reduction_.one_memory) return kv_in_dram(mapping, result_.request).per_token;
    double bytes = 0.0;
    for (const Index v : mapping.network.order) {
      bytes += static_cast<double>(layers_of(v)) * kv_per_token(mapping, v, result_.request);
    }
    return bytes;
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

  /// Work that gating may take.
  double of_gates() const { return fidelity_ == Fidelity::structure ? kAskedWork : kQuickWork; }

  void add_times(const TokenPlan& plan, const Request& pass, std::optional<GatedLayers>& gates) {
    const auto compose = decoding_ ? compose_decoding : compose_times;
    ComposedTimes times = compose(mapped_.mapping, plan, reduction_, pass, fidelity_);
    if (gates) gates->add(plan, pass, times, of_gates());
    Schedule s = as_schedule(times, pass);
    add_work(plan, pass, s);
    if (decoding_) leave_out_work(plan, before(pass), s);
    if (!plan.space.empty()) {
      const BufferUse use =
          buffer_use(plan, pass, s, [this](Index vertex) { return layers_of(vertex); });
      result_.buffers = both(result_.buffers.value_or(BufferUse{}), use);
    }
    result_.exact = result_.exact && times.exact;
    result_.fidelity = times.fidelity;
    result_.stride = std::max(result_.stride, times.stride);
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

  void leave_out_work(const TokenPlan& plan, const Request& earlier, Schedule& s) const {
    Schedule done;
    add_work(plan, earlier, done);
    for (size_t r = 0; r < s.busy.size(); ++r) s.busy[r] -= done.busy[r];
    s.bounds.busiest = 0;  // the bound is the chain of what is left
    s.bounds.busiest_resource.clear();
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
      claims.push_back(claim);
      claims.back().resource = std::ssize(numbers);
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

  /// From here on the mapping has the chips of all layers: only static costs are taken from it.
  void take_all_chips() {
    mapped_.mapping.placement.tiles_used = tiles_of(mapped_.bands, reduction_);
    Chip& chip = mapped_.mapping.chip;
    const Widths widths = chip.widths;
    chip = compile_chip(all_chips_);
    chip.widths = widths;
    auto& of_kind = mapped_.mapping.placement.tiles_of_kind;
    of_kind = by_kind(mapped_.bands, reduction_, &Band::tiles_of_kind);
    for (size_t k = 1; k < chip.kinds.size(); ++k) {
      const bool made = all_chips_.macros[k - 1].tiles != MacroKindSpec::kAuto;
      if (!made) chip.kinds[k].tiles = of_kind[k];
    }
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
    if (cells_of_arrays > 0.0) result_.spatial_utilisation = cells / cells_of_arrays;
  }

  void describe() {
    const Chip& chip = mapped_.mapping.chip;
    result_.chip_area = chip.area();
    result_.reticles = result_.chip_area / chip.spec.reticle;
    result_.experts_touched = distinct_experts(spec_, static_cast<double>(result_.request.batch));
    result_.assumptions = assumptions_of(mapped_.mapping, result_.request);
    const std::string peak = peak_power_warning(chip, result_);
    if (!peak.empty()) result_.assumptions.push_back(peak);
    if (chip.spec.yield.given()) result_.package = good_package(chip.spec, result_.chip_area);
    for (std::string& each : structure_assumptions(chip_, joined_.system, result_)) {
      result_.assumptions.push_back(std::move(each));
    }
  }

  const TransformerSpec& spec_;
  const ChipSpec& chip_;
  const Workload& workload_;
  const Fidelity fidelity_;
  const ChipSpec& joined_;
  const ChipSpec& all_chips_;
  const Reduction& reduction_;
  BandMapping& mapped_;
  const ChipsOfKept restored_;
  bool decoding_ = false;
  double fullest_ = 0.0;  // bytes of keys and values in the memory of a chip
  Estimate result_;
};

void require_one_activity(const Workload& workload) {
  if (workload.activity.size() <= 1) return;
  throw ArgumentError(
      "activity: given matrix by matrix, which only estimate() of a mapping takes; expected one "
      "entry for all or none");
}

void require_decoding(const TransformerSpec& network, const ChipSpec& chip) {
  if (!network.is_decoder()) {
    throw ArgumentError(fmt::format(
        "network {}: decode steps of an encoder; expected a decoder, or two stacks", network.name));
  }
  if (chip.gating.gates_idle_tiles()) {
    throw ArgumentError(fmt::format(
        "chip {}: gating: idle_tiles beside decode steps on their own; expected unused_tiles or "
        "none: what wakes depends on the tokens before",
        chip.name));
  }
}

}  // namespace

StructureModel::StructureModel(TransformerSpec network, ChipSpec chip, Fidelity fidelity)
    : network_(std::move(network)), chip_(std::move(chip)), fidelity_(fidelity) {
  require_units(chip_);
  require_none(chip_, beyond_layers(chip_));
}

StructureModel::~StructureModel() = default;

LaidLayers& StructureModel::layers_for(const Request& request) {
  const Index most = periods_kept(network_, request, fidelity_);
  if (!layers_ || (!layers_->is_all && layers_->most != most)) {
    layers_.reset();
    layers_ = std::make_unique<LaidLayers>(lay_out_layers(network_, chip_, most));
  }
  return *layers_;
}

Estimate StructureModel::estimate(const Workload& workload) {
  require_one_activity(workload);
  LaidLayers& layers = layers_for(resolve_on(chip_, network_, workload));
  return Scaled(network_, chip_, workload, fidelity_, layers).run();
}

Estimate StructureModel::decoding(const Workload& workload, Index answered) {
  require_one_activity(workload);
  require_decoding(network_, chip_);
  LaidLayers& layers = layers_for(resolve_on(chip_, network_, workload));
  return Scaled(network_, chip_, workload, fidelity_, layers).run_decoding(answered);
}

Index StructureModel::kv_capacity(const Workload& workload) {
  LaidLayers& layers = layers_for(resolve_on(chip_, network_, workload));
  return Scaled(network_, chip_, workload, fidelity_, layers).capacity();
}

std::optional<AskedKey> asks_for_all_tiles(const TransformerSpec& network, const ChipSpec& chip,
                                           const Workload& workload) {
  if (auto key = beyond_layers(chip)) return key;
  if (workload.activity.size() > 1) return AskedKey{"activity", "one entry for all matrices"};
  const Request request = resolve_on(chip, network, workload);
  return stand_apart(network, chip, periods_kept(network, request, Fidelity::automatic));
}

Estimate estimate_structure(const TransformerSpec& network, const ChipSpec& chip,
                            const Workload& workload, Fidelity fidelity) {
  return StructureModel(network, chip, fidelity).estimate(workload);
}

}  // namespace ohm
