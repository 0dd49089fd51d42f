// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/compose_times.h"

#include <algorithm>
#include <map>
#include <utility>

#include "mapping/schedule/bounds.h"
#include "mapping/schedule/lean_plan.h"
#include "mapping/schedule/schedule.h"
#include "mapping/schedule/token_flow.h"

namespace ohm {
namespace {

/// The last step of every kept layer; -1 for layers of the other stack.
std::vector<Index> last_steps(const Mapping& mapping, const TokenPlan& plan, Index layers) {
  std::vector<Index> last(static_cast<size_t>(layers), -1);
  for (Index k = 0; k < std::ssize(plan.steps); ++k) {
    const int layer = mapping.network.op(plan.steps[static_cast<size_t>(k)].vertex).layer;
    if (layer >= 0) last[static_cast<size_t>(layer)] = k;
  }
  return last;
}

std::vector<Repeat> repeats_of(const Reduction& reduction, const std::vector<Index>& last) {
  std::vector<Repeat> repeats;
  for (const LayerRun& run : reduction.runs) {
    if (run.layers == run.kept) continue;
    const auto end = static_cast<size_t>(run.kept_first + run.kept - 1);
    repeats.push_back({last[end - 1], last[end], run.layers - run.kept});
  }
  return repeats;
}

/// The plan for one token that attends to `positions`: nothing grows any more.
TokenPlan frozen(const TokenPlan& plan, Index positions) {
  TokenPlan fixed = plan;
  for (Step& step : fixed.steps) {
    const Picoseconds occupied = step.occupation(positions);
    step.latency += step.extra(positions);
    for (Claim& claim : step.claims) claim.busy += occupied;
    step.growth = {};
    step.order = StepOrder::free;
  }
  return fixed;
}

/// The plan with a memory for every layer.
TokenPlan with_memory_per_layer(const Mapping& mapping, TokenPlan plan) {
  std::map<int, Index> memory;  // by layer
  for (Step& step : plan.steps) {
    const int layer = mapping.network.op(step.vertex).layer;
    for (Claim& claim : step.claims) {
      const Resource& resource = plan.resources[static_cast<size_t>(claim.resource)];
      if (layer < 0 || resource.kind != ResourceKind::dram) continue;
      const auto [at, first] = memory.try_emplace(layer, std::ssize(plan.resources));
      claim.resource = at->second;
      if (first) plan.resources.push_back({ResourceKind::dram, layer + 1, {}});
    }
  }
  return plan;
}

class Composer {
 public:
  Composer(const Mapping& mapping, const TokenPlan& plan, const Reduction& reduction,
           const Request& request)
      : mapping_(mapping),
        reduction_(reduction),
        request_(request),
        lean_(lean_plan(reduction.one_memory ? plan : with_memory_per_layer(mapping, plan))),
        last_(last_steps(mapping, plan, reduction.spec.layers_of_both_stacks())),
        repeats_(repeats_of(reduction, last_)) {}

  ComposedTimes run(Fidelity fidelity) {
    const double jobs =
        static_cast<double>(request_.tokens()) * static_cast<double>(request_.batch);
    const double steps = jobs * static_cast<double>(lean_.steps.size());
    const bool few = fidelity == Fidelity::structure || steps <= kMostSteps;
    const bool one_by_one = request_.generate <= 1 || request_.batch == 1;
    if (fidelity != Fidelity::shape || !request_.decoder) {
      if (repeats_.empty() && few) return events();
      if (one_by_one && (few || !request_.decoder)) return structure();
    }
    return shape();
  }

 private:
  static constexpr double kMostSteps = 5e5;  // about half a second

  ComposedTimes events() const {
    const Schedule s = schedule(lean_, request_);
    return {s.outputs, s.makespan, s.bounds.critical_path, "events", true};
  }

  /// By step: layers whose like it shares resources with.
  std::vector<Index> weights() const {
    if (!reduction_.one_memory) return std::vector<Index>(lean_.steps.size(), 1);
    std::vector<Index> layers;
    for (const Step& step : lean_.steps) {
      layers.push_back(reduction_.stands_for(mapping_.network.op(step.vertex).layer));
    }
    return layers;
  }

