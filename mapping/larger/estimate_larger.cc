// SPDX-License-Identifier: Apache-2.0
#include "mapping/larger/estimate_larger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/error.h"
#include "crossbar/device/endurance.h"
#include "mapping/estimate/estimate_steps.h"
#include "mapping/larger/break_even.h"
#include "mapping/larger/choose_parallelism.h"
#include "mapping/larger/rewriting.h"

namespace ohm {
namespace {

Index chips_there(const ChipSpec& chip) {
  return n_chips(chip.system);
}

/// n tokens that pipeline through all chips take first + (n - 1) · each.
struct Pace {
  Picoseconds first = 0;
  double each = 0.0;  ///< ps
};

/// Turns an estimate of enough chips into one of those that there are.
class Rewritten {
 public:
  Rewritten(const TransformerSpec& network, const ChipSpec& chip, const Estimate& held,
            const Pace& pace)
      : chip_(chip),
        held_(held),
        pace_(pace),
        request_(held.request),
        there_(chips_there(chip)),
        drams_(chip.dram_at.empty() ? there_ : std::ssize(chip.dram_at)),
        weights_(weight_totals(network, chip)),
        all_(rewriting_of(weights_, chip, there_, drams_)),
        result_(held) {
    figures_.parts = (held.chips - 1) / there_ + 1;
    figures_.passes = request_.decoder ? request_.generate : 1;
    figures_.chips_instead = held.chips;
    figures_.cells = all_.cells;
    figures_.time = all_.time();
    figures_.memory_bound = all_.reading > all_.pulses;
    figures_.energy = all_.energy();
  }

  Estimate run() {
    take_times();
    take_energy();
    compare();
    // a cell holds every part in turn
    const double updates = passes() * static_cast<double>(figures_.parts);
    figures_.lifetime = lifetime(chip_.macro.device.endurance, all_.cycles_per_update,
                                 Hertz(updates / result_.makespan.si()));
    describe();
    result_.reprogramming = figures_;
    return std::move(result_);
  }

 private:
  double passes() const { return static_cast<double>(figures_.passes); }

  /// Computing of a pass whose tokens pipeline in `together` through all chips, its first alone in
  /// `first`: the parts work one after the other.
  Picoseconds in_parts(Picoseconds together, Picoseconds first) const {
    return first + figures_.parts * std::max<Picoseconds>(0, together - first);
  }

  /// One token of every sequence; a single one pipelines nothing.
  Picoseconds decoding(Picoseconds together, Picoseconds first) const {
    return request_.batch == 1 ? together : in_parts(together, std::min(first, together));
  }

  void take_times() {
    const auto batch = static_cast<size_t>(request_.batch);
    const auto& outputs = held_.schedule.outputs;
    const auto write = static_cast<Picoseconds>(std::llround(all_.time().si() * 1e12));
    const Picoseconds prompts =
        *std::max_element(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(batch));
    const Picoseconds first = std::min(prompts, pace_.first);
    Schedule& s = result_.schedule;
    Picoseconds at = write + in_parts(prompts, first);
    for (size_t i = 0; i < outputs.size(); i += batch) {
      if (i > 0) at += write + decoding(step_of(i, batch), first);
      for (size_t k = i; k < i + batch; ++k) s.outputs[k] = at;
    }
    s.makespan = at;
    s.ttft = s.outputs.front();
    s.tpot =
        figures_.passes > 1 ? static_cast<double>(at - s.outputs.front()) / (passes() - 1.0) : 0.0;
    s.bounds.critical_path += figures_.passes * write;
    s.stalls["weight_write"] = figures_.passes * write;
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
    return kStanding.contains(component) ||
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
    const std::string& device = chip_.macro.device.source;
    ledger.book({"weight_write", "", -1, "program"}, written(all_.cells, all_.writing, device));
    ledger.book({"dram", "", -1, "program"},
                written(weights_.bytes.si(), all_.fetching, chip_.dram.source));
    result_.ledger = std::move(ledger);
    result_.chips = there_;
    result_.leakage_energy = leakage_of(result_.ledger);
    fill_energy(result_);
    const double slower = held_.makespan / result_.makespan;
    result_.temporal_utilisation = std::min(1.0, held_.temporal_utilisation * slower / chips);
  }

