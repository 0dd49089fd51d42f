// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/estimate_larger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include "core/error.h"
#include "crossbar/device/endurance.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/estimate/kv_result.h"
#include "mapping/larger/break_even.h"
#include "mapping/larger/choose_parallelism.h"
#include "mapping/larger/pace.h"
#include "mapping/larger/rewriting.h"
#include "mapping/macros/chips_for.h"
#include "mapping/structure/layout.h"

namespace ohm {
namespace {

Index chips_there(const ChipSpec& chip) {
  return n_chips(chip.system);
}

/// A stack whose weights are written.
struct Stack {
  WeightTotals weights;
  Pace pace;
  Rewriting written;
  RewrittenStack figures;

  double writes() const { return static_cast<double>(figures.writes); }
  double parts() const { return static_cast<double>(figures.parts); }
};

/// Turns an estimate of enough chips into one of those that there are.
class Rewritten {
 public:
  Rewritten(const TransformerSpec& network, const ChipSpec& chip, const Estimate& held,
            const std::vector<Pace>& paces)
      : chip_(chip),
        held_(held),
        request_(held.request),
        there_(chips_there(chip)),
        drams_(chip.dram_at.empty() ? there_ : std::ssize(chip.dram_at)),
        result_(held) {
    const std::vector<WeightTotals> weights = weight_totals(network, chip);
    const std::vector<Index> chips = chips_of_stacks(network, weights);
    for (size_t k = 0; k < weights.size(); ++k) add_stack(weights[k], paces[k], chips[k]);
    answering().figures.passes = request_.decoder ? request_.generate : 1;
    for (Stack& stack : stacks_) {
      if (stack.figures.parts > 1) stack.figures.writes = stack.figures.passes;
    }
  }

  Estimate run() {
    take_times();
    take_energy();
    Reprogramming figures;
    for (Stack& stack : stacks_) compare(stack);
    static_cast<RewrittenStack&>(figures) = answering().figures;
    if (stacks_.size() > 1) figures.source = stacks_.front().figures;
    figures.chips_instead = held_.chips;
    figures.lifetime = lifetime_of_cells();
    figures.decision = fmt::format("chip.larger: {}", chip_.larger);
    result_.reprogramming = figures;
    describe();
    describe_memory();
    return std::move(result_);
  }

 private:
  /// Chips that each stack fills alone: of two the share of the tiles that its cells are.
  std::vector<Index> chips_of_stacks(const TransformerSpec& network,
                                     const std::vector<WeightTotals>& weights) const {
    if (weights.size() == 1) return {held_.chips};
    double all = 0.0;
    for (const WeightTotals& stack : weights) all += stack.cells;
    const std::vector<Index> tiles = layout_of(network, chip_).tiles;
    std::vector<Index> chips;
    for (const WeightTotals& stack : weights) {
      std::vector<Index> own;
      for (const Index each : tiles) {
        own.push_back(static_cast<Index>(std::ceil(stack.cells / all * static_cast<double>(each))));
      }
      chips.push_back(std::max<Index>(1, chips_for(chip_, own)));
    }
    return chips;
  }

  void add_stack(const WeightTotals& weights, const Pace& pace, Index chips) {
    Stack stack{weights, pace, rewriting_of(weights, chip_, there_, drams_), {}};
    stack.figures.parts = (chips - 1) / there_ + 1;
    stack.figures.cells = stack.written.cells;
    stack.figures.time = stack.written.time();
    stack.figures.memory_bound = stack.written.reading > stack.written.pulses;
    stack.figures.energy = stack.written.energy();
    stacks_.push_back(std::move(stack));
  }

  /// The only stack, or the second.
  Stack& answering() { return stacks_.back(); }

  /// A cell holds every part in turn.
  Seconds lifetime_of_cells() const {
    double updates = 0.0;
    for (const Stack& stack : stacks_) updates += stack.writes() * stack.parts();
    return lifetime(chip_.macro.device.endurance, stacks_.back().written.cycles_per_update,
                    Hertz(updates / result_.makespan.si()));
  }