  /// Whether layers that stand for others read the memory that all layers share.
  bool shares_dram() const {
    const auto layers = weights();
    for (size_t k = 0; k < layers.size(); ++k) {
      for (const Claim& claim : lean_.steps[k].claims) {
        const auto& resource = lean_.resources[static_cast<size_t>(claim.resource)];
        if (layers[k] > 1 && resource.kind == ResourceKind::dram) return true;
      }
    }
    return false;
  }

  /// No output of the prompt comes before the work of all layers allows it.
  void hold_back(ComposedTimes& times) const {
    Request prompt = request_;
    prompt.generate = 1;
    const auto layers = weights();
    const FlowTimes flow = flow_tokens({lean_, repeats_, layers}, prompt);
    for (size_t s = 0; s < flow.outputs.size(); ++s) {
      times.outputs[s] = std::max(times.outputs[s], flow.outputs[s]);
    }
  }

  ComposedTimes shape() const {
    const auto layers = weights();
    FlowTimes flow = flow_tokens({lean_, repeats_, layers}, request_);
    return {std::move(flow.outputs), flow.makespan, flow.critical_path, "shape", flow.exact};
  }

  /// The steps with which the last kept layers of every run end, and the one before them.
  std::vector<Index> watched() const {
    std::vector<Index> steps;
    for (const LayerRun& run : reduction_.runs) {
      if (run.layers == run.kept) continue;
      for (Index back = 0; back < std::min<Index>(3, run.kept); ++back) {
        steps.push_back(last_[static_cast<size_t>(run.kept_first + run.kept - 1 - back)]);
      }
    }
    return steps;
  }

  /// What the layers left out add to job `j`; clears `repeats` where two layers disagree.
  Picoseconds left_out(const Schedule& s, size_t j, bool& repeats) const {
    Picoseconds sum = 0;
    size_t w = 0;
    for (const LayerRun& run : reduction_.runs) {
      if (run.layers == run.kept) continue;
      const Picoseconds last = s.watched[w][j] - s.watched[w + 1][j];
      sum += (run.layers - run.kept) * last;
      if (run.kept < 3 || s.watched[w + 1][j] - s.watched[w + 2][j] != last) repeats = false;
      w += static_cast<size_t>(std::min<Index>(3, run.kept));
    }
    return sum;
  }

  ComposedTimes structure() const {
    Request prompt = request_;
    prompt.generate = std::min<Index>(1, request_.generate);
    const Schedule s = schedule(lean_, prompt, 0, watched());
    ComposedTimes times{s.outputs, 0, s.bounds.critical_path, "structure", true};
    const auto jobs = static_cast<size_t>(prompt.tokens() * prompt.batch);
    const auto batch = static_cast<size_t>(request_.batch);
    Picoseconds shortest = 0;
    for (size_t j = 0; j < jobs; ++j) {
      const Picoseconds added = left_out(s, j, times.exact);
      shortest = j == 0 ? added : std::min(shortest, added);
      if (j + batch < jobs) continue;
      times.outputs[j % batch] += added;
    }
    times.critical_path += shortest;
    if (shares_dram() && jobs > 1) {
      times.exact = false;  // layers left out want it as well
      if (request_.decoder) hold_back(times);
    }
    for (Index t = prompt.tokens(); t < request_.tokens(); ++t) generate(t, times);
    times.makespan = *std::max_element(times.outputs.begin(), times.outputs.end());
    return times;
  }

  /// A generated token finds an empty chip.
  void generate(Index token, ComposedTimes& times) const {
    const Schedule s =
        schedule(frozen(lean_, positions_of(request_, token)), {true, 1, 1, 1}, 0, watched());
    bool ignored = true;
    const Picoseconds added = left_out(s, 0, ignored);
    times.outputs.push_back(times.outputs.back() + s.makespan + added);
    times.critical_path += s.bounds.critical_path;
  }

  const Mapping& mapping_;
  const Reduction& reduction_;
  const Request request_;
  const TokenPlan lean_;
  const std::vector<Index> last_;
  const std::vector<Repeat> repeats_;
};

}  // namespace

ComposedTimes compose_times(const Mapping& mapping, const TokenPlan& plan,
                            const Reduction& reduction, const Request& request, Fidelity fidelity) {
  return Composer(mapping, plan, reduction, request).run(fidelity);
}

}  // namespace ohm