  Cost written(double each, Joules energy, const std::string& source) const {
    Cost cost;
    cost.count = static_cast<std::int64_t>(std::min(passes() * each, 9e18));
    cost.energy = cost.energy_low = cost.energy_high = passes() * energy;
    cost.busy = passes() * all_.time();
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
  void compare() {
    const Watts here = standing(result_), there = standing(held_);
    const Seconds first(static_cast<double>(pace_.first) * 1e-12), held_each(pace_.each * 1e-12);
    const Seconds each = static_cast<double>(figures_.parts) * held_each;
    const Seconds once = all_.time() + first - each;
    const double writing = (all_.energy() + here * once).si();
    figures_.chips_energy =
        break_even({writing, (here * each).si()},
                   {(there * (first - held_each)).si(), (there * held_each).si()});
    const DigitalSpec& unit = chip_.digital;
    const double macs = static_cast<double>(chip_.n_tiles() * there_ * unit.attention_macs);
    const Seconds multiplying(weights_.used / (macs * unit.clock.si()));
    const Joules products = weights_.used * unit.attention_mac_energy;
    const double reading = (all_.fetching + here * all_.reading).si();
    figures_.streamed_energy = break_even({writing, (weights_.mvms + here * each).si()},
                                          {reading, (products + here * multiplying).si()});
    const PassCost rewritten{once.si(), each.si()};
    const double tokens = break_even(rewritten, {0.0, multiplying.si()});
    // reading the weights hides behind multiplying: until then the pass takes as long as reading
    figures_.streamed_time =
        std::isfinite(tokens) && rewritten.of(tokens) <= all_.reading.si() ? 0.0 : tokens;
  }

  void describe() {
    figures_.decision = fmt::format("chip.larger: {}", chip_.larger);
    result_.fidelity += "+reprogram";
    result_.assumptions.push_back(fmt::format(
        "{} of the {} chips that hold all weights are there: {} parts are written one after the "
        "other in each of {} passes; writing does not overlap computing, and what tokens pipeline "
        "through all parts takes up to {} times longer",
        there_, held_.chips, figures_.parts, figures_.passes, figures_.parts));
  }

  const ChipSpec& chip_;
  const Estimate& held_;
  const Pace pace_;
  const Request request_;
  const Index there_, drams_;
  const WeightTotals weights_;
  const Rewriting all_;
  Reprogramming figures_;
  Estimate result_;
};

void require_rewritable(const TransformerSpec& network, const ChipSpec& chip) {
  if (chip.macro.engine.is_digital()) {
    throw ConfigError(fmt::format(
        "chip {}: larger: {} rewrites resistive cells, and its macros are digital; expected "
        "larger: chips",
        chip.name, chip.larger));
  }
  if (network.n_decoder_layers == 0) return;
  throw ArgumentError(fmt::format(
      "network {}: two stacks; larger: reprogram takes networks of one: take larger: chips",
      network.name));
}

/// From a single token that waits for no other, and from the prompts; from two tokens where the
/// prompts are one, if the network takes two.
Pace pace_of(const TransformerSpec& network, const ChipSpec& chip, const Estimate& held,
             Fidelity fidelity) {
  const Request& request = held.request;
  const auto of_tokens = [&](Index n) {
    Workload few{n, {}, 1, {}};
    if (request.decoder) few.generate = 1;
    return estimate_structure(network, chip, few, fidelity).schedule.makespan;
  };
  const Index n = request.batch * request.prompt;
  const auto batch = static_cast<std::ptrdiff_t>(request.batch);
  const auto& outputs = held.schedule.outputs;
  const Picoseconds first = request.decoder ? of_tokens(1) : held.schedule.bounds.critical_path;
  const Picoseconds together = n == 1 && network.context > 1
                                   ? of_tokens(2)
                                   : *std::max_element(outputs.begin(), outputs.begin() + batch);
  return {first, static_cast<double>(std::max<Picoseconds>(0, together - first)) /
                     static_cast<double>(std::max<Index>(1, n - 1))};
}

[[noreturn]] void refuse(const TransformerSpec& network, const ChipSpec& chip, Index needed) {
  throw ConfigError(fmt::format(
      "chip {}: larger: refuse: network {} needs {} chips, and there {} {}; expected a network "
      "that "
      "fits, or larger: chips or reprogram",
      chip.name, network.name, needed, chips_there(chip) == 1 ? "is" : "are", chips_there(chip)));
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
  require_rewritable(network, chip);
  Estimate rewritten = Rewritten(network, chip, held, pace_of(network, chip, held, fidelity)).run();
  if (chip.larger == "reprogram") return rewritten;
  const std::string compared =
      fmt::format("larger: auto: {:.3g} J per token when rewritten, {:.3g} J on {} chips",
                  rewritten.energy_per_token.si(), held.energy_per_token.si(), held.chips);
  if (rewritten.energy_per_token < held.energy_per_token) {
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