  static Picoseconds write_time(const Stack& stack) {
    return static_cast<Picoseconds>(std::llround(stack.written.time().si() * 1e12));
  }

  /// Computing of a pass whose tokens pipeline in `together` through all chips, its first alone in
  /// `first`: the parts work one after the other.
  static Picoseconds in_parts(const Stack& stack, Picoseconds together) {
    const Picoseconds first = std::min(together, stack.pace.first);
    return first + stack.figures.parts * (together - first);
  }

  /// One token of every sequence; a single one pipelines nothing.
  Picoseconds decoding(Picoseconds together) {
    return request_.batch == 1 ? together : in_parts(answering(), together);
  }

  /// Writing and the pass of the sources, of two stacks.
  Picoseconds source_pass() const {
    if (stacks_.size() == 1) return 0;
    const Stack& stack = stacks_.front();
    return write_time(stack) + in_parts(stack, held_.schedule.source.makespan);
  }

  void take_times() {
    const auto batch = static_cast<size_t>(request_.batch);
    const auto& outputs = held_.schedule.outputs;
    const Stack& stack = answering();
    const Picoseconds write = write_time(stack);
    const Picoseconds prompts =
        *std::max_element(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(batch)) -
        held_.schedule.source.makespan;
    Schedule& s = result_.schedule;
    Picoseconds at = source_pass() + write + in_parts(stack, prompts);
    for (size_t i = 0; i < outputs.size(); i += batch) {
      const bool again = stack.figures.writes > 1;
      if (i > 0) at += (again ? write : 0) + decoding(step_of(i, batch));
      for (size_t k = i; k < i + batch; ++k) s.outputs[k] = at;
    }
    s.makespan = at;
    s.ttft = s.outputs.front();
    const Index steps = stack.figures.passes - 1;
    s.tpot =
        steps > 0 ? static_cast<double>(at - s.outputs.front()) / static_cast<double>(steps) : 0.0;
    Picoseconds writing = 0;
    for (const Stack& each : stacks_) writing += each.figures.writes * write_time(each);
    s.bounds.critical_path += writing;
    s.stalls["weight_write"] = writing;
    fill_times(result_);
    result_.exact = false;
  }

  /// The longest that a sequence waited for the token at `i` after its last one.
  Picoseconds step_of(size_t i, size_t batch) const {
    const auto& outputs = held_.schedule.outputs;
    Picoseconds longest = 0;
    for (size_t k = i; k < i + batch; ++k) {
      longest = std::max(longest, outputs[k] - outputs[k - batch]);
    }
    return longest;
  }

  /// What draws power all the time, and what a chip has once.
  bool is_standing(const std::string& component) const {
    static const std::set<std::string> kStanding{"leakage", "leakage_gated", "dram_background",
                                                 "kv_memory_background"};
    return kStanding.contains(component) || component.ends_with("_link") ||
           std::any_of(chip_.parts.begin(), chip_.parts.end(),
                       [&](const PartSpec& part) { return part.name == component; });
  }

  void take_energy() {
    const double chips = static_cast<double>(there_) / static_cast<double>(held_.chips);
    const double longer = result_.makespan / held_.makespan;
    Ledger ledger;
    for (const auto& [leaf, cost] : held_.ledger.leaves()) {
      Cost here = cost;
      if (leaf.phase == "static") {
        here.area = chips * cost.area;
        here.area_low = chips * cost.area_low;
        here.area_high = chips * cost.area_high;
        if (is_standing(leaf.component)) {
          here.energy = chips * longer * cost.energy;
          here.energy_low = chips * longer * cost.energy_low;
          here.energy_high = chips * longer * cost.energy_high;
        }
      }
      ledger.book(leaf, here);
    }
    for (const Stack& stack : stacks_) {
      const Rewriting& all = stack.written;
      ledger.book({"weight_write", "", -1, "program"},
                  written(stack, all.cells, all.writing, chip_.macro.device.source));
      ledger.book({"dram", "", -1, "program"},
                  written(stack, stack.weights.bytes.si(), all.fetching, chip_.dram.source));
    }
    result_.ledger = std::move(ledger);
    result_.chips = there_;
    result_.leakage_energy = leakage_of(result_.ledger);
    fill_energy(result_);
    const double slower = held_.makespan / result_.makespan;
    result_.temporal_utilisation = std::min(1.0, held_.temporal_utilisation * slower / chips);
  }

