// SPDX-License-Identifier: Apache-2.0
#include "mapping/structure/compose_times.h"

#include <algorithm>
#include <utility>

#include "mapping/schedule/bounds.h"
#include "mapping/schedule/deposits.h"
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
    if (run.repeats() == 0) continue;
    const auto end = static_cast<size_t>(run.kept_first + run.kept - 1);
    repeats.push_back({last[end - static_cast<size_t>(run.period)], last[end], run.repeats()});
  }
  return repeats;
}

class Composer {
 public:
  Composer(const Mapping& mapping, const TokenPlan& plan, const Reduction& reduction,
           const Request& request)
      : mapping_(mapping),
        reduction_(reduction),
        request_(request),
        lean_(lean_plan(plan)),
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

  /// The last token of every prompt and those after it, alone on the chip.
  ComposedTimes decode(Fidelity fidelity) const {
    if (request_.batch > 1 || request_.prompt < 2 || fidelity == Fidelity::shape) {
      FlowTimes flow = flow_tokens({lean_, repeats_, weights()}, request_, request_.prompt - 1);
      return {std::move(flow.outputs), flow.makespan, flow.critical_path, "shape",
              flow.exact && always_fits(lean_, request_)};
    }
    Request later = request_;
    --later.prompt;
    ++later.generate;
    ComposedTimes times{{0}, 0, 0, repeats_.empty() ? "events" : "structure", true};
    generate(later, times);
    times.outputs.erase(times.outputs.begin());
    times.makespan = times.outputs.back();
    return times;
  }

 private:
  static constexpr double kMostSteps = 6e5;  // about half a second

  ComposedTimes events() const {
    const Schedule s = schedule(lean_, request_);
    ComposedTimes times{s.outputs, s.makespan, s.bounds.critical_path, "events", true};
    keep_space(s, times);
    return times;
  }

  static void keep_space(const Schedule& s, ComposedTimes& times) {
    const auto waited = s.stalls.find("buffer");
    if (waited != s.stalls.end()) times.waited_for_space = waited->second;
    times.buffer_peaks = s.buffer_peaks;
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
    return {std::move(flow.outputs), flow.makespan, flow.critical_path, "shape",
            flow.exact && always_fits(lean_, request_)};
  }

  /// Of a run: its last kept layer, and those one period and two before it.
  static Index watched_of(const LayerRun& run) { return 2 * run.period < run.kept ? 3 : 2; }

  /// The steps with which they end.
  std::vector<Index> watched() const {
    std::vector<Index> steps;
    for (const LayerRun& run : reduction_.runs) {
      if (run.repeats() == 0) continue;
      for (Index back = 0; back < watched_of(run); ++back) {
        const Index layer = run.kept_first + run.kept - 1 - back * run.period;
        steps.push_back(last_[static_cast<size_t>(layer)]);
      }
    }
    return steps;
  }

  /// What the layers left out add to job `j`; clears `repeats` where two periods disagree.
  Picoseconds left_out(const Schedule& s, size_t j, bool& repeats) const {
    Picoseconds sum = 0;
    size_t w = 0;
    for (const LayerRun& run : reduction_.runs) {
      if (run.repeats() == 0) continue;
      const Picoseconds last = s.watched[w][j] - s.watched[w + 1][j];
      sum += run.repeats() * last;
      const bool compared = watched_of(run) == 3;
      if (!compared || s.watched[w + 1][j] - s.watched[w + 2][j] != last) repeats = false;
      w += static_cast<size_t>(watched_of(run));
    }
    return sum;
  }

  ComposedTimes structure() const {
    Request prompt = request_;
    prompt.generate = std::min<Index>(1, request_.generate);
    const Schedule s = schedule(lean_, prompt, 0, watched());
    ComposedTimes times{s.outputs, 0, s.bounds.critical_path, "structure", true};
    keep_space(s, times);
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
    if (times.waited_for_space > 0) times.exact = false;
    if (request_.generate > 1) generate(times);
    times.makespan = *std::max_element(times.outputs.begin(), times.outputs.end());
    return times;
  }

  /// A generated token finds an empty chip.
  void generate(ComposedTimes& times) const { generate(request_, times); }

  void generate(const Request& request, ComposedTimes& times) const {
    const Schedule s = schedule_generated(lean_, request, watched());
    for (Index t = request.prompt; t < request.tokens(); ++t) {
      bool ignored = true;
      const auto g = static_cast<size_t>(t - request.prompt);
      const Picoseconds added = left_out(s, static_cast<size_t>(t), ignored);
      times.outputs.push_back(times.outputs.back() + s.outputs[g + 1] - s.outputs[g] + added);
    }
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

ComposedTimes compose_decoding(const Mapping& mapping, const TokenPlan& plan,
                               const Reduction& reduction, const Request& request,
                               Fidelity fidelity) {
  return Composer(mapping, plan, reduction, request).decode(fidelity);
}

Schedule as_schedule(const ComposedTimes& times, const Request& request) {
  Schedule s;
  s.makespan = times.makespan;
  s.bounds.critical_path = times.critical_path;
  s.buffer_peaks = times.buffer_peaks;
  if (times.waited_for_space > 0) s.stalls["buffer"] = times.waited_for_space;
  s.outputs = times.outputs;
  const auto sequences = static_cast<size_t>(request.batch);
  const auto batch = static_cast<double>(request.batch);
  double first = 0.0, between = 0.0;
  for (size_t i = 0; i < sequences; ++i) {
    const size_t last = s.outputs.size() - sequences + i;
    first += static_cast<double>(s.outputs[i]);
    between += static_cast<double>(s.outputs[last] - s.outputs[i]);
  }
  s.ttft = static_cast<Picoseconds>(first / batch);
  if (request.generate > 1) s.tpot = between / batch / static_cast<double>(request.generate - 1);
  return s;
}

}  // namespace ohm