  static Cost written(const Stack& stack, double each, Joules energy, const std::string& source) {
    Cost cost;
    constexpr double kMost = 4e18;  // twice that is still an integer
    cost.count = static_cast<std::int64_t>(std::min(stack.writes() * each, kMost));
    cost.energy = cost.energy_low = cost.energy_high = stack.writes() * energy;
    cost.busy = stack.writes() * stack.written.time();
    cost.source = source;
    return cost;
  }

  /// Power of what stands still, by its energy over the makespan.
  Watts standing(const Estimate& e) const {
    Joules sum;
    for (const auto& [leaf, cost] : e.ledger.leaves()) {
      if (leaf.phase == "static" && is_standing(leaf.component)) sum += cost.energy;
    }
    return sum / e.makespan;
  }

  /// A pass of parts that take turns: all but its first token wait for every part.
  void compare(Stack& stack) const {
    const Rewriting& all = stack.written;
    const Watts here = standing(result_), there = standing(held_);
    const Seconds first(static_cast<double>(stack.pace.first) * 1e-12);
    const Seconds held_each(stack.pace.each * 1e-12), each = stack.parts() * held_each;
    const double share = stack.writes() / static_cast<double>(stack.figures.passes);
    const Seconds once = share * all.time() + first - each;
    const double writing = (share * all.energy() + here * once).si();
    stack.figures.chips_energy =
        break_even({writing, (here * each).si()},
                   {(there * (first - held_each)).si(), (there * held_each).si()});
    const DigitalSpec& unit = chip_.digital;
    const double macs = static_cast<double>(chip_.n_tiles() * there_ * unit.attention_macs);
    const Seconds multiplying(stack.weights.used / (macs * unit.clock.si()));
    const Joules products = stack.weights.used * unit.attention_mac_energy;
    const double reading = (all.fetching + here * all.reading).si();
    stack.figures.streamed_energy = break_even({writing, (stack.weights.mvms + here * each).si()},
                                               {reading, (products + here * multiplying).si()});
    const PassCost rewritten{once.si(), each.si()};
    const double tokens = break_even(rewritten, {0.0, multiplying.si()});
    // reading the weights hides behind multiplying: until then the pass takes as long as reading
    stack.figures.streamed_time =
        std::isfinite(tokens) && rewritten.of(tokens) <= all.reading.si() ? 0.0 : tokens;
  }

  std::string writing() const {
    const RewrittenStack& all = stacks_.back().figures;
    if (stacks_.size() == 1) {
      return fmt::format("{} parts are written one after the other in each of {} passes", all.parts,
                         all.passes);
    }
    return fmt::format(
        "parts of the first stack, written for the sources: {0}; of the second, written for {1}: "
        "{2}",
        stacks_.front().figures.parts,
        all.writes > 1 ? fmt::format("each of {} passes", all.passes) : "all answers", all.parts);
  }

  void describe() {
    Index most = 1;
    for (const Stack& stack : stacks_) most = std::max(most, stack.figures.parts);
    result_.fidelity += "+reprogram";
    result_.assumptions.push_back(
        fmt::format("{} of the {} chips that hold all weights are there: {}; writing does not "
                    "overlap computing, and what tokens pipeline through all parts takes up to {} "
                    "times longer; keys and values lie as on the chips that hold all weights",
                    there_, held_.chips, writing(), most));
  }

  /// Weights wait in the DRAMs that are there, beside keys and values.
  void describe_memory() {
    const bool shared = request_.kv_memory < 0;  // else keys and values have a memory of their own
    double bytes = shared ? static_cast<double>(result_.kv_bytes_in_dram) : 0.0;
    for (const Stack& stack : stacks_) bytes += stack.weights.bytes.si();
    const double room = static_cast<double>(drams_) * chip_.dram.capacity.si();
    if (bytes <= room) return;
    result_.assumptions.push_back(
        fmt::format("weights (and keys and values beside them) of {:.3g} GB wait in memories of "
                    "{:.3g} GB: the rest "
                    "comes from elsewhere at the same pace, which is not modelled",
                    bytes * 1e-9, room * 1e-9));
  }

  const ChipSpec& chip_;
  const Estimate& held_;
  const Request request_;
  const Index there_, drams_;
  std::vector<Stack> stacks_;  // in the order of their passes
  Estimate result_;
};

void require_rewritable(const ChipSpec& chip) {
  if (!chip.macro.engine.is_digital()) return;
  throw ConfigError(fmt::format(
      "chip {}: larger: {} rewrites resistive cells, and its macros are digital; expected "
      "larger: chips",
      chip.name, chip.larger));
}

[[noreturn]] void refuse(const TransformerSpec& network, const ChipSpec& chip, Index needed) {
  throw ConfigError(fmt::format(
      "chip {}: larger: refuse: network {} needs {} chips, and there {} {}; expected a network "
      "that "
      "fits, or larger: chips or reprogram",
      chip.name, network.name, needed, chips_there(chip) == 1 ? "is" : "are", chips_there(chip)));
}

[[noreturn]] void refuse_forgetting(const ChipSpec& chip, const Estimate& rewritten) {
  throw ArgumentError(fmt::format(
      "chip {}: larger: reprogram takes {:.3g} s with the weights that are written meanwhile, and "
      "gain cells keep keys and values for {:.3g} s; expected larger: chips, or attention.refresh: "
      "rewrite",
      chip.name, rewritten.makespan.si(), chip.attention.retention.si()));
}

}  // namespace

Estimate estimate_larger(const TransformerSpec& network, const ChipSpec& chip,
                         const Workload& workload, Fidelity fidelity) {
  if (chip.map.tensor_parallel == MapSpec::kCheapest) {
    Parallelism found = choose_parallelism(network, chip, workload, fidelity);
    ChipSpec taken = chip;
    taken.map.tensor_parallel = found.cheapest().asked;
    Estimate estimate = estimate_larger(network, taken, workload, fidelity);
    estimate.parallelism = std::move(found);
    return estimate;
  }
  Estimate held = estimate_structure(network, chip, workload, fidelity);
  if (chip.larger == "chips" || held.chips <= chips_there(chip)) return held;
  if (chip.larger == "refuse") refuse(network, chip, held.chips);
  require_rewritable(chip);
  Estimate rewritten =
      Rewritten(network, chip, held, paces_of(network, chip, held, fidelity)).run();
  const bool asked = chip.larger == "reprogram",
             keeps = keeps_long_enough(chip.attention, rewritten);
  if (asked && !keeps) refuse_forgetting(chip, rewritten);
  const bool taken = asked || (keeps && rewritten.energy_per_token < held.energy_per_token);
  const bool has_own = chip.dram_at.empty() || chip.attention.kind != "digital";
  const double crowded =
      has_own ? static_cast<double>(held.chips) / static_cast<double>(rewritten.chips) : 1.0;
  if (taken) restate_kv_lifetime(chip.kv, crowded, held.makespan, rewritten);
  if (asked) return rewritten;
  const std::string compared =
      fmt::format("larger: auto: {:.3g} J per token when rewritten{}, {:.3g} J on {} chips",
                  rewritten.energy_per_token.si(),
                  keeps ? "" : ", which takes longer than gain cells keep keys and values",
                  held.energy_per_token.si(), held.chips);
  if (taken) {
    rewritten.reprogramming->decision = compared;
    return rewritten;
  }
  held.assumptions.push_back(compared);
  held.reprogramming = rewritten.reprogramming;
  held.reprogramming->taken = false;
  held.reprogramming->decision = compared;
  return held;
}

}  // namespace ohm
